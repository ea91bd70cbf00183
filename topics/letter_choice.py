"""Which dead letters are meant: the newest that fit, and a count of all of them, in bounded memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.records import DeadLetter
from topics.dead_letters import lane_of
from topics.lane import Lane
from topics.letters import Letter

# Kinds of errors that a summary tells apart; the rest is counted together.
MOST_KINDS = 1_000
OTHERS = ("other stages", "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """``source`` is a topic, a feed's id, or words of its title; ``since`` is epoch ms."""

    stage: str | None = None
    source: str | None = None
    lane: Lane | None = None
    since: int = 0

    def fits(self, letter: Letter, title: str) -> bool:
        """Whether it is meant."""
        said = letter.said
        if self.stage is not None and said.stage != self.stage:
            return False
        if self.lane is not None and said.lane != lane_of(self.lane):
            return False
        if self.source is not None and self.source not in (said.source, said.feed_id, said.topic):
            return letter.at >= self.since and self.source.casefold() in title.casefold()
        return letter.at >= self.since


@dataclass(frozen=True, slots=True)
class Found:
    """``newest`` first; ``kinds``: letters by stage and error."""

    newest: list[Letter]
    kinds: Counter[tuple[str, str]]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.kinds.total()


def choose(letters: Iterable[Letter], wanted: Wanted, titles: dict[str, str], most: int) -> Found:
    """At most ``most`` of those wanted; ``titles`` are those of feeds, by id."""
    kept: list[tuple[int, int, int, Letter]] = []
    kinds: Counter[tuple[str, str]] = Counter()
    for each in letters:
        if not wanted.fits(each, title_of(each, titles)):
            continue
        kinds[kind_of(each.said, kinds)] += 1
        entry = (each.at, each.partition, each.offset, each)
        if len(kept) < most:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)
    return Found([letter for *_, letter in sorted(kept, key=lambda each: each[:3], reverse=True)], kinds)


def kind_of(said: DeadLetter, kinds: Counter[tuple[str, str]]) -> tuple[str, str]:
    """Stage and error of a letter, as far as ``kinds`` may grow."""
    kind = (said.stage, said.error)
    return kind if kind in kinds or len(kinds) < MOST_KINDS else OTHERS


def title_of(letter: Letter, titles: dict[str, str]) -> str:
    """A feed's title, or else what the letter says of its source."""
    return titles.get(letter.said.feed_id) or titles.get(letter.said.source) or letter.said.source
