"""What a replay is going to do, said before it is done. Pure: figures in, figures and sentences out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flink_jobs.runs import JobName, Source
from replay.run.requests import Requests
from replay.run.requests import described as asked_of_models
from topics.catalogue import ARTICLES_RAW, TOPICS
from topics.lane import Lane

# Entries a second that the jobs of a lane take in beside live ones that have little to do, as measured on two
# cores by `make bench-replay` (docs/benchmarks.md), and how long they take to start. Embedding is what costs;
# enriched articles bring their vectors along.
ENTRIES_PER_S: Mapping[Source, float] = {"articles.raw": 70.0, "articles.enriched": 220.0}
START_S = 45.0
# What the jobs of a lane need: reading and embedding, the ordered operator, windows.
SLOTS: Mapping[JobName, int] = {"articles": 1, "stories": 3}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a part of the source was seen to hold: offsets, how many of them are entries, and bytes."""

    records: int = 0
    entries: int = 0
    size: int = 0

    @property
    def share(self) -> float:
        """Entries in an offset; the rest are ticks and marks of transactions."""
        return self.entries / self.records if self.records else 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """``offsets``, ``range_offsets``, ``ends`` (exclusive) by partition; ``follows``: without an end.

    ``bytes_per_s`` None: not throttled. ``takedowns``: how many there are, whose articles are left out.
    ``requests``: what its briefs ask of models; None: not looked at.
    """

    lane: Lane
    source: Source
    jobs: tuple[JobName, ...]
    offsets: Mapping[int, int]
    range_offsets: Mapping[int, int]
    ends: Mapping[int, int]
    follows: bool
    changes: tuple[str, ...]
    sample: Sample
    bytes_per_s: float | None
    shortened: bool = False
    takedowns: int = 0
    requests: Requests | None = None

    @property
    def warm_up(self) -> int:
        """Offsets read before the range, ticks and marks of transactions included."""
        return sum(self.range_offsets[p] - offset for p, offset in self.offsets.items())

    @property
    def records(self) -> int:
        """Offsets of the range up to what is known now, ticks and marks included."""
        return sum(max(0, end - self.range_offsets[p]) for p, end in self.ends.items())

    @property
    def entries(self) -> int:
        """About how many entries are read, warm-up included."""
        return round((self.warm_up + self.records) * self.sample.share)

    @property
    def minutes(self) -> float:
        """About how long it takes: what is slower, the jobs or the throttle."""
        working = self.entries / ENTRIES_PER_S[self.source]
        each = self.sample.size / self.sample.records if self.sample.records else 0.0
        throttled = (self.warm_up + self.records) * each / self.bytes_per_s if self.bytes_per_s else 0.0
        return (START_S + max(working, throttled)) / 60

    @property
    def topics(self) -> tuple[str, ...]:
        """The lane's topics that are to be made."""
        return tuple(self.lane.topic(name) for name, topic in TOPICS.items() if not topic.shared)

    @property
    def slots(self) -> int:
        """Task slots that its jobs need."""
        return sum(SLOTS[job] for job in self.jobs)


def described(plan: Plan) -> list[str]:
    """The plan in lines, as it is shown before anything is done."""
    end = "then follows it live" if plan.follows else "then ends"
    lines = [
        f"Lane {plan.lane.name}: {' and '.join(plan.jobs)} over {plan.source}, {end}",
        f"reads      {_span(plan.offsets, plan.ends)}",
        f"records    {plan.records}, about {round(plan.records * plan.sample.share)} of them entries"
        f"{'' if plan.follows else f', to {_places(plan.ends)}'}",
        f"warm-up    {_warm_up(plan)}",
        f"changes    {'; '.join(plan.changes) or 'none: it makes what the live lane made'}",
        *_honoured(plan),
        f"time       about {_minutes(plan.minutes)}, {_throttle(plan)}",
        f"makes      topics {', '.join(plan.topics)}",
        f"           collection {plan.lane.collection('documents')} of the index, and no more than that",
        f"needs      {plan.slots} free task slots",
    ]
    said = [] if plan.requests is None else asked_of_models(plan.requests)
    lines += [f"{'models' if n == 0 else '':<11}{line}" for n, line in enumerate(said)]
    if plan.source != ARTICLES_RAW:
        lines.append("           its indicators are those of the live lane: windows do not depend on stories")
    return lines


def _honoured(plan: Plan) -> list[str]:
    count = plan.takedowns
    said = (
        f"{count} takedown{'' if count == 1 else 's'} honoured: what is under one is left out from the first"
    )
    return [f"without    {said}"] if count else []


def _warm_up(plan: Plan) -> str:
    said = f"{plan.warm_up} records before the range; their outputs are marked" if plan.warm_up else "none"
    if plan.shortened:
        return f"{said}; RETENTION HAS TAKEN AWAY what came before: stories that were open then will differ"
    return said


def _throttle(plan: Plan) -> str:
    if plan.bytes_per_s is None:
        return "not throttled"
    return f"reading at most {plan.bytes_per_s / 1000:.0f} kB/s so that the live lane goes first"


def _minutes(minutes: float) -> str:
    if minutes < 90:
        return f"{max(1, round(minutes))} min"
    return f"{minutes / 60:.1f} h"


def _span(offsets: Mapping[int, int], ends: Mapping[int, int]) -> str:
    return ", ".join(f"{p}: {offset}–{max(offset, ends[p]) - 1}" for p, offset in sorted(offsets.items()))


def _places(ends: Mapping[int, int]) -> str:
    return ",".join(f"{p}={end}" for p, end in sorted(ends.items()))
