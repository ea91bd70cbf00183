"""What a home in another folder needs before it is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stack import flink, keys, zookeeper
from stack.errors import StackError
from stack.moved import make_fit, relocated
from stack.settings import StackSettings

OLD, NEW = "/var/old/flink/lanes", "/srv/a much longer folder/flink/lanes"
FILES = ("live/stories/checkpoints/1/shared/a", "live/stories/checkpoints/1/chk-7/b")


def string(text: str) -> bytes:
    """As Java writes one."""
    return len(text.encode()).to_bytes(2, "big") + text.encode()


def metadata(folder: str) -> bytes:
    names = [string(f"file:{folder}/{name}") for name in FILES]
    return (
        b"\x04\x93\xff"
        + names[0]
        + b"\x00\x01"
        + names[1]
        + b"tail"
        + string("file:/var/older/flink/lanes/x")
    )


def test_paths_are_written_anew_with_their_lengths() -> None:
    moved = relocated(metadata(OLD), OLD, NEW, "chk-7")
    assert moved == metadata(NEW)
    assert relocated(moved, NEW, OLD, "chk-7") == metadata(OLD)


def test_what_names_other_folders_stays() -> None:
    assert relocated(metadata("/srv"), OLD, NEW, "chk-7") == metadata("/srv")


def test_a_folder_within_the_old_one_is_not_moved_twice() -> None:
    inside = "/var/old/copy/flink/lanes"
    moved = relocated(metadata(OLD), OLD, inside, "chk-7")
    assert relocated(moved, OLD, inside, "chk-7") == moved == metadata(inside)


@pytest.mark.parametrize("length", [0, 3, 60_000])
def test_a_path_that_is_no_string_of_its_own_is_refused(length: int) -> None:
    with pytest.raises(StackError, match="chk-7 names /var/old"):
        relocated(b"\x00" + length.to_bytes(2, "big") + f"file:{OLD}/x".encode(), OLD, NEW, "chk-7")


@pytest.fixture
def home(tmp_path: Path) -> StackSettings:
    """One that ran where it is."""
    settings = StackSettings.model_validate({"home": tmp_path / "home"})
    keys.make(settings.keys.folder)
    state = flink.lanes(settings) / "live" / "stories" / "checkpoints" / "1" / "chk-7" / "_metadata"
    for path, text in flink.files(settings).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in (state.parent, flink.recovery(settings), zookeeper.data(settings)):
        folder.mkdir(parents=True)
    state.write_bytes(metadata(str(flink.lanes(settings))))
    os.utime(state, (1_000, 1_000))
    return settings


def test_a_home_that_stayed_is_left_alone(home: StackSettings) -> None:
    assert make_fit(home, home.ports) == []
    assert flink.recovery(home).exists()
    assert zookeeper.data(home).exists()


def test_a_moved_home_forgets_running_jobs_and_keeps_their_checkpoints(home: StackSettings) -> None:
    moved = StackSettings.model_validate({"home": home.home.rename(home.home.with_name("moved"))})
    (state,) = make_fit(moved)
    assert state.read_bytes() == metadata(str(flink.lanes(moved)))
    assert state.stat().st_mtime == 1_000
    assert not flink.recovery(moved).exists()
    assert not zookeeper.data(moved).exists()
    assert make_fit(moved) == []


def test_on_other_ports_running_jobs_are_forgotten_and_no_checkpoint_is_touched(home: StackSettings) -> None:
    assert make_fit(home, {**home.ports, "kafka_port": home.kafka_port + 1}) == []
    assert not flink.recovery(home).exists()
    assert not zookeeper.data(home).exists()
    (state,) = flink.lanes(home).rglob("_metadata")
    assert state.read_bytes() == metadata(str(flink.lanes(home)))


def test_so_they_are_when_their_interpreter_is_another(
    home: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/elsewhere/bin/python")
    assert make_fit(home, home.ports) == []
    assert not flink.recovery(home).exists()


@pytest.mark.parametrize("lost", [flink.recovery, flink.folder])
def test_what_points_into_something_lost_goes_too(
    home: StackSettings, lost: Callable[[StackSettings], Path]
) -> None:
    shutil.rmtree(lost(home))
    assert make_fit(home) == []
    assert not flink.recovery(home).exists()
    assert not zookeeper.data(home).exists()


def test_a_new_home_needs_nothing(tmp_path: Path) -> None:
    assert make_fit(StackSettings.model_validate({"home": tmp_path / "new"})) == []
