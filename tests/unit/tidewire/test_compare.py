"""What a comparison says of a lane whose replay is under way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flink_jobs.deduplicated import Bounds
from flink_jobs.runs import Run
from replay.compare.comparison import compare as compare_outputs
from replay.run.log import Replay, ReplayLog
from tests.support.lanes import LANE
from tidewire.cli import command_line
from tidewire.commands import compare
from topics.lane import Lane

CHECK = Lane("check")
RUN = Run(job="stories", lane=CHECK, bootstrap="b:1", registry_url="http://r", bounds=Bounds(900, {0: 9}))
UNDER_WAY = Replay(lane=CHECK, created_at=1, asked={}, changes=(), runs=(RUN,))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReplayLog:
    """The records of a home whose lanes are equal so far."""
    made = ReplayLog(tmp_path)
    monkeypatch.setattr(compare, "records", lambda: made)
    monkeypatch.setattr(compare, "known_lane", Lane)
    monkeypatch.setattr(compare, "codec", lambda: None)
    monkeypatch.setattr(compare, "compared", lambda *_: compare_outputs(LANE, LANE))
    monkeypatch.setattr(compare, "_keep", lambda *_: None)
    return made


def said(*more: str) -> str:
    return CliRunner().invoke(command_line("replay"), ["replay", "compare", "live", "check", *more]).stdout


def test_a_replay_under_way_is_said_to_be_unfinished(log: ReplayLog) -> None:
    for replay in (UNDER_WAY, UNDER_WAY.finish(["stories"])):
        log.put(replay)
        assert "lane check's replay has not come to its end" in said()
        assert json.loads(said("--json"))["unfinished"] == ["check"]


def test_one_that_has_ended_or_never_will_is_not(log: ReplayLog) -> None:
    follows = UNDER_WAY.model_copy(update={"runs": (RUN.model_copy(update={"bounds": None}),)})
    for replay in (UNDER_WAY.model_copy(update={"written": True}), follows):
        log.put(replay)
        assert "not come to its end" not in said()
        assert json.loads(said("--json"))["unfinished"] == []
