"""What the cluster's REST interface tells about jobs, and the few things it is asked to do."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar
from urllib.parse import unquote, urlparse

import httpx2

from telemetry import mutual

ENDED = frozenset({"FINISHED", "CANCELED", "FAILED"})
FAILED_COMMITTABLES = "failedCommittables"
# What tidewire.flink.FloodGuard begins with: the job ended for good, and a restart would end the same.
FLOOD = "Flood: "
KAFKA_READER = "KafkaSourceReader."
TAKEN = re.compile(r"KafkaSourceReader\.topic\..+\.partition\.(\d+)\.currentOffset$")
# What Flink's client says after the script's own error.
PYTHON_EXIT = "Python process exits with code"
TRACEBACK = "Traceback (most recent call last):"
POLL_S = 0.2

T = TypeVar("T")


class FlinkError(RuntimeError):
    """The cluster, or a job in it, is not as it should be; the message says what to do."""


class Unreachable(FlinkError):
    """The REST interface gives no answer."""


class Overdue(FlinkError):
    """A condition was not met by its deadline."""


@dataclass(frozen=True, slots=True)
class JobSummary:
    """A job the cluster knows, ended ones included. ``started_at``: epoch milliseconds."""

    id: str
    name: str
    state: str
    started_at: int

    @property
    def active(self) -> bool:
        return self.state not in ENDED


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Since the job was submitted. ``latest_id``, ``latest_at`` (epoch ms of its trigger): of the newest
    completed one, if any.

    ``restored_id``, ``restored_at`` (epoch ms): of the checkpoint or savepoint that the job goes on from, if
    it does, and when it last did.
    """

    completed: int
    failed: int
    latest_id: int | None
    latest_at: int | None
    restored_id: int | None = None
    restored_at: int | None = None

    @property
    def restored(self) -> bool:
        return self.restored_id is not None

    @property
    def since_restored(self) -> bool:
        """Whether it goes on from one, and has completed another after it."""
        return self.restored_id is not None and (self.latest_id or 0) > self.restored_id

    @property
    def running_ms(self) -> int:
        """How long it had run since it was restored when the newest one was triggered; 0 if it was not."""
        if self.restored_at is None or self.latest_at is None:
            return 0
        return max(0, self.latest_at - self.restored_at)


@dataclass(frozen=True, slots=True)
class Failure:
    """After one, a job is started again. ``at``: epoch milliseconds."""

    at: int
    trace: str


