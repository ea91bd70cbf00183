"""Starting, stopping and listing the jobs of a lane."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flink_jobs import retained
from flink_jobs.articles.statements import SINKS as ARTICLES_OUTPUTS
from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import ENDED, FlinkError, FlinkRest, JobSummary, Overdue, cause, until
from flink_jobs.runs import JOBS, JobName, Run
from flink_jobs.settings import ClusterSettings
from flink_jobs.stories.rows import OUTPUTS as STORIES_OUTPUTS
from schemas.registry import RegistrySettings
from telemetry.environment import SETTINGS, given
from topics.admin import commit_offsets, ensure_topics
from topics.groups import committed
from topics.lane import LIVE, Lane
from topics.reading import read_range
from topics.settings import BrokerSettings

HERE = Path(__file__).parent
SUBMITTED = re.compile(r"JobID ([0-9a-f]{32})")
# Longer than the cluster answers from a cache (web.refresh-interval, 3 s).
REST_CACHE_S = 10.0
# In so long after a start the cluster knows of every metric; it asks for them every ten seconds.
METRICS_MS = 30_000
OUTPUTS: dict[JobName, tuple[str, ...]] = {
    "articles": tuple(ARTICLES_OUTPUTS.values()),
    "stories": tuple(STORIES_OUTPUTS.values()),
}


class AlreadyRunning(FlinkError):
    """The job of this lane runs; a second one would write everything twice."""


class NotStarted(FlinkError):
    """A job was not accepted, or did not complete a checkpoint in time."""


@dataclass(frozen=True, slots=True)
class Started:
    """A job that has completed a checkpoint. ``resumed_from`` None: the beginning of the log."""

    id: str
    name: str
    resumed_from: Path | None


def runs(lane: Lane = LIVE, names: Iterable[JobName] = JOBS, bounds: Bounds | None = None) -> list[Run]:
    """The jobs of a lane by the environment's settings."""
    bootstrap, registry_url = BrokerSettings().bootstrap, RegistrySettings().url
    return [
        Run(job=name, lane=lane, bootstrap=bootstrap, registry_url=registry_url, bounds=bounds)
        for name in names
    ]


