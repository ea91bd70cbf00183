"""The time line: steps in order, and what each feed's document holds after each of them.

Pure: a document is a function of the feed and the number of steps released.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from newswire.model import Answer, Dating, Entry, Feed, Turn, Wording


@dataclass(frozen=True, slots=True)
class Step:
    """One feed's document changes. The opening has no feed: every feed is there for the first time."""

    number: int
    at: int
    feed: str
    what: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a document shows it. ``revision`` counts its wordings from 1."""

    entry: Entry
    wording: Wording
    revision: int

    @property
    def dating(self) -> Dating:
        """What it says about its time."""
        return self.entry.dating


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a feed has to say after a step: how it answers, and its entries, newest first."""

    answer: Answer
    shown: tuple[Shown, ...]
    changed_by: int


@dataclass(frozen=True)
class Timeline:
    """Steps, the opening first, and the feeds they change."""

    feeds: Mapping[str, Feed]
    steps: tuple[Step, ...]
    _sheets: Mapping[str, list[Sheet]] = field(repr=False)

    def sheet(self, feed: str, released: int) -> Sheet:
        """The document of ``feed`` once the steps up to number ``released`` are out."""
        return next(sheet for sheet in reversed(self._sheets[feed]) if sheet.changed_by <= released)


def timeline(feeds: Mapping[str, Feed], entries: Iterable[Entry], turns: Iterable[Turn]) -> Timeline:
    """Puts every wording and every turn in order, one step each. Entries of the opening are
    there from the first poll on."""
    entries = list(entries)
    changes: list[tuple[int, str, Entry | Turn, int]] = [
        (wording.at, entry.feed, entry, revision)
        for entry in entries
        for revision, wording in enumerate(entry.wordings, start=1)
        if not (entry.opening and revision == 1)
    ]
    changes += [(turn.at, turn.feed, turn, 0) for turn in turns]
    changes.sort(key=lambda change: (change[0], change[1]))
    opening = [Shown(entry, entry.wordings[0], 1) for entry in entries if entry.opening]
    sheets = {
        name: [Sheet(Answer.FEED, tuple(each for each in opening if each.entry.feed == name), 0)]
        for name in feeds
    }
    steps = [Step(0, changes[0][0] if changes else 0, "", "every feed opens")]
    for number, (at, name, change, revision) in enumerate(changes, start=1):
        before = sheets[name][-1]
        if isinstance(change, Turn):
            sheet = Sheet(change.answer, before.shown, number)
            what = f"answers: {change.answer}"
        else:
            new = Shown(change, change.wordings[revision - 1], revision)
            shown = _placed(new, before.shown, feeds[name].keep)
            # An error is over with the poll that saw it.
            answer = Answer.FEED if before.answer is Answer.ERROR else before.answer
            sheet = Sheet(answer, shown, number)
            what = new.wording.title or change.guid
        sheets[name].append(sheet)
        steps.append(Step(number, at, name, what))
    return Timeline(feeds, tuple(steps), sheets)


def _placed(new: Shown, shown: tuple[Shown, ...], keep: int) -> tuple[Shown, ...]:
    """A new entry on top; an edited one where it was, or on top again when it had dropped out."""
    guid = new.entry.guid
    if any(each.entry.guid == guid for each in shown):
        return tuple(new if each.entry.guid == guid else each for each in shown)
    return (new, *shown)[:keep]
