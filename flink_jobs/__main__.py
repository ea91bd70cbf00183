"""``python -m flink_jobs``: keeps the live lane's jobs running on a session cluster, until SIGTERM.

For a cluster that forgets its jobs when its JobManager is restarted. A job that is not there is started
from its newest checkpoint or savepoint; at SIGTERM the jobs are stopped with a savepoint each, which holds
no open transaction and so outlasts any time the broker is away.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from confluent_kafka import KafkaException
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from flink_jobs.keeping import Keeper
from flink_jobs.rest import FLOOD, FlinkError, JobSummary, Unreachable, cause
from flink_jobs.retained import newest
from flink_jobs.runs import Run
from flink_jobs.settings import NoClient
from flink_jobs.submit import Jobs, runs
from telemetry import health, logs
from topics.reading import ReadFailed

LOG = logs.logger("keeper")


class KeeperSettings(BaseSettings):
    """How often it looks, and whether the jobs end with it.

    ``accept_expired``: go on from a checkpoint though the transactions it holds may have expired, and what
    was in them be lost. For one start after an outage of more than a day, by someone who knows.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_KEEPER_")

    look_every_s: float = Field(default=3.0, gt=0)
    savepoint_on_stop: bool = True
    accept_expired: bool = False
    health_port: int | None = Field(default=None, ge=0, le=65_535)


def turn(
    keeper: Keeper, jobs: Jobs, accept_expired: bool = False, ended: Callable[[], bool] = lambda: False
) -> None:
    """Looks once, and starts what is missing: one at a time, for each start takes two processes.

    A start that is under way is finished though the keeper is told to end; no other one is begun.
    """
    try:
        known = jobs.rest.jobs()
        _note_floods(keeper, jobs, known)
        wanted = keeper.look(known, time.monotonic())
    except FlinkError as error:
        if not keeper.unreachable:
            LOG.warning("nothing is known of the jobs", reason=str(error))
        keeper.lost(str(error))
        return
    for run in wanted:
        if ended():
            return
        try:
            # Named, a state is accepted whatever its age.
            started = jobs.submit(run, newest(run) if accept_expired else None)
        except Unreachable as error:
            keeper.lost(str(error))
            return
        except (FlinkError, KafkaException, ReadFailed) as error:
            if FLOOD in str(error):
                keeper.flooded(run.name, str(error))
                LOG.error("a job ended for good", job=run.name, reason=str(error))
                continue
            wait_s = keeper.failed(run, str(error), time.monotonic())
            LOG.error("a job could not be started", job=run.name, reason=str(error), again_in_s=wait_s)
        else:
            keeper.started(run)
            LOG.info("job runs", job=run.name, id=started.id, resumed_from=str(started.resumed_from or ""))


def _note_floods(keeper: Keeper, jobs: Jobs, known: Iterable[JobSummary]) -> None:
    """Of jobs that ran while the keeper looked, and were given up since."""
    for job in known:
        if job.state != "FAILED" or job.id not in keeper.seen:
            continue
        keeper.seen.discard(job.id)
        trace = jobs.rest.root_exception(job.id) or ""
        if FLOOD in trace:
            keeper.flooded(job.name, cause(trace))
            LOG.error("a job ended for good", job=job.name, reason=cause(trace))


def stop(jobs: Jobs, wanted: list[Run]) -> int:
    """Stops the jobs with a savepoint each; 1 when one could not be."""
    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        stopping = [(run, pool.submit(jobs.stop, run)) for run in wanted]
    status = 0
    for run, each in stopping:
        error = each.exception()
        if error is None:
            LOG.info("stopped with a savepoint", job=run.name, savepoint=str(each.result()))
        elif isinstance(error, FlinkError):
            LOG.warning("not stopped; its last checkpoint will be gone on from", reason=str(error))
            status = 1
        else:
            raise error
    return status


def main() -> int:
    logs.configure("keeper")
    settings, wanted = KeeperSettings(), runs()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    keeper, jobs = Keeper(wanted), Jobs()
    if settings.health_port is not None:
        health.serve("127.0.0.1", settings.health_port, keeper.check)
    try:
        while not ended.is_set():
            turn(keeper, jobs, settings.accept_expired, ended.is_set)
            ended.wait(settings.look_every_s)
    except NoClient as error:
        LOG.error("cannot start jobs", reason=str(error))
        return 2
    return stop(jobs, wanted) if settings.savepoint_on_stop else 0


if __name__ == "__main__":
    sys.exit(main())
