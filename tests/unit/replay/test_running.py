"""What a replay that is begun again makes of jobs that the cluster no longer knows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import JobSummary
from flink_jobs.runs import Run
from flink_jobs.settings import JobSettings
from flink_jobs.submit import Started
from replay.run import running
from replay.run.log import Replay, ReplayLog
from replay.run.running import Running, states
from topics.lane import Lane
from topics.settings import BrokerSettings

LANE = Lane("again")
ENDS = {0: 20, 1: 30}


class Cluster:
    """It has forgotten every job. ``written``: whether there are outputs."""

    def __init__(self, written: bool) -> None:
        self.rest = SimpleNamespace(jobs=list)
        self.written = written
        self.noted: list[Run] = []

    def has_written(self, run: Run) -> bool:
        return self.written

    def note_end(self, run: Run) -> None:
        self.noted.append(run)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(
        job="stories", lane=LANE, bootstrap="b:1", registry_url="http://r", bounds=Bounds(900, ENDS),
        settings=JobSettings(home=tmp_path),
    )  # fmt: skip


def found(
    monkeypatch: pytest.MonkeyPatch, folder: Path, run: Run, written: bool, place: dict[int, int]
) -> tuple[bool, bool]:
    """Whether the job is taken to have ended, and whether that was noted."""
    monkeypatch.setattr(running, "committed", lambda *_: place)
    cluster: Any = Cluster(written)
    replay = Replay(lane=LANE, created_at=1, asked={}, changes=(), runs=(run,))
    again, known = Running(cluster, BrokerSettings(), ReplayLog(folder / "replays"))._found(replay)
    assert known == {}
    return again.ended, cluster.noted == [run]


def test_one_whose_last_commit_is_its_end_has_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    assert found(monkeypatch, tmp_path, run, False, ENDS) == (True, True)


def test_one_that_wrote_and_left_no_checkpoint_has_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    (run.checkpoints / "job" / "shared").mkdir(parents=True)
    assert found(monkeypatch, tmp_path, run, True, {0: 3}) == (True, True)


def test_one_that_left_a_checkpoint_has_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    checkpoint = run.checkpoints / "job" / "chk-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "_metadata").touch()
    assert found(monkeypatch, tmp_path, run, True, ENDS) == (False, False)


def test_one_that_never_wrote_is_begun_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    (run.checkpoints / "job" / "shared").mkdir(parents=True)
    assert found(monkeypatch, tmp_path, run, False, {0: 3}) == (False, False)


def test_outputs_whose_state_was_taken_away_are_no_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    assert found(monkeypatch, tmp_path, run, True, {0: 3}) == (False, False)


def test_what_the_cluster_does_not_tell_of_is_unknown_and_what_has_ended_is_not(run: Run) -> None:
    windows = run.model_copy(update={"job": "articles"})
    replay = Replay(lane=LANE, created_at=1, asked={}, changes=(), runs=(run, windows)).finish(["articles"])
    runs_now = JobSummary("1", run.name, "RUNNING", 5)
    before = JobSummary("0", run.name, "CANCELED", 4)
    assert states(replay, [runs_now, before]) == {"stories": "RUNNING", "articles": "FINISHED"}
    assert states(replay, [before]) == {"stories": "STOPPED", "articles": "FINISHED"}
    ended = JobSummary("2", run.name, "FINISHED", 6)
    assert states(replay, [ended, before]) == {"stories": "FINISHED", "articles": "FINISHED"}
    of_a_lane_before = JobSummary("3", run.name, "FINISHED", 0)
    assert states(replay, [before, of_a_lane_before]) == {"stories": "STOPPED", "articles": "FINISHED"}
    assert states(replay, None) == {"stories": "UNKNOWN", "articles": "FINISHED"}


def test_while_it_watches_it_asks_once_where_a_job_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    asked: list[str] = []

    def committed(_: BrokerSettings, group: str, topic: str) -> dict[int, int]:
        asked.append(f"{group} {topic}")
        return {0: 10, 1: 15}

    monkeypatch.setattr(running, "committed", committed)
    monkeypatch.setattr(running, "beginnings", lambda *_: {0: 0, 1: 0})
    helped: list[str] = []
    cluster: Any = SimpleNamespace(
        rest=SimpleNamespace(jobs=lambda: [JobSummary("1", run.name, "RUNNING", 5)]),
        end_if_read=lambda run, _: helped.append(run.name),
    )
    replay = Replay(lane=LANE, created_at=1, asked={}, changes=(), runs=(run,))
    watching = Running(cluster, BrokerSettings(), ReplayLog(tmp_path / "replays"))
    now, known = watching._look(replay, {"stories": Started("1", run.name, None)})
    assert (now, known) == ("stories 25/50 (50 %)", {"stories": "RUNNING"})
    assert asked == ["tidewire.again.jobs.stories articles.raw"]
    # Whether it is at its end, and has to be told, is for the cluster's own keeper to say.
    assert helped == [run.name]
    watching._look(replay, {"stories": Started("2", run.name, None)})
    assert helped == [run.name]
