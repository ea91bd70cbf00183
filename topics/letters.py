"""Dead letters as they stand in the log, and what became of them.

A letter is named by its own place in ``dead.letters``: ``3@1207`` is partition 3, offset 1207. A letter that
was sent through again has a *mark* behind it in the same partition, a DeadLetter whose ``retried`` names it
and whose topic, partition and offset are where it went.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.codec import Codec
from schemas.prefixes import whole
from schemas.records import DeadLetter
from topics.catalogue import DEAD_LETTERS
from topics.decoding import decoded
from topics.reading import read_places, read_range
from topics.settings import BrokerSettings

NAME = re.compile(rf"(?:{re.escape(DEAD_LETTERS)}-)?([0-9]{{1,9}})@([0-9]{{1,18}})")
# As much as names a partition; of the offset there may be more.
BEGINNING = re.compile(rf"(?:{re.escape(DEAD_LETTERS)}-)?([0-9]{{1,9}}(?:@[0-9]{{0,18}})?)")
Place = tuple[str, int, int]
"""Topic, partition and offset."""


class NoSuchLetter(ValueError):
    """No dead letter is at that place."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``partition`` and ``offset`` are its own; ``at`` is when it was written, epoch ms."""

    partition: int
    offset: int
    at: int
    said: DeadLetter

    @property
    def name(self) -> str:
        """Such as ``3@1207``."""
        return f"{self.partition}@{self.offset}"

    @property
    def of(self) -> Place | None:
        """Where what failed stands; of a mark, where it was sent. None for what was never in the log."""
        said = self.said
        if said.topic is None or said.partition is None or said.offset is None:
            return None
        return (said.topic, said.partition, said.offset)


@dataclass(frozen=True, slots=True)
class Retries:
    """``marks`` by the names of letters; ``sent`` by the places of originals, for two stages may fail of one
    record; ``again``: by the name of a mark, the letter on what was sent failing too."""

    marks: Mapping[str, Letter]
    sent: Mapping[Place, Letter]
    again: Mapping[str, Letter]

    def mark_of(self, letter: Letter) -> Letter | None:
        """The mark that it, or another letter on the same record, was sent through again."""
        return self.marks.get(letter.name) or (self.sent.get(letter.of) if letter.of else None)

    def failed_again(self, letter: Letter) -> Letter | None:
        """The letter on its failing once more after it was sent."""
        mark = self.mark_of(letter)
        return None if mark is None else self.again.get(mark.name)


def place_of(name: str) -> tuple[int, int]:
    """Partition and offset. Raises NoSuchLetter for what names none."""
    found = NAME.fullmatch(name.strip())
    if found is None:
        raise NoSuchLetter(
            f"{name!a} names no dead letter; write its id as `./tw dead list` prints it, such as 3@1207"
        )
    return int(found[1]), int(found[2])


def letters(settings: BrokerSettings, codec: Codec, marks: bool = False) -> Iterator[Letter]:
    """Every letter, or every mark; by partition, in order."""
    for each, said in decoded(read_range(settings, DEAD_LETTERS), codec, DeadLetter):
        if bool(said.retried) == marks:
            yield Letter(each.partition, each.offset, each.timestamp_ms, said)


def named(settings: BrokerSettings, codec: Codec, names: list[str]) -> list[Letter]:
    """Those letters, in that order and none twice; of a name its beginning will do, where no other begins so.

    Raises NoSuchLetter, Ambiguous.
    """
    exact = {name: place_of(name) for name in names if NAME.fullmatch(name.strip())}
    read = _at(settings, codec, exact.values())
    short = [name for name in names if name not in exact or exact[name] not in read]
    if short:
        begun = {name: _beginning(name) for name in short}
        known = [each.name for each in letters(settings, codec)]
        exact |= {name: _whole(beginning, known) for name, beginning in begun.items()}
        read |= _at(settings, codec, [exact[name] for name in short])
    return [read[place] for place in dict.fromkeys(exact[name] for name in names)]


def _at(
    settings: BrokerSettings, codec: Codec, places: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Letter]:
    there = read_places(settings, DEAD_LETTERS, places)
    return {
        (each.partition, each.offset): Letter(each.partition, each.offset, each.timestamp_ms, said)
        for each, said in decoded(there.values(), codec, DeadLetter)
        if not said.retried
    }


def _beginning(name: str) -> str:
    found = BEGINNING.fullmatch(name.strip())
    # For what cannot begin a name either, the error says how names look.
    return found[1] if found is not None else "{}@{}".format(*place_of(name))


def _whole(beginning: str, known: Iterable[str]) -> tuple[int, int]:
    name = whole(beginning, known, fewest=1)
    if name is None:
        raise NoSuchLetter(
            f"no dead letter is at {beginning}, or no longer; `./tw dead list` names those that are"
        )
    return place_of(name)


def retries(settings: BrokerSettings, codec: Codec) -> Retries:
    """What was sent through again, and how that ended. It keeps marks, and of letters those that have to do
    with one."""
    marks = {each.said.retried: each for each in letters(settings, codec, marks=True)}
    if not marks:
        return Retries({}, {}, {})
    # What went to a topic fails at its new place; what a feed is asked for again has none.
    went = {each.of: each for each in marks.values() if each.of}
    asked = {_asked(each): each for each in marks.values()}
    sent: dict[Place, Letter] = {}
    again: dict[str, Letter] = {}
    for each in letters(settings, codec):
        if each.of is not None and each.name in marks:
            sent[each.of] = marks[each.name]
        mark = went.get(each.of) if each.of else asked.get(_asked(each))
        if mark is not None and each.at >= mark.at and each.name != mark.said.retried:
            again.setdefault(mark.name, each)
    return Retries(marks, sent, again)


def _asked(each: Letter) -> tuple[str, str, str | None]:
    return (each.said.source, each.said.stage, each.said.url)


def sent_again(settings: BrokerSettings, codec: Codec) -> frozenset[Place]:
    """The places of what was sent through again: what stands there stands in the log before, too."""
    return frozenset(each.of for each in letters(settings, codec, marks=True) if each.of)
