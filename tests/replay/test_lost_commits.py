"""A replay whose cluster was lost when it had read up some partitions and not all: it ends all the same, even
if the commits of those that it had read up were lost with the cluster."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from flink_jobs.rest import FlinkRest, until
from flink_jobs.runs import Run
from replay.run.log import Replay, ReplayLog
from tests.e2e.homes import wait_until
from tests.replay.newsroom import Newsroom, opened
from topics.admin import commit_offsets
from topics.groups import committed
from topics.lane import Lane

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

HURT = Lane("hurt")


def test_partitions_that_were_read_up_before_do_not_hold_it_up(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.feed.send(120)
        room.settled()
        replay = started_and_lost(room)
        assert "goes on as it was started" in room.replay(HURT.name, "--limit", "0")
        (row,) = room.listed().values()
        assert row["state"] == "finished"
        end = replay.runs[0].bounds
        assert end is not None
        assert room.compared(HURT, end.end_at).identical


def started_and_lost(room: Newsroom) -> Replay:
    """Begun slowly; killed with its cluster when a job has read up some partitions and not all of them, of
    which the broker then knows nothing."""

    def half(run: Run) -> bool:
        assert run.bounds is not None
        return 0 < len(read_up(room, run)) < len(run.bounds.offsets)

    limit = str(room.raw_bytes() / 20)
    command = room.command("replay", "start", "--lane", HURT.name, "--yes", "--limit", limit)
    with subprocess.Popen(command, env=room.env, stdout=subprocess.PIPE, text=True) as asked:
        log = ReplayLog(room.folder / "replays")
        wait_until(lambda: log.get(HURT) is not None, "the replay's record", 120)
        replay = log.get(HURT)
        assert replay is not None
        wait_until(lambda: any(map(half, replay.runs)), "a partition read up", 600)
        asked.send_signal(signal.SIGKILL)
    room.kill("taskmanager")
    room.kill("jobmanager")
    hurt = [run for run in replay.runs if half(run)]
    assert hurt, "they had read everything already"
    for run in hurt:
        done = read_up(room, run)
        commit_offsets(room.broker, run.connection.group(run.job), run.source, dict.fromkeys(done, 0))
    rest = FlinkRest(room.settings.flink_url, identity=room.settings.keys.identity)
    until(rest.jobs, 180, "the JobManager to be back")
    return replay


def read_up(room: Newsroom, run: Run) -> list[int]:
    """A checkpoint covers all of these, so that the job has no part of them any more."""
    assert run.bounds is not None
    place = committed(room.broker, run.connection.group(run.job), run.source)
    return [p for p, end in run.bounds.offsets.items() if place.get(p, 0) >= end]
