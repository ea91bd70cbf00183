"""What is cleared away before a program starts."""

from __future__ import annotations

import json
from pathlib import Path

from stack.launch import empty, forget_unreadable


def test_emptied_folder_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "file").touch()
    empty(folder)
    assert list(folder.iterdir()) == []


def test_only_results_that_would_end_a_jobmanager_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "tidewire"
    folder.mkdir()
    readable = {"result": {"id": "1", "application-id": "1", "application-status": "FINISHED"}, "version": 1}
    (folder / "1_DIRTY.json").write_text(json.dumps(readable))
    unreadable = {"result": {"id": "2", "application-status": "FAILED"}, "version": 1}
    (folder / "2_DIRTY.json").write_text(json.dumps(unreadable))
    (folder / "4_DIRTY.json").write_text('{"result": {"id"')
    (folder / "3.json").write_text(json.dumps(unreadable))
    assert forget_unreadable(tmp_path) == ["2_DIRTY.json", "4_DIRTY.json"]
    assert sorted(path.name for path in folder.iterdir()) == ["1_DIRTY.json", "3.json"]


def test_store_that_does_not_exist_yet_is_no_trouble(tmp_path: Path) -> None:
    assert forget_unreadable(tmp_path / "job-result-store") == []
