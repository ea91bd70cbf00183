"""From which state a job starts."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flink_jobs.retained import StateRefused, newest, starting_state
from flink_jobs.runs import Run
from flink_jobs.settings import JobSettings
from topics.lane import LIVE, Lane


def run(home: Path, lane: Lane = LIVE) -> Run:
    return Run(
        job="stories", lane=lane, bootstrap="b:1", registry_url="http://r", settings=JobSettings(home=home)
    )


def state(folder: Path, age: int) -> Path:
    folder.mkdir(parents=True)
    (folder / "_metadata").write_bytes(b"")
    written = time.time() - age
    os.utime(folder / "_metadata", (written, written))
    return folder


def test_first_start_is_at_the_beginning(tmp_path: Path) -> None:
    assert starting_state(run(tmp_path), None, fresh=False, has_outputs=False) is None


def test_newest_complete_checkpoint_or_savepoint_is_taken(tmp_path: Path) -> None:
    asked = run(tmp_path)
    state(asked.checkpoints / "a" / "chk-7", age=3)
    saved = state(asked.savepoints / "savepoint-1", age=2)
    (asked.checkpoints / "b" / "chk-9").mkdir(parents=True)
    assert newest(asked) == saved
    checkpoint = state(asked.checkpoints / "b" / "chk-8", age=1)
    assert starting_state(asked, None, fresh=False, has_outputs=True) == checkpoint


def test_outputs_without_state_are_not_written_twice(tmp_path: Path) -> None:
    with pytest.raises(StateRefused, match="write them twice"):
        starting_state(run(tmp_path), None, fresh=False, has_outputs=True)


def test_fresh_start_must_be_asked_for_and_takes_no_state(tmp_path: Path) -> None:
    asked = run(tmp_path)
    saved = state(asked.savepoints / "savepoint-1", age=2)
    assert starting_state(asked, None, fresh=True, has_outputs=True) is None
    with pytest.raises(StateRefused, match="exclude each other"):
        starting_state(asked, saved, fresh=True, has_outputs=True)


def test_savepoint_of_another_lane_is_refused(tmp_path: Path) -> None:
    other = state(run(tmp_path, Lane("check")).savepoints / "savepoint-1", age=2)
    with pytest.raises(StateRefused, match="never crosses lanes"):
        starting_state(run(tmp_path), other, fresh=False, has_outputs=False)


def test_older_savepoint_is_refused(tmp_path: Path) -> None:
    asked = run(tmp_path)
    old = state(asked.savepoints / "savepoint-1", age=5)
    new = state(asked.savepoints / "savepoint-2", age=4)
    assert starting_state(asked, new, fresh=False, has_outputs=True) == new
    with pytest.raises(StateRefused, match="written twice"):
        starting_state(asked, old, fresh=False, has_outputs=True)


def test_checkpoint_whose_transactions_expired_must_be_asked_for(tmp_path: Path) -> None:
    asked = run(tmp_path)
    old = state(asked.checkpoints / "a" / "chk-7", age=2 * 86_400)
    with pytest.raises(StateRefused, match="48 hours old"):
        starting_state(asked, None, fresh=False, has_outputs=True)
    assert starting_state(asked, old, fresh=False, has_outputs=True) == old


def test_savepoint_does_not_expire(tmp_path: Path) -> None:
    asked = run(tmp_path)
    old = state(asked.savepoints / "savepoint-1", age=2 * 86_400)
    assert starting_state(asked, None, fresh=False, has_outputs=True) == old


def test_folder_without_metadata_is_no_savepoint(tmp_path: Path) -> None:
    with pytest.raises(StateRefused, match="no savepoint"):
        starting_state(run(tmp_path), tmp_path, fresh=False, has_outputs=False)
