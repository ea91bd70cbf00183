"""One assignment's way to its brief: decode, recall, write, check, publish, account for it.

The brief is published before the assignment is acknowledged. Doing an assignment again gives the
same brief id and the same content, so a repetition after a crash changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from agents.apart import Here, Runs, TookTooLong
from agents.audit import events
from agents.evaluate import evaluate
from agents.memory import Remembered
from agents.rail import IndicatorsMissing
from agents.sources import moved_by, sources_of
from agents.work import BriefWriter, Draft, Work
from desks import Desk
from schemas.codec import Codec, Undecodable
from schemas.records import Assignment, Brief, BriefIndicator
from telemetry import metrics
from telemetry.logs import logger
from topics.catalogue import AGENTS_AUDIT, BRIEFS, TOPICS
from topics.lane import Lane
from topics.partitioning import partition_for
from topics.reading import Received

# Topic, key, value, partition (None: by key). Returns when the record is in the log.
Send = Callable[[str, bytes, bytes, int | None], Awaitable[None]]

# Why a brief is without them, where it should have some.
WITHOUT_INDICATORS = "the indicators due at its cut-off were not in the log in time"

log = logger("agents")


class Recalls(Protocol):
    """What a lane has said so far; see memory.Memory. May block."""

    def of(self, partition: int, generation: int) -> Remembered:
        """The briefs, with this partition read to its end at least once in this generation."""

    def fresh(self, partition: int) -> Remembered:
        """The briefs, with this partition, which may be another worker's, read to its end now."""


class ClosedWindows(Protocol):
    """The indicators a brief may use; see rail.Rail. May block."""

    def closed(self, desk: str, cutoff: int) -> tuple[BriefIndicator, ...]:
        """The desk's windows that had closed by ``cutoff``. Raises IndicatorsMissing."""


class Unusable(Exception):
    """Trying again would not help: the assignment goes to the dead letters."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Handles assignments; holds no state but what its parts keep."""

    codec: Codec
    lane: Lane
    desks: Mapping[str, Desk]
    writer: BriefWriter
    memory: Recalls
    rail: ClosedWindows
    send: Send
    # Where what takes time is done.
    runs: Runs = field(default_factory=Here)

    async def handle(self, received: Received, generation: int) -> None:
        """Publishes the brief of one assignment; none for one of a warm-up.

        ``generation`` is the consumer group's, in which the record was received. Raises Unusable for
        what can never become a brief, and whatever broker or registry raise for what may be tried again.
        """
        started = time.monotonic()
        assignment = self._decode(received)
        # The story may have moved during the warm-up: what counts is when it was assigned.
        if assignment.warmup:
            return
        desk = self.desks.get(assignment.desk)
        if desk is None:
            known = ", ".join(self.desks)
            raise Unusable(f"no desk {assignment.desk!r} here (there are: {known}); add its file to desks/")
        remembered = await self._remembered(assignment.story_id, generation)
        predecessors = await self._predecessors(assignment, remembered)
        indicators, missing = await self._indicators(assignment)
        try:
            sources = await self.runs.run(sources_of, assignment.story)
            work = Work(assignment, desk, sources, predecessors, indicators)
            draft = _with_reason(await self.writer.write(work), missing)
            brief = await self.runs.run(evaluate, work, draft, self.writer.recipe, now_ms())
        except TookTooLong as error:
            raise Unusable(f"story {assignment.story_id}, desk {assignment.desk}: {error}") from error
        await self._publish(brief, remembered)
        for event in events(brief, assignment, draft.degraded, now_ms()):
            key = event.story_id.encode()
            await self.send(self.lane.topic(AGENTS_AUDIT), key, self.codec.encode(event), None)
        metrics.BRIEFS.labels(desk=brief.desk, status=brief.status.value).inc()
        metrics.BRIEF_SECONDS.observe(time.monotonic() - started)

    def source(self, received: Received) -> str:
        """The owner whose article an assignment is about, who may have any number of stories; empty for what
        is no assignment."""
        try:
            return moved_by(self._decode(received).story)
        except Unusable:
            return ""

    def _decode(self, received: Received) -> Assignment:
        if received.value is None:
            raise Unusable("an assignment without a value")
        try:
            return self.codec.decode(received.value, Assignment)
        except Undecodable as error:
            raise Unusable(str(error)) from error

    async def _remembered(self, story_id: str, generation: int) -> Remembered:
        return await asyncio.to_thread(self.memory.of, self._partition(story_id), generation)

    async def _predecessors(self, assignment: Assignment, remembered: Remembered) -> tuple[Brief, ...]:
        """What the brief supersedes: the story's last one, and the last ones of stories that went into it,
        if nothing has superseded them."""
        story, desk, cutoff = assignment.story, assignment.desk, assignment.assigned_at
        last = remembered.below(story.story_id, desk, story.revision)
        found = [last]
        for absorbed in story.absorbed:
            # Read to its end now: its partition may be another worker's.
            remembered = await asyncio.to_thread(self.memory.fresh, self._partition(absorbed))
            found.append(remembered.known_by(absorbed, desk, cutoff))
        done = remembered.superseded(story.story_id, desk, story.revision, story.absorbed)
        return tuple(brief for brief in found if brief is not None and brief.brief_id not in done)

    async def _indicators(self, assignment: Assignment) -> tuple[tuple[BriefIndicator, ...], str]:
        """The closed windows, and why there are none if they could not be had."""
        try:
            cutoff = assignment.assigned_at
            return await asyncio.to_thread(self.rail.closed, assignment.desk, cutoff), ""
        except IndicatorsMissing as error:
            log.warning("without indicators", story_id=assignment.story_id, reason=str(error))
            return (), WITHOUT_INDICATORS

    async def _publish(self, brief: Brief, remembered: Remembered) -> None:
        if remembered.has(brief):
            return
        value = self.codec.encode(brief)
        key, partition = brief.brief_id.encode(), self._partition(brief.story_id)
        await self.send(self.lane.topic(BRIEFS), key, value, partition)
        remembered.put(brief, value)

    def _partition(self, story_id: str) -> int:
        return partition_for(story_id.encode(), TOPICS[BRIEFS].partitions)


def _with_reason(draft: Draft, missing: str) -> Draft:
    reasons = [reason for reason in (draft.degraded, missing) if reason]
    return replace(draft, degraded="; ".join(reasons)) if missing else draft


def now_ms() -> int:
    """Wall clock, epoch milliseconds; outside every id and hash."""
    return time.time_ns() // 1_000_000
