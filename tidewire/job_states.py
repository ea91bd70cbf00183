"""How the jobs of the live lane are, those that should run and do not among them."""

from __future__ import annotations

from dataclasses import dataclass

from flink_jobs.rest import JobSummary, cause
from flink_jobs.runs import JOBS, job_title
from flink_jobs.submit import Jobs
from topics.lane import LIVE

RUNNING = "RUNNING"
ABSENT = "NOT RUNNING"


@dataclass(frozen=True, slots=True)
class JobState:
    """Not ``ok``: stopped or failing, and ``reason`` says why. ``restarts`` are counted up to sixteen."""

    name: str
    id: str | None
    state: str
    ok: bool
    checkpoints: int = 0
    failed_committables: int = 0
    restarts: int = 0
    reason: str = ""


def job_states(jobs: Jobs) -> list[JobState]:
    """Those that are active, that the cluster gave up, and live's where they are neither.

    Raises FlinkError.
    """
    found = [_active(jobs, job) for job in jobs.jobs() if job.active]
    found += [
        JobState(job.name, job.id, job.state, False, reason=f"ended for good: {why}")
        for job, why in jobs.failed()
    ]
    there = {each.name for each in found}
    live = {job_title(job, LIVE): job for job in JOBS}
    return [*found, *(_absent(title, job) for title, job in live.items() if title not in there)]


def _active(jobs: Jobs, job: JobSummary) -> JobState:
    checkpoints, failures = jobs.rest.checkpoints(job.id), jobs.rest.failures(job.id)
    # A job that fails on one record is seen running in between, but completes no checkpoint any more.
    failing = bool(failures) and failures[0].at > (checkpoints.latest_at or 0)
    reason = f"failed and is started again: {cause(failures[0].trace)}" if failing else ""
    return JobState(
        job.name,
        job.id,
        job.state,
        ok=job.state == RUNNING and not failing,
        checkpoints=checkpoints.completed,
        failed_committables=jobs.rest.failed_committables(job.id),
        restarts=len(failures),
        reason=reason,
    )


def _absent(title: str, job: str) -> JobState:
    way_back = f"stopped, or never started; `./tw jobs submit {job}` starts it where it was"
    return JobState(title, None, ABSENT, False, reason=way_back)
