"""What the keeper of the live jobs does next: pure, so that it is decided in one place and tested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flink_jobs.rest import JobSummary
from flink_jobs.runs import Run

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 60.0


@dataclass
class Tries:
    """Of one job: how often its start failed in a row, why, and when the next one may come."""

    failures: int = 0
    reason: str = ""
    not_before: float = 0.0


@dataclass
class Keeper:
    """Which jobs are to be started now. Times are seconds of one monotonic clock."""

    runs: Sequence[Run]
    tries: dict[str, Tries] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unreachable: str = ""
    # By name, why a job is not started again until somebody does so.
    ended: dict[str, str] = field(default_factory=dict)
    # Ids of jobs that ran while it looked.
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.missing = tuple(run.name for run in self.runs)
        self.tries = {run.name: Tries() for run in self.runs}

    def look(self, jobs: Iterable[JobSummary], now: float) -> list[Run]:
        """The runs to start, given what the cluster knows.

        A job that the cluster is bringing back by itself counts as there: a second one beside it would
        write everything twice. One that ended is to be started again, however it ended but in a flood.
        """
        running = [job for job in jobs if job.active]
        there = {job.name for job in running}
        self.seen |= {job.id for job in running}
        self.ended = {name: why for name, why in self.ended.items() if name not in there}
        self.unreachable = ""
        self.missing = tuple(run.name for run in self.runs if run.name not in there)
        return [
            run
            for run in self.runs
            if run.name in self.missing
            and run.name not in self.ended
            and now >= self.tries[run.name].not_before
        ]

    def flooded(self, name: str, reason: str) -> None:
        """It ended since most of its records failed: another start would end the same, and each would put
        more aside. Whoever mended the cause submits it, or starts the keeper anew."""
        self.ended[name] = reason

    def lost(self, reason: str) -> None:
        """The cluster does not answer: nothing is known of the jobs."""
        self.unreachable = reason

    def started(self, run: Run) -> None:
        """It completed a checkpoint."""
        self.tries[run.name] = Tries()
        self.missing = tuple(name for name in self.missing if name != run.name)

    def failed(self, run: Run, reason: str, now: float) -> float:
        """Its start failed; the seconds until it is tried again, longer each time."""
        tries = self.tries[run.name]
        wait_s = float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**tries.failures))
        self.tries[run.name] = Tries(tries.failures + 1, reason, now + wait_s)
        return wait_s

    def check(self) -> dict[str, object]:
        """For the health endpoint: ``ok`` when every job runs as far as is known."""
        return {
            "ok": not self.missing and not self.unreachable,
            "missing": list(self.missing),
            "unreachable": self.unreachable,
            "ended": dict(self.ended),
            "failures": {name: each.reason for name, each in self.tries.items() if each.failures},
        }