class FlinkRest:
    """One cluster. Raises Unreachable when it does not answer, FlinkError for its own errors.

    ``identity``: as in ClusterSettings.
    """

    def __init__(
        self,
        url: str,
        timeout_s: float = 10.0,
        transport: httpx2.BaseTransport | None = None,
        identity: Path | None = None,
    ) -> None:
        self._url = url
        # A cluster is on loopback or behind its own proxy: never through the environment's.
        self._http = httpx2.Client(
            base_url=url,
            timeout=timeout_s,
            trust_env=False,
            transport=transport,
            # Before a stack first starts it has none, and then nobody answers either.
            verify=mutual.context(identity) if identity is not None and identity.exists() else True,
        )
        weakref.finalize(self, self._http.close)

    def jobs(self) -> list[JobSummary]:
        """Newest first."""
        found = [
            JobSummary(each["jid"], each["name"], each["state"], each["start-time"])
            for each in self._get("/jobs/overview")["jobs"]
        ]
        return sorted(found, key=lambda job: -job.started_at)

    def active(self, name: str) -> JobSummary | None:
        """The job of this name that has not ended."""
        return next((job for job in self.jobs() if job.name == name and job.active), None)

    def state(self, job_id: str) -> str:
        return str(self._get(f"/jobs/{job_id}")["state"])

    def checkpoints(self, job_id: str) -> Checkpoints:
        answer = self._get(f"/jobs/{job_id}/checkpoints")
        latest, restored = answer["latest"]["completed"], answer["latest"]["restored"]
        counts = answer["counts"]
        return Checkpoints(
            completed=counts["completed"],
            failed=counts["failed"],
            latest_id=latest["id"] if latest else None,
            latest_at=latest["trigger_timestamp"] if latest else None,
            restored_id=restored["id"] if restored else None,
            restored_at=restored["restore_timestamp"] if restored else None,
        )

    def watermark(self, job_id: str) -> int | None:
        """The lowest one behind the sources, epoch ms; None before there is any."""
        found = [
            int(mark["value"])
            for vertex in self._get(f"/jobs/{job_id}")["vertices"][1:]
            for mark in self._get(f"/jobs/{job_id}/vertices/{vertex['id']}/watermarks")
        ]
        return min(found, default=None)

    def failures(self, job_id: str) -> list[Failure]:
        """Those of the job that the cluster remembers (sixteen), the last first."""
        entries = self._get(f"/jobs/{job_id}/exceptions")["exceptionHistory"]["entries"]
        return [Failure(int(each["timestamp"]), str(each["stacktrace"])) for each in entries]

    def root_exception(self, job_id: str) -> str | None:
        """The stack trace of the job's last failure."""
        return next((each.trace for each in self.failures(job_id)), None)

    def failed_committables(self, job_id: str) -> int:
        """Transactions of the job's sinks that could not be committed; more than 0 is lost output,
        for a sink only counts them and goes on.

        After a restore a sink commits once more what its state holds. What had been committed before
        is refused then and counted too (the broker raises a producer's epoch at every commit), so as
        much as a state can hold is not taken for lost: what two checkpoints left to each committer.
        """
        failed, committers = 0.0, 0
        for vertex, path, metrics in self._metrics(job_id):
            names = [name for name in metrics if name.endswith(FAILED_COMMITTABLES)]
            if names:
                committers += len(names) * int(vertex["parallelism"])
                counts = self._get(path, get=",".join(names), agg="sum")
                failed += sum(float(each["sum"]) for each in counts)
        return max(0, int(failed) - (2 * committers if self.checkpoints(job_id).restored else 0))

    def partitions_taken(self, job_id: str) -> frozenset[int] | None:
        """Those that the job's Kafka source has been given since it was last started or restored, read to
        their ends or not; None while the cluster does not tell. Metrics are up to ten seconds behind."""
        names = [name for _, _, metrics in self._metrics(job_id) for name in metrics]
        if not any(KAFKA_READER in name for name in names):
            return None
        return frozenset(int(found[1]) for name in names if (found := TAKEN.search(name)))

    def _metrics(self, job_id: str) -> Iterator[tuple[dict[str, Any], str, list[str]]]:
        """Each vertex of a job, where its subtasks' metrics are asked for, and their names."""
        for vertex in self._get(f"/jobs/{job_id}")["vertices"]:
            path = f"/jobs/{job_id}/vertices/{vertex['id']}/subtasks/metrics"
            yield vertex, path, [metric["id"] for metric in self._get(path)]

    def operators(self, job_id: str) -> list[str]:
        """Names of the job's vertices, each the chain of its operators' names."""
        return [str(vertex["name"]) for vertex in self._get(f"/jobs/{job_id}")["vertices"]]

    def slots(self) -> tuple[int, int]:
        """Free and all task slots."""
        answer = self._get("/overview")
        return answer["slots-available"], answer["slots-total"]

    def cancel(self, job_id: str, timeout_s: float = 60.0) -> None:
        """Ends a job without a savepoint; its checkpoints stay."""
        self._ask("PATCH", f"/jobs/{job_id}", params={"mode": "cancel"})
        until(lambda: self.state(job_id) in ENDED, timeout_s, f"job {job_id} to be cancelled")

    def stop(self, job_id: str, folder: Path, timeout_s: float = 120.0, drain: bool = False) -> Path:
        """Ends a job with a savepoint in ``folder``; its place. Raises FlinkError with Flink's reason.

        ``drain``: time runs out for it first, as at the end of a bounded source.
        """
        body = {"drain": drain, "targetDirectory": folder.as_uri(), "formatType": "CANONICAL"}
        request = self._ask("POST", f"/jobs/{job_id}/stop", json=body)["request-id"]
        path = f"/jobs/{job_id}/savepoints/{request}"
        answer = until(
            lambda: done if (done := self._get(path))["status"]["id"] == "COMPLETED" else None,
            timeout_s,
            f"the savepoint of job {job_id}",
        )
        operation = answer["operation"]
        if "location" not in operation:
            raise FlinkError(
                f"job {job_id} was not stopped: {cause(operation['failure-cause']['stack-trace'])}; "
                "it goes on running, so this can be tried again"
            )
        until(lambda: self.state(job_id) in ENDED, timeout_s, f"job {job_id} to end after its savepoint")
        return Path(unquote(urlparse(operation["location"]).path))

    def _get(self, path: str, **params: str) -> Any:
        return self._ask("GET", path, params=params)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx2.TransportError as error:
            raise Unreachable(
                f"Flink at {self._url} does not answer ({error!r}); start it with `./tw up`"
            ) from error
        if response.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
            raise Unreachable(f"Flink at {self._url} has no leader yet; wait a moment: {_reason(response)}")
        if response.is_error:
            raise FlinkError(f"{method} {self._url}{path}: {response.status_code} {_reason(response)}")
        return response.json() if response.content else None


def until(probe: Callable[[], T | None], timeout_s: float, what: str) -> T:
    """Asks again until ``probe`` gives something true. Raises Overdue after ``timeout_s``.

    A cluster that does not answer for a moment (a JobManager that is restarted) is asked again.
    """
    deadline = monotonic() + timeout_s
    unreachable: Unreachable | None = None
    while True:
        try:
            found = probe()
            if found:
                return found
            unreachable = None
        except Unreachable as error:
            unreachable = error
        if monotonic() > deadline:
            raise Overdue(f"waited {timeout_s:.0f} s for {what}; {unreachable or 'it did not come'}")
        sleep(POLL_S)


def cause(trace: str) -> str:
    """The innermost cause of a Java or Python stack trace, or of output with several, on one line."""
    lines = [line.rstrip() for line in trace.splitlines() if line.strip()]
    inner = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    inner = [line for line in inner if PYTHON_EXIT not in line]
    if inner:
        return inner[-1]
    starts = [number for number, line in enumerate(lines) if line.endswith(TRACEBACK)]
    after = lines[starts[-1] + 1 :] if starts else lines
    return next((line for line in after if not line.startswith(" ")), "no reason was given")


def _reason(response: httpx2.Response) -> str:
    try:
        return cause("\n".join(response.json()["errors"]))
    except (ValueError, KeyError, TypeError):
        return response.text[:300]
