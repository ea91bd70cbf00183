"""What may differ between two lanes, and why: from their records and the raw log's alone. Pure.

A difference is allowed only if a record says why: an article's raw record lies before what a lane read
or before what retention left, or was taken down, or broke the order of the log; a brief was refused
its money, or follows one that differs for such a reason. What no record explains is a real difference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from replay.compare.lane import Outputs
from replay.compare.matching import components
from replay.compare.raw_log import RawLog
from replay.compare.records import Placed, Told, Window
from topics.catalogue import ARTICLES_ENRICHED, TOPICS
from topics.partitioning import partition_for


class Allowed(StrEnum):
    """Names under which lanes may differ; of several that apply the first counts."""

    TAKEDOWNS = "takedowns"
    RETENTION = "retention"
    WARM_UP = "warm-up"
    ORDER = "order breaks"
    BUDGET = "budget refusals"


PRIORITY = tuple(Allowed)


class Causes:
    """What the records of two lanes and of the raw log allow to differ. ``lane`` is 0 or 1."""

    def __init__(self, first: Outputs, second: Outputs, log: RawLog) -> None:
        self._lanes = (first, second)
        self._log = log
        self._start = max(first.range.start_ms, second.range.start_ms)
        self._first_read = max(first.range.read_from_ms, second.range.read_from_ms, log.first_logged_at)
        self._first_read_is = (
            Allowed.RETENTION if self._first_read == log.first_logged_at else Allowed.WARM_UP
        )
        self._wordings = tuple({e.wording: e.raw_place for e in lane.enriched} for lane in self._lanes)
        self._by_story: dict[tuple[int, str], set[Allowed]] = {}
        self._times: dict[str, list[tuple[int, Allowed]]] = defaultdict(list)
        # From when on a lane counts fewer articles and stories, for want of what another one has.
        self._scored_otherwise: dict[Allowed, int] = {}
        causes: dict[str, set[Allowed]] = defaultdict(set)
        # Articles that only one lane has, and may.
        self.absent: dict[str, Allowed] = {}
        known = tuple({each.article_id for each in lane.enriched} for lane in self._lanes)
        for lane, outputs in enumerate(self._lanes):
            for placed in outputs.enriched:
                cause = self._of_wording(lane, placed)
                if cause is None:
                    continue
                causes[placed.article_id].add(cause)
                if placed.article_id not in known[1 - lane]:
                    self.absent[placed.article_id] = cause
                if cause in (Allowed.TAKEDOWNS, Allowed.WARM_UP):
                    since = self._scored_otherwise.get(cause, placed.logged_at)
                    self._scored_otherwise[cause] = min(since, placed.logged_at)
                for scope in placed.scopes:
                    self._times[scope].append((placed.published_at, cause))
        for scope, published_at in log.taken_down_at:
            self._times[scope].append((published_at, Allowed.TAKEDOWNS))
        for times in self._times.values():
            times.sort()
        self._unscored = tuple(
            {(e.wording, e.revision, e.unscored) for e in lane.enriched} if self._scored_otherwise else set()
            for lane in self._lanes
        )
        self._spread(causes)
        self._tainted = (self._chains(first, second), self._chains(second, first))

    def of_article(self, lane: int, placed: Placed) -> Allowed | None:
        """Of one wording. What another article did to its story counts too: its place follows from it."""
        return first_of(
            (
                self._of_wording(lane, placed),
                self._of_score(lane, placed),
                self.of_story(lane, placed.story_id, placed.logged_at),
            )
        )

    def of_story(self, lane: int, story_id: str, at: int, topic: str = "") -> Allowed | None:
        """Of a record about a story at a logged time; ``topic`` is the one it stands in."""
        found: list[Allowed | None] = [Allowed.WARM_UP] if at < self._start else []
        kept = self._lanes[1 - lane].kept_from.get(topic, {})
        if kept and at < kept.get(partition_for(story_id.encode(), TOPICS[topic].partitions), 0):
            found.append(Allowed.RETENTION)
        return first_of((*found, *self._by_story.get((lane, story_id), ())))

    def of_brief(self, lane: int, told: Told) -> Allowed | None:
        """Of a brief: its story's, or what befell a brief before it."""
        return first_of(
            (self.of_story(lane, told.story_id, told.cutoff), *self._tainted[lane].get(told.brief_id, ()))
        )

    def of_window(self, window: Window) -> Allowed | None:
        """Of an indicator: it begins before what a lane read, or an article with a cause counts in it."""
        times = self._times.get(window.scope, [])
        at = bisect_left(times, window.start, key=lambda each: each[0])
        within: list[Allowed | None] = []
        while at < len(times) and times[at][0] < window.end:
            within.append(times[at][1])
            at += 1
        if window.start < self._first_read:
            within.append(self._first_read_is)
        return first_of(within)

    def _of_score(self, lane: int, placed: Placed) -> Allowed | None:
        """A score depends on how many articles and stories there are: it alone may differ from the first
        article on that one lane lacks."""
        if (placed.wording, placed.revision, placed.unscored) not in self._unscored[1 - lane]:
            return None
        return first_of(name for name, at in self._scored_otherwise.items() if at <= placed.logged_at)

    def _of_wording(self, lane: int, placed: Placed) -> Allowed | None:
        other = self._lanes[1 - lane]
        there = self._wordings[1 - lane].get(placed.wording)
        if there is None:
            if self._log.taken_down(placed):
                return Allowed.TAKEDOWNS
            kept = other.kept_from.get(ARTICLES_ENRICHED, {})
            partitions = TOPICS[ARTICLES_ENRICHED].partitions
            lost = placed.logged_at < kept.get(partition_for(placed.article_id.encode(), partitions), 0)
            if lost or not self._log.kept(placed):
                return Allowed.RETENTION
        # Of an entry that came again the other lane may have read the second record only.
        if there != placed.raw_place and not other.range.read(placed):
            return Allowed.WARM_UP
        if (placed.raw_partition, placed.raw_offset) in self._log.out_of_order:
            return Allowed.ORDER
        return None

    def _spread(self, causes: Mapping[str, set[Allowed]]) -> None:
        """From articles to all stories that share articles with theirs, in either lane, or went into one."""
        ours, theirs = reach = [lane.reach() for lane in self._lanes]
        for group in components(ours, theirs):
            found: set[Allowed] = set()
            for lane, stories in enumerate(group):
                for story in stories:
                    for article in reach[lane][story]:
                        found |= causes.get(article, set())
            if found:
                for lane, stories in enumerate(group):
                    self._by_story.update({(lane, story): found for story in stories})

    def _chains(self, lane: Outputs, other: Outputs) -> dict[str, set[Allowed]]:
        """Causes of briefs by id: their own, and those of what they supersede where that differs. A
        brief is written with its predecessors at hand, so what differs there goes on from one to the next.
        """
        there = {told.content for told in other.briefs}
        found: dict[str, set[Allowed]] = {}
        differing: set[str] = set()
        for told in sorted(lane.briefs, key=lambda each: (each.cutoff, each.revision)):
            causes = found.setdefault(told.brief_id, set())
            if told.brief_id in lane.refused:
                causes.add(Allowed.BUDGET)
            if told.cutoff < self._start:
                causes.add(Allowed.WARM_UP)
            for before in differing.intersection(told.supersedes):
                causes |= found[before]
            if told.content not in there:
                differing.add(told.brief_id)
        return found


def first_of(names: Iterable[Allowed | None]) -> Allowed | None:
    found = {name for name in names if name is not None}
    return next((name for name in PRIORITY if name in found), None)
