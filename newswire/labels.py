"""What is true of the sample: each served unit's story, what is late, duplicate or dead, and the
counts that a run over all of it must end with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from newswire.files import read_yaml
from newswire.ledger import Unit
from newswire.model import Answer, Entry, Feed, Wording
from newswire.outlets import SAMPLE, load_outlets
from newswire.settings import NewswireSettings
from newswire.stories import load_stories
from schemas.identity import article_id_for_entry, article_id_for_url, feed_id


@dataclass(frozen=True, slots=True)
class Counts:
    """``served = raw + dead_letters``, ``raw = unique + duplicates``, late among the unique."""

    served: int
    raw: int
    unique: int
    duplicates: int
    late: int
    dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One served unit and what is true of it. ``at`` is nominal, in milliseconds from the start of
    the time line; ``text`` is title, line feed, paragraphs. Dead letters have neither article id
    nor story."""

    feed: Feed
    guid: str
    version: int
    unit: Unit
    at: int
    article_id: str = ""
    story: str = ""
    url: str = ""
    title: str = ""
    text: str = ""
    fingerprint: str = ""
    late: bool = False
    backfill: bool = False
    duplicate: bool = False
    cases: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """ISO 639-1."""
        return self.feed.outlet.language


@dataclass(frozen=True)
class Labels:
    """Every unit in the order of the time line, and the counts stated in ``expected.yaml``."""

    units: tuple[Labelled, ...]
    expected: Counts

    def counted(self) -> Counts:
        """The counts as they follow from the units."""
        dead = sum(unit.unit is not Unit.ENTRY for unit in self.units)
        duplicates = sum(unit.duplicate for unit in self.units)
        late = sum(unit.late and not unit.duplicate for unit in self.units)
        raw = len(self.units) - dead
        return Counts(len(self.units), raw, raw - duplicates, duplicates, late, dead)

    def story_by_article(self, language: str | None = None) -> dict[str, str]:
        """The story of each article id, of one language or of all."""
        return {unit.article_id: unit.story for unit in self.articles(language)}

    def story_by_entry(self) -> dict[tuple[str, str], str]:
        """The story of each (feed name, guid)."""
        return {(unit.feed.name, unit.guid): unit.story for unit in self.units if unit.story}

    def articles(self, language: str | None = None) -> list[Labelled]:
        """One unit an article, as it was first worded, of one language or of all."""
        firsts: dict[str, Labelled] = {}
        for unit in self.units:
            if unit.unit is Unit.ENTRY and language in (None, unit.language):
                firsts.setdefault(unit.article_id, unit)
        return list(firsts.values())


def load_labels(base_url: str | None = None, folder: Path = SAMPLE) -> Labels:
    """Labels for a server at ``base_url`` (default: as the settings say), on which feed ids and so
    the ids of articles without an address of their own depend. Raises SampleError."""
    outlets = load_outlets(folder)
    entries = load_stories(outlets.feeds, folder).values()
    units = [*_entries(entries, outlets.feeds, base_url or NewswireSettings().base_url)]
    units += [
        Labelled(feed=outlets.feeds[turn.feed], guid="(document)", version=1, unit=Unit.DOCUMENT, at=turn.at)
        for turn in outlets.turns
        if turn.answer is Answer.GARBAGE
    ]
    units.sort(key=lambda unit: (unit.at, unit.feed.name))
    stated = read_yaml(folder / "expected.yaml")
    return Labels(tuple(units), Counts(**stated))


def _entries(entries: Iterable[Entry], feeds: Mapping[str, Feed], base_url: str) -> Iterator[Labelled]:
    seen: set[tuple[str, int, str]] = set()
    ids = _article_ids(entries, feeds, base_url)
    changes = [(entry, version, wording) for entry in entries for version, wording in _versions(entry)]
    for entry, version, wording in sorted(changes, key=lambda change: (change[2].at, change[0].feed)):
        unit = Labelled(
            feed=feeds[entry.feed],
            guid=entry.guid,
            version=version,
            unit=Unit.BLANK if wording.blank else Unit.ENTRY,
            at=wording.at,
            article_id="" if wording.blank else ids[entry.feed, entry.guid],
            story="" if wording.blank else entry.story,
            url=entry.url,
            title=wording.title,
            text=wording.text,
            fingerprint=wording.fingerprint,
            late=(entry.dating.age or 0) > 0,
            backfill="backfill" in entry.cases,
            duplicate=(ids[entry.feed, entry.guid], version, wording.fingerprint) in seen,
            cases=entry.cases,
        )
        seen.add((ids[entry.feed, entry.guid], version, wording.fingerprint))
        yield unit


def _versions(entry: Entry) -> Iterator[tuple[int, Wording]]:
    """The wordings that count: one that only has a new date is no version."""
    version, before = 0, ""
    for wording in entry.wordings:
        if wording.fingerprint != before:
            version, before = version + 1, wording.fingerprint
            yield version, wording


def _article_ids(
    entries: Iterable[Entry], feeds: Mapping[str, Feed], base_url: str
) -> dict[tuple[str, str], str]:
    """By (feed, guid), as producers decide when a feed first shows the entry: of the address, or of
    the entry if its feed has shown the address before or it is the site's root."""
    ids: dict[tuple[str, str], str] = {}
    shown: set[tuple[str, str]] = set()
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.feed)):
        feed = feeds[entry.feed]
        own = (entry.feed, entry.url) not in shown and entry.url != f"{feed.outlet.site}/"
        shown.add((entry.feed, entry.url))
        ids[entry.feed, entry.guid] = (
            article_id_for_url(entry.url)
            if own
            else article_id_for_entry(feed_id(f"{base_url}{feed.path}"), entry.guid)
        )
    return ids
