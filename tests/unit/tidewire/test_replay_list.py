"""`./tw replay list` shows what is known, also while the cluster is away."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import JobSummary, Unreachable
from flink_jobs.runs import Run
from replay.run.log import Replay, ReplayLog
from replay.run.running import Progress
from tidewire.commands import replay
from topics.lane import LIVE, Lane

ENDED, UNDER_WAY = Lane("ended"), Lane("under-way")


def record(lane: Lane) -> Replay:
    run = Run(job="stories", lane=lane, bootstrap="b:1", registry_url="http://r", bounds=Bounds(900, {0: 9}))
    return Replay(lane=lane, created_at=1, asked={}, changes=("threshold 0.7",), runs=(run,))


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Two replays of a home; ``jobs`` is what the cluster answers."""
    log = ReplayLog(tmp_path)
    log.put(record(UNDER_WAY))
    log.put(record(ENDED).finish(["stories"]).model_copy(update={"written": True}))
    rest = SimpleNamespace(jobs=list)
    replays = SimpleNamespace(
        log=log,
        jobs=SimpleNamespace(rest=rest),
        alias=SimpleNamespace(lane=lambda: LIVE),
        lanes=log.lanes,
        running=SimpleNamespace(progress=lambda _: [Progress("stories", 1, 4)]),
    )
    monkeypatch.setattr(replay, "_replays", lambda: replays)
    return rest


def listed() -> tuple[dict[str, str], str]:
    done = CliRunner().invoke(replay.app, ["list", "--json"])
    assert done.exit_code == 0, done.output
    return {row["lane"]: row["state"] for row in json.loads(done.stdout)}, done.stderr


def test_by_what_the_cluster_says(cluster: SimpleNamespace) -> None:
    assert listed() == ({"ended": "finished", "under-way": "stopped"}, "")
    cluster.jobs = lambda: [JobSummary("1", "tidewire stories (lane under-way)", "RUNNING", 5)]
    assert listed() == ({"ended": "finished", "under-way": "running"}, "")


def test_while_flink_does_not_answer(cluster: SimpleNamespace) -> None:
    def away() -> list[JobSummary]:
        raise Unreachable("refused")

    cluster.jobs = away
    states, said = listed()
    assert states == {"ended": "finished", "under-way": "not known"}
    assert "Flink does not answer" in said
    table = CliRunner().invoke(replay.app, ["list"]).stdout
    assert "stories 25 %" in table
    assert "threshold 0.7" in table
