"""The sample as a programme: outlets, stories and turns joined along the time line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from newswire.ledger import Item, Unit
from newswire.model import Answer, Dating, Entry, Feed
from newswire.outlets import SAMPLE, load_outlets
from newswire.render import Dated, content_type, render, torn
from newswire.stories import load_stories
from newswire.timeline import Sheet, Shown, Step, Timeline, timeline

GARBAGE = (
    b"Fatal error: Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in feed.php:88\n"
    b"Stack trace:\n#0 feed.php(88): PDO->__construct('mysql:host=cms-db...')\n#1 {main}\n"
)


@dataclass(frozen=True)
class SampleDocument:
    """A sheet of the time line as the player wants it."""

    feed: Feed
    sheet: Sheet
    address: str

    @property
    def answer(self) -> Answer:
        """How the feed's URL answers."""
        return self.sheet.answer

    @property
    def content_type(self) -> str:
        """As the server says it."""
        return content_type(self.feed)

    @property
    def changed_by(self) -> int:
        """The step that made it."""
        return self.sheet.changed_by

    @property
    def items(self) -> Sequence[Item]:
        """What a body of it holds."""
        if self.answer is Answer.GARBAGE:
            mark = hashlib.sha256(GARBAGE + str(self.changed_by).encode()).hexdigest()[:32]
            return [Item("(document)", mark, unit=Unit.DOCUMENT)]
        return [item_of(shown) for shown in self.sheet.shown]

    def dating(self, item: Item) -> Dating:
        """Of the entry with the item's guid."""
        for shown in self.sheet.shown:
            if shown.entry.guid == item.guid:
                return shown.dating
        return Dating(undated=True)

    def body(self, dates: Mapping[str, int | None], changed_at: int) -> bytes:
        """The feed with every entry at its date."""
        if self.answer is Answer.GARBAGE:
            return GARBAGE
        entries = [Dated(each.entry, each.wording, dates[each.entry.guid]) for each in self.sheet.shown]
        document = render(self.feed, entries, self.address, changed_at)
        return torn(document) if self.answer is Answer.TORN else document


@dataclass(frozen=True)
class Sample:
    """Everything that the sample holds."""

    timeline: Timeline
    entries: Mapping[str, Entry]
    base_url: str
    name: str = "sample"
    exact: bool = True

    @property
    def steps(self) -> Sequence[Step]:
        """The time line's."""
        return self.timeline.steps

    def feeds(self) -> Sequence[str]:
        """Names of the feeds."""
        return list(self.timeline.feeds)

    def document(self, feed: str, released: int) -> SampleDocument:
        """The document of a feed after step ``released``."""
        spec = self.timeline.feeds[feed]
        return SampleDocument(spec, self.timeline.sheet(feed, released), f"{self.base_url}{spec.path}")


def load_sample(base_url: str, folder: Path = SAMPLE) -> Sample:
    """Reads the sample. Raises SampleError naming the file that is wrong."""
    outlets = load_outlets(folder)
    entries = load_stories(outlets.feeds, folder)
    return Sample(timeline(outlets.feeds, entries.values(), outlets.turns), entries, base_url)


def item_of(shown: Shown) -> Item:
    """The ledger's view of an entry in a document."""
    wording = shown.wording
    return Item(
        guid=shown.entry.guid,
        fingerprint=wording.fingerprint,
        revision=shown.revision,
        unit=Unit.BLANK if wording.blank else Unit.ENTRY,
        title=wording.title,
        url=shown.entry.url,
    )
