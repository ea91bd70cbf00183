"""Reads the sample's stories: every entry with its wordings, copies written out.

An entry has a text of its own, or is a copy: ``wire`` takes another entry's text with changed
dateline, words or closing, as outlets do with an agency's; ``same`` takes title, text, address and
guid, as the section feed of an outlet does.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from newswire.durations import dating, moment
from newswire.files import read_yaml
from newswire.model import Entry, Feed, SampleError, Wording
from newswire.outlets import SAMPLE

_FIELDS = frozenset(
    [
        *(
            "id",
            "feed",
            "at",
            "title",
            "text",
            "html",
            "author",
            "categories",
            "published",
            "opening",
            "case",
        ),
        *("wire", "same", "dateline", "closing", "cut", "replace", "edits", "url", "address_of", "guid"),
    ]
)


def load_stories(feeds: Mapping[str, Feed], folder: Path = SAMPLE) -> dict[str, Entry]:
    """Every entry by its reference ``story/id``. Raises SampleError naming file and entry."""
    raws: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for path in sorted((folder / "stories").glob("*.yaml")):
        for story in read_yaml(path):
            for raw in story["entries"]:
                reference = f"{story['story']}/{raw['id']}"
                if reference in raws:
                    raise SampleError(f"{path.name}: {reference} is there twice")
                raws[reference] = (path.name, raw)
    entries: dict[str, Entry] = {}
    for reference in _originals_first(raws):
        file, raw = raws[reference]
        try:
            entries[reference] = _entry(reference, raw, feeds, entries)
        except (KeyError, ValueError) as error:
            raise SampleError(f"{file}: {reference}: {error}") from error
    return entries


def _originals_first(raws: Mapping[str, tuple[str, Mapping[str, Any]]]) -> list[str]:
    def rank(reference: str) -> int:
        for link in ("wire", "same", "address_of"):
            if (original := str(raws[reference][1].get(link))) in raws:
                return 1 + rank(original)
        return 0

    return sorted(raws, key=rank)


def _entry(
    reference: str, raw: Mapping[str, Any], feeds: Mapping[str, Feed], known: Mapping[str, Entry]
) -> Entry:
    if unknown := set(raw) - _FIELDS:
        raise SampleError(f"no such field: {', '.join(sorted(unknown))}")
    feed = feeds[raw["feed"]]
    first = _first(raw, known)
    twin = known[raw["same"]] if "same" in raw else None
    return Entry(
        feed=feed.name,
        guid=twin.guid if twin else raw.get("guid", _guid(feed, reference)),
        url=twin.url if twin else _url(raw, feed, reference, first.title, known),
        story=reference.split("/")[0],
        language=feed.outlet.language,
        wordings=(first, *_edits(first, raw.get("edits", []))),
        dating=dating(raw.get("published")),
        opening=raw.get("opening", False),
        author=raw.get("author", ""),
        categories=tuple(raw.get("categories", ())),
        cases=tuple(raw.get("case", ())),
    )


def _first(raw: Mapping[str, Any], known: Mapping[str, Entry]) -> Wording:
    at = moment(raw["at"])
    if "same" in raw:
        original = known[raw["same"]].wordings[0]
        return Wording(at, original.title, original.paragraphs, original.html)
    if "wire" in raw:
        original = known[raw["wire"]].wordings[0]
        paragraphs = list(_replaced(original.paragraphs, raw.get("replace", {})))[: raw.get("cut")]
        if "dateline" in raw:
            paragraphs[0] = f"{raw['dateline']} {paragraphs[0]}"
        if "closing" in raw:
            paragraphs.append(raw["closing"])
        return Wording(at, raw.get("title", original.title), tuple(paragraphs))
    return Wording(at, raw.get("title", ""), _paragraphs(raw.get("text", "")), raw.get("html"))


def _edits(first: Wording, raws: Iterable[Mapping[str, Any]]) -> list[Wording]:
    wordings = [first]
    for raw in raws:
        before = wordings[raw["as"] - 1 if "as" in raw else -1]
        wording = Wording(
            at=moment(raw["at"]),
            title=raw.get("title", before.title),
            paragraphs=_paragraphs(raw["text"]) if "text" in raw else before.paragraphs,
            html=before.html,
        )
        if "replace" in raw:
            wording = Wording(
                wording.at,
                _replaced([wording.title], raw["replace"], strict=False)[0],
                _replaced(wording.paragraphs, raw["replace"]),
                wording.html,
            )
        if wording.at <= wordings[-1].at:
            raise SampleError("an edit is not later than the wording before it")
        wordings.append(wording)
    return wordings[1:]


def _replaced(texts: Iterable[str], changes: Mapping[str, str], *, strict: bool = True) -> tuple[str, ...]:
    whole = "\n".join(texts)
    for old, new in changes.items():
        if strict and old not in whole:
            raise SampleError(f"{old!r} is not in the text it should be replaced in")
        whole = whole.replace(old, new)
    return tuple(whole.split("\n"))


def _paragraphs(text: str) -> tuple[str, ...]:
    blocks = re.split(r"\n\s*\n", text.strip())
    return tuple(" ".join(block.split()) for block in blocks if block.strip())


def _guid(feed: Feed, reference: str) -> str:
    return f"tag:{feed.outlet.publisher},2026:{reference.replace('/', '.')}"


def _url(raw: Mapping[str, Any], feed: Feed, reference: str, title: str, known: Mapping[str, Entry]) -> str:
    if "address_of" in raw:
        return known[raw["address_of"]].url
    if "url" in raw:
        return f"{feed.outlet.site}{raw['url']}"
    letters = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:60].strip("-")
    number = zlib.crc32(f"{feed.outlet.publisher}/{reference}".encode()) % 100_000
    return f"{feed.outlet.site}/{feed.section}/{slug or 'note'}-{number:05d}"
