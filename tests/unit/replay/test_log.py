"""A replay's record: written whole, read back equal, broken ones said to be broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from desks.loader import load_desks
from flink_jobs.deduplicated import Bounds, Start, Without
from flink_jobs.runs import Run
from flink_jobs.stories.cluster import load_weights
from flink_jobs.stories.settings import StoriesSettings
from replay.run.log import FILE, RecordBroken, Replay, ReplayLog
from replay.run.running import Progress, clients, progress, rates
from topics.lane import Lane

CHECK = Lane("check")
RUN = Run(
    job="stories",
    lane=CHECK,
    bootstrap="broker:9092",
    registry_url="http://registry",
    start=Start({0: 5, 1: 7}, 1_000, 500),
    bounds=Bounds(9_000, {0: 105, 1: 27}),
    without=Without(("feed",), ("article",)),
    stories=StoriesSettings(threshold=0.8, warmup_until_ms=1_000),
    desks=load_desks(),
    weights=load_weights(),
)
REPLAY = Replay(
    lane=CHECK, created_at=1, asked={"threshold": "0.8"}, changes=("threshold 0.8",), runs=(RUN,),
    bytes_per_s=1_000.0,
)  # fmt: skip


def test_record_comes_back_whole(tmp_path: Path) -> None:
    log = ReplayLog(tmp_path)
    assert log.get(CHECK) is None
    log.put(REPLAY)
    assert log.get(CHECK) == REPLAY
    assert ReplayLog(tmp_path).lanes() == [CHECK]
    assert [file.name for file in log.of(CHECK).iterdir()] == [FILE]


def test_finished_jobs_are_remembered(tmp_path: Path) -> None:
    log = ReplayLog(tmp_path)
    assert not REPLAY.ended
    log.put(REPLAY.finish(["stories"]))
    found = log.get(CHECK)
    assert found is not None
    assert found.ended
    assert not found.written


def test_a_broken_record_names_its_file_and_the_way_out(tmp_path: Path) -> None:
    log = ReplayLog(tmp_path)
    log.put(REPLAY)
    (log.of(CHECK) / FILE).write_text("{")
    with pytest.raises(RecordBroken, match=r"replay\.json.*replay drop check"):
        log.get(CHECK)


def test_desks_are_kept_with_the_record(tmp_path: Path) -> None:
    desks = tmp_path / "mine"
    desks.mkdir()
    (desks / "world.yaml").write_text("name: world")
    log = ReplayLog(tmp_path / "replays")
    assert log.environment(REPLAY) == {}
    kept = log.keep_desks(CHECK, desks)
    assert log.environment(REPLAY) == {"TIDEWIRE_AGENTS_DESKS": str(kept)}
    assert [file.name for file in kept.iterdir()] == ["world.yaml"]


def test_prompts_are_kept_with_the_record_too(tmp_path: Path) -> None:
    (tmp_path / "judge.md").write_text("Be strict.")
    log = ReplayLog(tmp_path / "replays")
    log.keep_prompts(CHECK, tmp_path)
    (tmp_path / "judge.md").unlink()
    kept = Path(log.environment(REPLAY)["TIDEWIRE_AGENTS_PROMPTS"])
    assert (kept / "judge.md").read_text() == "Be strict."


def test_progress_counts_from_the_start_to_the_end() -> None:
    ends = RUN.bounds.offsets if RUN.bounds else {}
    assert progress(RUN, {}, ends) == Progress("stories", 0, 120)
    assert progress(RUN, {0: 55}, ends) == Progress("stories", 50, 120)
    assert progress(RUN, {0: 999, 1: 27}, ends).percent == 100
    assert str(progress(RUN, {0: 65}, ends)) == "stories 60/120 (50 %)"


def test_the_throttle_is_shared_by_all_readers_of_the_lane() -> None:
    assert clients(RUN) == ["tidewire.check.jobs.stories-0", "tidewire.check.jobs.stories-1"]
    assert rates(REPLAY) == dict.fromkeys(clients(RUN), 500)
    assert rates(REPLAY, on=False) == dict.fromkeys(clients(RUN), None)
