"""Waits until everything that the log holds has had its effect.

Each step asks the part that knows: the jobs for their watermark and their checkpoints, the log for
the briefs that assignments call for, the reader for what it has not indexed yet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from flink_jobs.rest import FlinkError, FlinkRest
from flink_jobs.settings import TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from reader.client import ReaderClient
from replay.run.waiting import Progress, until, unwritten
from schemas.codec import Codec
from topics.lane import Lane
from topics.settings import BrokerSettings


@dataclass(frozen=True)
class Settling:
    """What settling asks: the broker, the cluster and its jobs (name to Flink job id), the reader."""

    broker: BrokerSettings
    codec: Codec
    flink: FlinkRest
    jobs: dict[str, str]
    reader: ReaderClient | None
    times: TimeSettings
    stories: StoriesSettings


def settle(
    asked: Settling, lane: Lane, last_entry_at: int, timeout_s: float, progress: Progress = lambda _: None
) -> None:
    """Returns when all effects of entries up to ``last_entry_at`` (logged ms) are in the log and the
    index. Raises NotSettled, naming what is missing, when nothing has moved for ``timeout_s``."""
    waits = max(asked.stories.first_debounce_ms, asked.stories.debounce_ms)
    due = last_entry_at + waits + asked.times.order_skew_ms + 1
    for name, job in asked.jobs.items():
        until(lambda job=job: _behind(asked, job, due), f"job {name}", timeout_s, progress)  # type: ignore[misc]
    since = time.time_ns() // 1_000_000
    for name, job in asked.jobs.items():
        until(lambda job=job: _unfinished(asked, job, since), f"job {name}", timeout_s, progress)  # type: ignore[misc]
    until(lambda: unwritten(asked.broker, asked.codec, lane), "agents", timeout_s, progress)
    if (reader := asked.reader) is not None:
        until(lambda: _unindexed(reader, lane), "index", timeout_s, progress)


def _behind(asked: Settling, job: str, due: int) -> str:
    try:
        mark = asked.flink.watermark(job)
    except FlinkError as error:
        return str(error)
    # Before the first tick it is the smallest whole number there is.
    if mark is None or mark < 0:
        return "no watermark yet"
    behind = due - mark
    return f"{behind / 1000:.1f} s of the log's time to go" if behind > 0 else ""


def _unfinished(asked: Settling, job: str, since: int) -> str:
    try:
        latest = asked.flink.checkpoints(job).latest_at
    except FlinkError as error:
        return str(error)
    return "" if latest is not None and latest >= since else "its next checkpoint"


def _unindexed(reader: ReaderClient, lane: Lane) -> str:
    try:
        said = reader.get("/ready", accept=503)
    except RuntimeError as error:
        return str(error)
    for each in said["lanes"]:
        if each["lane"] == lane.name:
            if each["error"]:
                return str(each["error"])
            if each["lag"] is None or not each["indexing"]:
                return "starting"
            lag = sum(each["lag"].values())
            return f"{lag} records to index" if lag else ""
    return f"lane {lane.name} is not there yet"
