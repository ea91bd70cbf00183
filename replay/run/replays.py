"""Replays of a home: what was asked becomes a plan and a record, and those jobs and agents."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from agents.settings import HomeSettings
from desks.loader import load_desks
from flink_jobs import submit
from flink_jobs.bounds import NoTick
from flink_jobs.deduplicated import Bounds, Start
from flink_jobs.runs import JOBS, JobName, Run, job_title
from flink_jobs.settings import JobSettings
from flink_jobs.stories.cluster import load_weights
from flink_jobs.submit import Jobs
from reader.alias import Alias
from reader.client import ReaderClient, ReaderDown
from reader.comparisons import Comparisons
from replay.run.asked import Asked, check, check_without, too_early
from replay.run.dropping import Dropped, drop
from replay.run.log import RecordBroken, Replay, ReplayLog
from replay.run.plan import Plan
from replay.run.running import Running, Say, rates
from replay.run.select import Reach, SelectionError, moment, reach
from replay.run.source import SourceLog, enriched_bounds, raw_bounds
from replay.run.waiting import until, unwritten
from schemas.codec import Codec
from sinks.settings import IndexSettings
from topics.admin import lanes as lanes_with_topics
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings
from topics.takedowns import read_takedowns
from topics.wire import set_read_quotas

BRIEFS_TIMEOUT_S = 3_600.0
LET_GO_TIMEOUT_S = 60.0


class Agents(Protocol):
    """The agents of lanes, as whoever supervises processes starts and ends them."""

    def start(self, lane: Lane, environment: Mapping[str, str]) -> None:
        """With this beside what all agents of the home are told; what runs already is left alone."""

    def stop(self, lane: Lane) -> None:
        """Nothing happens where none run."""


@dataclass(frozen=True)
class Place:
    """What replays of a home stand on. ``codec`` is made when it is needed: a home that never ran has no
    login for its registry, and can be asked for what needs none."""

    home: Path
    broker: BrokerSettings
    codec: Callable[[], Codec]
    jobs: Jobs
    agents: Agents
    reader: ReaderClient


class Replays:
    """The replays of one home."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.jobs = place.jobs
        self.log = ReplayLog(place.home / "replays")
        self.alias = Alias(place.home)
        self.running = Running(self.jobs, place.broker, self.log)

    def plan(self, asked: Asked, options: dict[str, str]) -> tuple[Plan, Replay]:
        """What is to be done, and the record that would begin it; nothing is changed.

        Raises SelectionError, Overtaken, NoTick, NotKnownYet, DeskError, WeightsError, PromptError.
        """
        # Here, because the model's SDK would double the time that every other command takes to start.
        from replay.run.foreseen import requests_of_models

        broker, codec = self._place.broker, self._place.codec()
        check(asked)
        changes = asked.changes()
        if self._has_traces(asked.lane):
            raise SelectionError(
                f"there is a lane {asked.lane.name} that no replay started, or whose record is lost: choose "
                f"another name, or `./tw replay drop {asked.lane.name}` first"
            )
        source = SourceLog(broker, codec, asked.source)
        bounds = self._bounds(asked, source)
        begins_at = moment(asked.where, source, bounds.end_at)
        if begins_at > bounds.end_at:
            raise SelectionError(
                f"the range begins at logged time {begins_at}, after its end {bounds.end_at}: nothing to run"
            )
        reached = reach(begins_at, asked.warm_up_ms, source)
        check_without(asked, source, reached.offsets, bounds.offsets)
        # The log says them after what they take down: read as they come, they would come too late.
        takedowns = read_takedowns(broker, codec)
        asked = replace(asked, without=asked.without.taken_down(takedowns))
        runs = self._runs(asked, reached, None if asked.follow else bounds)
        plan = Plan(
            lane=asked.lane,
            source=asked.source,
            jobs=tuple(run.job for run in runs),
            offsets=reached.offsets,
            range_offsets=reached.range_offsets,
            ends=bounds.offsets,
            follows=asked.follow,
            changes=changes,
            sample=source.sample(reached.offsets, bounds.offsets),
            bytes_per_s=asked.bytes_per_s,
            shortened=reached.shortened,
            takedowns=len(takedowns),
            requests=requests_of_models(broker, codec, asked, begins_at, bounds.end_at, reached.shortened),
        )
        created_at = time.time_ns() // 1_000_000
        replay = Replay(
            lane=asked.lane,
            created_at=created_at,
            asked=options,
            changes=plan.changes,
            runs=runs,
            environment=self._environment(asked),
            bytes_per_s=asked.bytes_per_s,
        )
        return plan, replay

    def record(self, asked: Asked, replay: Replay) -> Replay:
        """From here on the replay goes on by its record alone."""
        if asked.desks is not None:
            self.log.keep_desks(asked.lane, asked.desks)
        if asked.prompts is not None:
            self.log.keep_prompts(asked.lane, asked.prompts)
        return self.log.put(replay)

    def limit(self, replay: Replay, bytes_per_s: float | None) -> Replay:
        """From now on its readers are held to so much, together; None: to nothing."""
        return self.log.put(replay.model_copy(update={"bytes_per_s": bytes_per_s}))

    def go_on(self, replay: Replay, say: Say) -> Replay:
        """Starts what does not run, and sees a bounded one through to its last brief.

        Its agents come when its jobs have ended: only then is it noted in the log that all windows are
        there, for which agents wait, and nobody need look on for that to happen in time.
        """
        replay = _here(replay)
        if not replay.ended:
            replay, running = self.running.begin(replay, say)
            if not replay.follows:
                replay = self.running.await_end(replay, running, say)
        if not replay.written:
            self._place.agents.start(replay.lane, self.log.environment(replay))
        if replay.follows:
            return replay
        if not replay.written:
            lane = replay.lane
            broker, codec = self._place.broker, self._place.codec()
            until(lambda: unwritten(broker, codec, lane), "agents", BRIEFS_TIMEOUT_S, _changes(say))
            self._place.agents.stop(lane)
            replay = self.log.put(replay.model_copy(update={"written": True}))
        set_read_quotas(self._place.broker, rates(replay, on=False))
        return replay

    def lanes(self) -> list[Lane]:
        """Lanes but live, by name: those with a record and those with topics."""
        found = {*self.log.lanes(), *lanes_with_topics(self._place.broker)} - {LIVE}
        return sorted(found, key=lambda lane: lane.name)

    def promote(self, lane: Lane) -> Lane:
        """Readers are shown this lane from now on; the one they were shown before. Raises SelectionError."""
        before = self.alias.lane()
        if not lane.is_live:
            shown = {each["name"] for each in self._place.reader.get("/api/lanes")["lanes"]}
            if lane.name not in shown:
                raise SelectionError(f"the reader has no lane {lane.name}; it has {', '.join(sorted(shown))}")
        self.alias.point(lane)
        return before

    def check_drop(self, lane: Lane) -> None:
        """Raises SelectionError for a lane that is not there, the live one, and the one readers are shown."""
        if lane.is_live:
            raise SelectionError("the live lane is not dropped; to start over empty TIDEWIRE_HOME")
        if self.alias.lane() == lane:
            raise SelectionError(
                f"readers are shown lane {lane.name}; `./tw replay promote live` first, then drop it"
            )
        if not self._has_traces(lane):
            known = ", ".join(each.name for each in self.lanes()) or "none but live"
            raise SelectionError(f"there is no lane {lane.name}; there are {known}")

    def drop(self, lane: Lane, say: Say) -> Dropped:
        """Takes a lane away, whatever state it is in. Raises SelectionError as check_drop does."""
        self.check_drop(lane)
        for name in JOBS:
            job = self.jobs.rest.active(job_title(name, lane))
            if job is not None:
                self.jobs.rest.cancel(job.id)
                say(f"{job.name}: cancelled")
        self._place.agents.stop(lane)
        set_read_quotas(self._place.broker, rates(self._any(lane), on=False))
        Comparisons(self._place.home).forget(lane)
        return drop(self._place.broker, lane, self._folders(lane), lambda: self._let_go(lane))

    def _has_traces(self, lane: Lane) -> bool:
        return lane in self.lanes() or any(folder.exists() for folder in self._folders(lane))

    def _bounds(self, asked: Asked, source: SourceLog) -> Bounds:
        before = None if asked.end is None else moment(asked.end, source, 0)
        bounds = raw_bounds if asked.source == ARTICLES_RAW else enriched_bounds
        try:
            return bounds(self._place.broker, self._place.codec(), before)
        except NoTick as error:
            early = None if before is None else too_early(before, source)
            if early is None:
                raise
            raise early from error

    def _runs(self, asked: Asked, reached: Reach, bounds: Bounds | None) -> tuple[Run, ...]:
        names: tuple[JobName, ...] = JOBS if asked.source == ARTICLES_RAW else ("stories",)
        start = Start(reached.offsets, reached.begins_at, reached.whole_from)
        return tuple(self._changed(run, asked, start, bounds) for run in submit.runs(asked.lane, names))

    def _changed(self, run: Run, asked: Asked, start: Start, bounds: Bounds | None) -> Run:
        times, stories = run.times, run.stories
        if asked.lateness_ms is not None:
            times = times.model_copy(update={"lateness_ms": asked.lateness_ms})
        warm = {"warmup_until_ms": start.begins_at}
        changed = {"threshold": asked.threshold, "embedding_model": asked.encoder}
        changed = {name: value for name, value in changed.items() if value is not None}
        return run.model_copy(
            update={
                "source": asked.source,
                "start": start,
                "bounds": bounds,
                "without": asked.without,
                "times": times,
                "stories": stories.model_copy(update={**warm, **changed}),
                "desks": None if asked.desks is None else load_desks(asked.desks),
                "weights": None if asked.weights is None else load_weights(asked.weights),
            }
        )

    def _environment(self, asked: Asked) -> dict[str, str]:
        """What the lane's agents are told beside what all of this home's are."""
        own = {f"TIDEWIRE_WRITER_{name.upper()}": model for name, model in asked.models.items()}
        if asked.lateness_ms is not None:
            own["TIDEWIRE_TIME_LATENESS_MS"] = str(asked.lateness_ms)
        if asked.source == ARTICLES_ENRICHED:
            own["TIDEWIRE_AGENTS_INDICATORS_LANE"] = LIVE.name
        return own

    def _any(self, lane: Lane) -> Replay:
        """The lane's record, or one that names the clients it would have had."""
        try:
            found = self.log.get(lane)
        except RecordBroken:
            found = None
        runs = tuple(submit.runs(lane, JOBS))
        return found or Replay(lane=lane, created_at=0, asked={}, changes=(), runs=runs)

    def _folders(self, lane: Lane) -> list[Path]:
        home = HomeSettings().home.resolve()
        return [
            lane.folder(JobSettings().states),
            lane.folder(home / "agents"),
            IndexSettings().folder(lane),
            self.log.of(lane),
        ]

    def _let_go(self, lane: Lane) -> None:
        """The reader ends the indexer of a lane whose topics are gone, and drops its collection."""

        def held() -> str:
            try:
                shown = {each["name"] for each in self._place.reader.get("/api/lanes")["lanes"]}
            except ReaderDown:
                return ""
            return "its view is still open" if lane.name in shown else ""

        until(held, "reader", LET_GO_TIMEOUT_S, lambda _: None)


def _here(replay: Replay) -> Replay:
    """With broker, registry and home as they are now: a home may have been copied since."""
    runs = []
    for run in replay.runs:
        (now,) = submit.runs(replay.lane, [run.job])
        kept = ("settings", "bootstrap", "registry_url")
        runs.append(run.model_copy(update={name: getattr(now, name) for name in kept}))
    return replay.model_copy(update={"runs": tuple(runs)})


def _changes(say: Say) -> Callable[[str], None]:
    last = ""

    def progress(message: str) -> None:
        nonlocal last
        if message != last:
            last = message
            say(message)

    return progress
