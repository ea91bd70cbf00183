"""Two lanes side by side: what each made of the same log, and where they differ.

Stories are matched by their members (article ids), never by story id. Records are compared by content:
ids that follow from a founding article are taken off, everything else must be equal. Pure:
``outputs.py`` reads lanes and the raw log.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

from replay.compare.briefs import Pair, pair
from replay.compare.causes import Allowed, Causes
from replay.compare.differences import KINDS, OTHER_CONTENT, Difference, Keyed, differences, hashes, keyed
from replay.compare.lane import Outputs, Range
from replay.compare.matching import Fate, Match, Members, Score, agreement, match, standing
from replay.compare.raw_log import RawLog
from replay.compare.records import Told
from schemas.takedown import Takedowns

__all__ = ["KINDS", "Allowed", "Comparison", "Difference", "Outputs", "Range", "RawLog", "compare"]

Verdict = Literal["identical", "equal but for allowed differences", "different"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: how many were measured, half of them, 95 of 100, the longest."""

    count: int = 0
    p50: int = 0
    p95: int = 0
    most: int = 0

    @classmethod
    def of(cls, values: Iterable[int]) -> Spread:
        ranked = sorted(values)
        if not ranked:
            return cls()

        def at(share: float) -> int:
            return ranked[max(0, ceil(share * len(ranked)) - 1)]

        return cls(len(ranked), at(0.5), at(0.95), ranked[-1])


@dataclass(frozen=True, slots=True)
class Latency:
    """``briefs``: from the information cut-off (logged) to when it was made, by the wall clock: in a
    lane that ran the log again, the age of the log. ``stories``: on the log's clock, from the newest
    article of a story to the record of the story."""

    briefs: Spread
    stories: Spread


@dataclass(frozen=True, slots=True)
class Moment:
    """A window's last revision in both lanes; None where a lane has none."""

    key: str
    first: float | None
    second: float | None
    allowed: Allowed | None


@dataclass(frozen=True)
class Comparison:
    """Counts by kind, and all that differs; ``hashes`` and ``compared`` by lane: of everything, and of what
    is left when allowed differences are taken off both. ``matches`` are over articles both can have."""

    counts: Mapping[str, tuple[int, int]]
    differences: tuple[Difference, ...] = ()
    allowed: Mapping[Allowed, tuple[Difference, ...]] = field(default_factory=dict)
    hashes: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    compared: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    matches: tuple[Match, ...] = ()
    members: tuple[Members, Members] = ({}, {})
    b_cubed: Score | None = None
    # Kinds that were left out, and why.
    left_out: Mapping[str, str] = field(default_factory=dict)
    briefs: tuple[Pair, ...] = ()
    windows: tuple[Moment, ...] = ()
    latency: tuple[Latency, Latency] = (Latency(Spread(), Spread()), Latency(Spread(), Spread()))

    @property
    def identical(self) -> bool:
        """Whether both lanes made the same, to the letter: their hashes are equal."""
        return self.hashes[0] == self.hashes[1]

    @property
    def verdict(self) -> Verdict:
        if self.identical:
            return "identical"
        return "different" if self.differences else "equal but for allowed differences"

    @property
    def fates(self) -> dict[Fate, int]:
        """How many matches of each fate; all are named."""
        counted = Counter(each.fate for each in self.matches)
        return {fate: counted[fate] for fate in Fate}


def compare(first: Outputs, second: Outputs, log: RawLog | None = None) -> Comparison:
    """Matches and compares two lanes; doubled keys within a lane count as a difference."""
    left_out_kinds = {}
    if not (first.range.windows and second.range.windows):
        left_out_kinds["indicators"] = "one of the lanes ran no job that cuts windows"
        first, second = replace(first, indicators=()), replace(second, indicators=())
    log = log or RawLog()
    causes, takedowns = Causes(first, second, log), Takedowns(log.takedowns)
    lanes = (keyed(0, first, causes), keyed(1, second, causes))
    found = differences(lanes[0].content, lanes[1].content)
    allowed = {name: found.get(name, ()) for name in Allowed}
    left_out = _keys(each for name in Allowed for each in allowed[name])
    members = tuple(_restricted(lane.members(), causes.absent) for lane in (first, second))
    matches = match(*members)
    return Comparison(
        counts={kind: (len(lanes[0].content[kind]), len(lanes[1].content[kind])) for kind in KINDS},
        differences=found.get(None, ()),
        allowed=allowed,
        hashes=(hashes(lanes[0].content), hashes(lanes[1].content)),
        compared=(hashes(lanes[0].content, left_out), hashes(lanes[1].content, left_out)),
        matches=matches,
        members=(members[0], members[1]),
        b_cubed=agreement(*members),
        left_out=left_out_kinds,
        briefs=tuple(_briefs(lanes, (first, second), matches, found.values(), takedowns)),
        windows=tuple(_windows(first, second, found)),
        latency=(_latency(first), _latency(second)),
    )


