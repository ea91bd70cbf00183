"""The Flink jobs of a lane on the local stack: which there are to be, and seeing to it that they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flink_jobs import submit
from flink_jobs.bounds import latest_tick
from flink_jobs.runs import JOBS, JobName, Run, job_title
from flink_jobs.settings import ClusterSettings
from flink_jobs.submit import Jobs, Started
from stack.stack import Stack
from tidewire.places import answering_broker, codec, stack_settings
from topics.lane import LIVE, Lane


def cluster(stack: Stack) -> ClusterSettings:
    """The stack's session cluster; its client's folders are known only to the stack."""
    return ClusterSettings(variables=stack.flink_environment())


def runs(lane: Lane = LIVE, names: Sequence[JobName] = JOBS, until_last_tick: bool = False) -> list[Run]:
    """What to start, by the environment's settings. ``until_last_tick`` bounds them at what the raw
    log holds now.

    Raises BrokerDown when the log is to be asked and does not answer.
    """
    stack_settings()
    bounds = latest_tick(answering_broker(), codec()) if until_last_tick else None
    return submit.runs(lane, names, bounds)


def ensure(jobs: Jobs, lane: Lane = LIVE) -> list[Started]:
    """Starts those jobs of a lane that do not run; a cluster that was restarted brings its own back."""
    return jobs.submit_all([run for run in runs(lane) if jobs.rest.active(run.name) is None])


def ids(jobs: Jobs, lane: Lane = LIVE) -> Mapping[str, str]:
    """The running jobs of a lane, name to Flink job id."""
    found = {name: jobs.rest.active(job_title(name, lane)) for name in JOBS}
    return {name: job.id for name, job in found.items() if job is not None}
