"""Starts, watches and ends the jobs of a replay; begun again after any kill, it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaException

from flink_jobs.rest import ENDED, FlinkError, JobSummary
from flink_jobs.retained import newest
from flink_jobs.runs import JobName, Run
from flink_jobs.submit import Jobs, Started
from replay.run.log import Replay, ReplayLog
from replay.run.select import Overtaken
from topics.groups import committed
from topics.reading import ReadFailed, beginnings, end_offsets
from topics.settings import BrokerSettings
from topics.wire import set_read_quotas

Say = Callable[[str], None]
Places = Mapping[JobName, Mapping[int, int]]
LOOK_EVERY_S = 2.0
# A cluster that was killed is back, with its jobs, in less.
LOST_AFTER_S = 300.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Records of a job's range that a checkpoint covers, of those up to its end, warm-up included."""

    job: JobName
    done: int
    of: int

    def __str__(self) -> str:
        return f"{self.job} {self.done}/{self.of} ({self.percent} %)"

    @property
    def percent(self) -> int:
        return 100 if self.of == 0 else min(100, 100 * self.done // self.of)


def clients(run: Run) -> list[str]:
    """The ids under which a job's readers ask the broker."""
    return [f"{run.connection.client(run.job)}-{number}" for number in range(run.parallelism)]


def rates(replay: Replay, on: bool = True) -> dict[str, int | None]:
    """The quota of each reader, so that all of them together read as much as the replay may."""
    readers = [client for run in replay.runs for client in clients(run)]
    # The broker knows whole bytes only.
    each = max(1, int(replay.bytes_per_s / len(readers))) if on and replay.bytes_per_s else None
    return dict.fromkeys(readers, each)


def progress(run: Run, place: Mapping[int, int], ends: Mapping[int, int]) -> Progress:
    """Of a job whose group has committed ``place``."""
    first = run.start.offsets if run.start else {}
    begins = {p: min(first.get(p, 0), end) for p, end in ends.items()}
    done = sum(max(0, min(place.get(p, begins[p]), end) - begins[p]) for p, end in ends.items())
    return Progress(run.job, done, sum(end - begins[p] for p, end in ends.items()))


def states(replay: Replay, known: Sequence[JobSummary] | None) -> dict[JobName, str]:
    """Of each job, by what the cluster knows; None: it does not answer. FINISHED ones by the record."""
    if known is None:
        found: dict[str, str] = {run.name: "UNKNOWN" for run in replay.runs}
    else:
        # The newest of a name comes last; one that has finished may not have been noted yet.
        mine = [job for job in known if job.active or job.started_at >= replay.created_at]
        found = {job.name: job.state for job in reversed(mine) if job.active or job.state == "FINISHED"}
    return {
        run.job: "FINISHED" if run.job in replay.finished else found.get(run.name, "STOPPED")
        for run in replay.runs
    }


class Running:
    """The jobs of one replay on a cluster."""

    def __init__(self, jobs: Jobs, broker: BrokerSettings, log: ReplayLog) -> None:
        self._jobs = jobs
        self._broker = broker
        self._log = log

    def begin(self, replay: Replay, say: Say) -> tuple[Replay, dict[JobName, Started]]:
        """Throttles and starts what does not run and has not ended, each job from its newest state.

        Raises Overtaken, FlinkError.
        """
        self._check(replay, self._places(replay))
        set_read_quotas(self._broker, rates(replay))
        replay, running = self._found(replay)
        missing = [run for run in replay.runs if run.job not in replay.finished and run.job not in running]
        for run, started in zip(missing, self._jobs.submit_all(missing), strict=True):
            running[run.job] = started
            origin = f"from {started.resumed_from.name}" if started.resumed_from else "at its beginning"
            say(f"{started.name}: running {origin}")
        return replay, running

    def await_end(self, replay: Replay, running: Mapping[JobName, Started], say: Say) -> Replay:
        """Watches bounded jobs to their end, through restarts of what they run on.

        Raises Overtaken, FlinkError.
        """
        said, known_at = "", time.monotonic()
        while True:
            now, known = self._look(replay, running)
            known_at = time.monotonic() if known else known_at
            if time.monotonic() - known_at > LOST_AFTER_S:
                raise FlinkError(
                    f"the cluster has not told of the jobs of lane {replay.lane.name} for "
                    f"{LOST_AFTER_S:.0f} s ({now}); give the command again to go on"
                )
            if now != said:
                say(now)
                said = now
            if known and all(state in ENDED for state in known.values()):
                break
            time.sleep(LOOK_EVERY_S)
        for run in replay.runs:
            if run.job in running:
                self._jobs.await_end(run, running[run.job])
                replay = self._log.put(replay.finish([run.job]))
                say(f"{run.name}: has come to its end")
        return replay

    def _look(self, replay: Replay, running: Mapping[JobName, Started]) -> tuple[str, dict[JobName, str]]:
        """Progress in words, and the jobs' states; none while the cluster does not tell of all of them."""
        try:
            places = self._places(replay)
            self._check_or_stop(replay, places)
            now = ", ".join(map(str, self._progress(replay, places)))
            states = {job.id: job.state for job in self._jobs.rest.jobs()}
            for run in replay.runs:
                if run.job in running and states.get(running[run.job].id) == "RUNNING":
                    self._jobs.end_if_read(run, running[run.job])
        except (FlinkError, KafkaException, ReadFailed) as error:
            return f"waiting: {error}", {}
        if any(started.id not in states for started in running.values()):
            return now, {}
        return now, {job: states[started.id] for job, started in running.items()}

    def progress(self, replay: Replay) -> list[Progress]:
        """Of each job; the log alone tells it."""
        return self._progress(replay, self._places(replay))

    def _places(self, replay: Replay) -> Places:
        """Where each job that has not finished stands."""
        return {run.job: self._place(run) for run in replay.runs if run.job not in replay.finished}

    def _progress(self, replay: Replay, places: Places) -> list[Progress]:
        found = []
        for run in replay.runs:
            ends = run.bounds.offsets if run.bounds else end_offsets(self._broker, run.source)
            found.append(progress(run, places.get(run.job, ends), ends))
        return found

    def _check(self, replay: Replay, places: Places) -> None:
        """Raises Overtaken when records that a job has yet to read are gone."""
        for run in replay.runs:
            if run.job not in places:
                continue
            place = {**(run.start.offsets if run.start else {}), **places[run.job]}
            ends = run.bounds.offsets if run.bounds else {}
            for partition, low in beginnings(self._broker, run.source).items():
                wanted = place.get(partition, 0)
                if wanted < low and wanted < ends.get(partition, low):
                    raise Overtaken(
                        f"{run.name} has yet to read {run.source}-{partition}@{wanted}, but retention has "
                        f"taken away what is before {low}: the lane would have a gap. "
                        f"`./tw replay drop {replay.lane.name}`, and start one that begins later"
                    )

    def _check_or_stop(self, replay: Replay, places: Places) -> None:
        try:
            self._check(replay, places)
        except Overtaken:
            self._stop(replay)
            raise

    def _stop(self, replay: Replay) -> None:
        """Ends the jobs, if they run, without a savepoint."""
        for run in replay.runs:
            job = self._jobs.rest.active(run.name)
            if job is not None:
                self._jobs.rest.cancel(job.id)

    def _found(self, replay: Replay) -> tuple[Replay, dict[JobName, Started]]:
        """What runs already, and what ended while nobody looked."""
        known = self._jobs.rest.jobs()
        running: dict[JobName, Started] = {}
        for run in replay.runs:
            if run.job in replay.finished:
                continue
            mine = [job for job in known if job.name == run.name and job.started_at >= replay.created_at]
            live = next((job for job in mine if job.active), None)
            done = next((job for job in mine if job.state == "FINISHED"), None)
            found = live or done
            if found is not None:
                running[run.job] = Started(found.id, found.name, None)
            elif self._ended_unseen(run):
                self._jobs.note_end(run)
                replay = self._log.put(replay.finish([run.job]))
        return replay, running

    def _ended_unseen(self, run: Run) -> bool:
        """Whether a job that the cluster no longer tells of came to its end.

        That takes its checkpoints away, and nothing else does: what it wrote is there by a checkpoint, and
        the folder it was in. One that wrote nothing is known by its last commit, which may be missing; it
        is run again then, and writes nothing again.
        """
        if run.bounds is None or newest(run) is not None:
            return False
        place = self._place(run)
        if all(place.get(p, -1) >= end for p, end in run.bounds.offsets.items()):
            return True
        return any(run.checkpoints.glob("*")) and self._jobs.has_written(run)

    def _place(self, run: Run) -> dict[int, int]:
        return committed(self._broker, run.connection.group(run.job), run.source)