def _keys(all_of: Iterable[Difference]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in all_of:
        found[each.kind].update(each.only_first, each.only_second, each.changed)
    return {kind: frozenset(keys) for kind, keys in found.items()}


def _restricted(members: Members, absent: Mapping[str, Allowed]) -> Members:
    both = {story: articles - absent.keys() for story, articles in members.items()}
    return {story: articles for story, articles in both.items() if articles}


def _briefs(
    lanes: tuple[Keyed, Keyed],
    outputs: tuple[Outputs, Outputs],
    matches: Sequence[Match],
    found: Iterable[tuple[Difference, ...]],
    takedowns: Takedowns,
) -> Iterator[Pair]:
    """Those that differ: under one key beside each other, the others by story and desk. What rests on
    something that was taken down is counted, and not shown."""
    ours, theirs = lanes[0].briefs, lanes[1].briefs
    differing = sorted(_keys(each for some in found for each in some).get("briefs", ()))
    alone: tuple[list[Told], list[Told]] = ([], [])
    for key in differing:
        base = key.removesuffix(OTHER_CONTENT)
        one, other = ours.get(key) or ours.get(base), theirs.get(key) or theirs.get(base)
        if any(_is_taken_down(each, takedowns) for each in (one, other)):
            continue
        if one is not None and other is not None:
            yield pair(one.brief(), other.brief())
        elif one is not None:
            alone[0].append(one)
        elif other is not None:
            alone[1].append(other)
    yield from _by_story(alone, outputs, matches)


def _is_taken_down(told: Told | None, takedowns: Takedowns) -> bool:
    if told is None or not takedowns:
        return False
    return any(map(takedowns.of, told.brief().provenance.sources))


def _by_story(
    alone: tuple[list[Told], list[Told]], outputs: tuple[Outputs, Outputs], matches: Sequence[Match]
) -> Iterator[Pair]:
    """Briefs of matched stories and one desk: of one moment beside each other, then the last ones left."""
    places = {
        (lane, story): number
        for number, each in enumerate(matches)
        for lane, stories in enumerate((each.first, each.second))
        for story in stories
    }
    merged = [lane.merged() for lane in outputs]
    groups: dict[tuple[int | str, str], tuple[list[Told], list[Told]]] = defaultdict(lambda: ([], []))
    for lane, some in enumerate(alone):
        for told in sorted(some, key=lambda each: (each.cutoff, each.brief_id)):
            story_id = standing(told.story_id, merged[lane])
            place = places.get((lane, story_id), story_id)
            groups[place, told.desk][lane].append(told)
    given = tuple({(g.story_id, g.desk, g.assigned_at) for g in lane.assignments} for lane in outputs)
    for (place, _), (ours, theirs) in groups.items():
        yield from (pair(one.brief(), other.brief()) for one, other in _taken(ours, theirs))
        stories = (matches[place].first, matches[place].second) if isinstance(place, int) else ((), ())
        for told in ours:
            yield pair(told.brief(), None, _absence(told, stories[1], given[1]))
        for told in theirs:
            yield pair(None, told.brief(), _absence(told, stories[0], given[0]))


def _taken(ours: list[Told], theirs: list[Told]) -> list[tuple[Told, Told]]:
    """Takes pairs out of both lists."""
    found = []
    moments = {told.cutoff: told for told in theirs}
    for told in list(ours):
        other = moments.pop(told.cutoff, None)
        if other is not None:
            found.append((told, other))
            ours.remove(told)
            theirs.remove(other)
    if ours and theirs:
        found.append((ours.pop(), theirs.pop()))
    return found


def _absence(told: Told, stories: Sequence[str], given: set[tuple[str, str, int]]) -> str:
    if not stories:
        return "the other lane has no story with any of its articles"
    if any((story, told.desk, told.cutoff) in given for story in stories):
        return "assigned in the other lane too, but no brief of it is in that lane's log"
    return "not assigned in the other lane at that moment"


def _windows(
    first: Outputs, second: Outputs, found: Mapping[Allowed | None, Sequence[Difference]]
) -> Iterator[Moment]:
    last: list[dict[str, tuple[int, float]]] = [{}, {}]
    for values, lane in zip(last, (first, second), strict=True):
        for each in lane.indicators:
            values[each.key] = max(values.get(each.key, (-1, 0.0)), (each.revision, each.value))
    for name, some in found.items():
        for key in sorted(_keys(some).get("indicators", ())):
            one, other = (values[key][1] if key in values else None for values in last)
            yield Moment(key, one, other, name)


def _latency(lane: Outputs) -> Latency:
    return Latency(
        briefs=Spread.of(told.generated_at - told.cutoff for told in lane.briefs),
        stories=Spread.of(moved.updated_at - moved.newest for moved in lane.stories if moved.newest),
    )