class Jobs:
    """The jobs of a cluster. ``broker``: how to log in to each run's; default: as the environment says."""

    def __init__(self, cluster: ClusterSettings | None = None, broker: BrokerSettings | None = None) -> None:
        self._cluster = cluster or ClusterSettings()
        self._broker = broker or BrokerSettings()
        self.rest = FlinkRest(self._cluster.url, identity=self._cluster.identity)

    def submit_all(self, runs: Iterable[Run], fresh: bool = False) -> list[Started]:
        """Starts several jobs at once, for most of the time goes into their start.

        All are tried; raises the first error after that.
        """
        wanted = list(runs)
        with ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
            starts = [pool.submit(self.submit, run, fresh=fresh) for run in wanted]
        return [start.result() for start in starts]

    def submit(self, run: Run, savepoint: Path | None = None, fresh: bool = False) -> Started:
        """Starts a job from its newest state, and returns once it has completed a checkpoint: before
        that nothing shows that its sinks will ever commit.

        ``savepoint`` names that state; ``fresh`` starts at the beginning of the log instead.
        Raises AlreadyRunning, StateRefused, NotStarted, Unreachable.
        """
        with _alone(run) as lock:
            running = self.rest.active(run.name)
            if running is not None:
                raise AlreadyRunning(
                    f"{run.name} is already {running.state} as job {running.id}; stop it first"
                )
            ensure_topics(self._broker_of(run), run.lane)
            state = retained.starting_state(run, savepoint, fresh, _has_outputs(self._broker_of(run), run))
            if state is None and run.start is not None:
                # Its source begins where its group stands.
                self._note(run, run.start.offsets)
            job_id = self._run(run, state, lock)
            self._await_checkpoint(run, job_id)
            return Started(job_id, run.name, state)

    def stop(self, run: Run) -> Path:
        """Stops a job with a savepoint, from which submit goes on. Raises FlinkError if it is not running."""
        running = self.rest.active(run.name)
        if running is None:
            raise FlinkError(f"{run.name} is not running, so there is nothing to stop")
        run.savepoints.mkdir(parents=True, exist_ok=True)
        return self.rest.stop(running.id, run.savepoints)

    def jobs(self) -> list[JobSummary]:
        """Ours, newest first, ended ones included as long as the cluster remembers them."""
        return [job for job in self.rest.jobs() if job.name.startswith("tidewire ")]

    def failed(self) -> list[tuple[JobSummary, str]]:
        """Jobs that Flink gave up, unless one of the same name was started since, and why."""
        newest = {job.name: job for job in reversed(self.jobs())}
        return [(job, self._why(job.id)) for job in newest.values() if job.state == "FAILED"]

    def await_end(self, run: Run, started: Started, timeout_s: float = 600.0) -> None:
        """Waits for a bounded job to finish, and notes in its group that it read everything.

        Its source hands its last offsets to a thread that ends with it, so they may never be committed,
        and agents would wait for windows that are there. Raises FlinkError if it ends otherwise, Overdue.
        """

        def ended() -> bool:
            self.end_if_read(run, started)
            return self.rest.state(started.id) in ENDED

        until(ended, timeout_s, f"{started.name} to end")
        state = self.rest.state(started.id)
        if state != "FINISHED":
            raise FlinkError(f"{started.name} ended as {state}: {self._why(started.id)}")
        self.note_end(run)

    def end_if_read(self, run: Run, started: Started) -> None:
        """Drains a bounded job that was restored and has read all of its range.

        Kafka's source tells its readers that there is no more only after it has found new partitions. One
        that is restored knows them all, so the job would wait for ever at its end.
        Raises Unreachable, FlinkError.
        """
        if run.bounds is None or not self._has_read(run, run.bounds, started.id):
            return
        if self.rest.state(started.id) != "RUNNING":
            return
        run.drained.mkdir(parents=True, exist_ok=True)
        try:
            self.rest.stop(started.id, run.drained, drain=True)
        except FlinkError:
            # It may have come to its end by itself meanwhile: then there is nothing to stop.
            if self.rest.state(started.id) not in ENDED:
                raise

    def _has_read(self, run: Run, bounds: Bounds, job_id: str) -> bool:
        """Whether a restored job has read its range; False where that is not certain.

        A partition that it had read up before has no part in it any more, and its last commit may have been
        lost with the cluster: the source has not taken it up again then.
        """
        checkpoints = self.rest.checkpoints(job_id)
        if not checkpoints.since_restored:
            return False
        place = committed(self._broker_of(run), run.connection.group(run.job), run.source)
        unread = {partition for partition, end in bounds.offsets.items() if place.get(partition, 0) < end}
        if not unread:
            return True
        if checkpoints.running_ms < METRICS_MS:
            return False
        taken = self.rest.partitions_taken(job_id)
        return taken is not None and not unread & taken

    def note_end(self, run: Run) -> None:
        """Notes in the group of a bounded job, which has finished, that it read everything."""
        if run.bounds is not None:
            self._note(run, run.bounds.offsets)

    def has_written(self, run: Run) -> bool:
        """Whether there are outputs of it, which are committed by its checkpoints alone."""
        return _has_outputs(self._broker_of(run), run)

    def _broker_of(self, run: Run) -> BrokerSettings:
        return self._broker.model_copy(update={"bootstrap": run.bootstrap})

    def _note(self, run: Run, offsets: Mapping[int, int]) -> None:
        commit_offsets(self._broker_of(run), run.connection.group(run.job), run.source, offsets)

    def _run(self, run: Run, state: Path | None, lock: IO[str]) -> str:
        asked = run.model_copy(update={"sasl": self._broker.password_file is not None})
        command = [str(self._cluster.script), "run", "-d"]
        if state is not None:
            command += ["-s", state.as_uri(), "-cm", "NO_CLAIM"]
        command += ["-py", str(HERE / run.job / "job.py"), asked.model_dump_json()]
        output, code = _finish(command, self._cluster.environment(), self._cluster.start_timeout_s, lock)
        found = SUBMITTED.search(output)
        if found is None:
            raise NotStarted(f"{run.name} was not accepted (exit {code}): {cause(output)}\n{_tail(output)}")
        return found[1]

    def _await_checkpoint(self, run: Run, job_id: str) -> None:
        def completed() -> bool:
            return self.rest.checkpoints(job_id).completed > 0

        try:
            until(
                lambda: completed() or self.rest.state(job_id) in ENDED,
                self._cluster.start_timeout_s,
                f"the first checkpoint of {run.name}",
            )
        except Overdue as error:
            free, slots = self.rest.slots()
            raise NotStarted(
                f"{error} (job {job_id} is {self.rest.state(job_id)}, {free} of {slots} slots are free): "
                f"{self._why(job_id)}"
            ) from error
        state = self.rest.state(job_id)
        try:
            # A bounded job may have finished already, and what is said of its checkpoints be old.
            until(completed, REST_CACHE_S if state == "FINISHED" else 0, f"checkpoints of {run.name}")
        except Overdue as error:
            raise NotStarted(
                f"{run.name} is {state} before its first checkpoint: {self._why(job_id)}"
            ) from error

    def _why(self, job_id: str) -> str:
        trace = self.rest.root_exception(job_id)
        return cause(trace) if trace else "Flink names no exception"


@contextmanager
def _alone(run: Run) -> Iterator[IO[str]]:
    """Two submissions at once would both find the job not running. Gives the file that is locked."""
    folder = run.checkpoints.parent
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "submit.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"{run.name} is being submitted by another command; wait for it") from error
        yield lock


def _has_outputs(broker: BrokerSettings, run: Run) -> bool:
    return any(True for topic in OUTPUTS[run.job] for _ in read_range(broker, run.lane.topic(topic)))


def _finish(
    command: list[str], variables: dict[str, str], timeout_s: float, lock: IO[str]
) -> tuple[str, int]:
    """Output and exit code. The client starts processes of its own: past its time all of them end.

    It holds the lock too: if this process is killed the client goes on, and may yet start the job.
    """
    with subprocess.Popen(
        command,
        env={**given(SETTINGS), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=(lock.fileno(),),
    ) as client:
        try:
            output, _ = client.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            os.killpg(client.pid, signal.SIGKILL)
            raise NotStarted(f"`flink run` did not return within {timeout_s:.0f} s") from error
        return output, client.returncode


def _tail(output: str, lines: int = 15) -> str:
    kept = [line for line in output.splitlines() if line.strip() and not line.startswith("WARNING: ")]
    return "\n".join(kept[-lines:])
