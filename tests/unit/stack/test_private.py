"""A home is its user's alone, whatever it was before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from stack import private
from stack.private import NotYours, alone, check, claim
from stack.settings import StackSettings
from stack.stack import Stack


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode)
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink()
    }


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A home as an earlier release left it."""
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        (home / "kafka" / "data").mkdir(parents=True)
        (home / "kafka" / "data" / "0.log").touch()
        (home / "run.sh").touch(mode=0o755)
        (tmp_path / "outside").touch(mode=0o644)
        (home / "link").symlink_to(tmp_path / "outside")
        (home / "folder").symlink_to(tmp_path)
    finally:
        os.umask(before)
    return home


def test_what_was_wider_is_narrowed_and_links_are_not_followed(wide: Path) -> None:
    claim(wide)
    assert modes(wide) == {
        ".": 0o700,
        "kafka": 0o700,
        "kafka/data": 0o700,
        "kafka/data/0.log": 0o600,
        "run.sh": 0o700,
    }
    assert stat.S_IMODE((wide.parent / "outside").stat().st_mode) == 0o644


def test_a_home_behind_a_link_is_narrowed_where_it_is(wide: Path) -> None:
    link = wide.parent / "to-home"
    link.symlink_to(wide)
    claim(link)
    assert modes(wide)["kafka/data"] == 0o700


def test_a_new_one_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        claim(tmp_path / "new")
        with alone():
            (tmp_path / "new" / "file").touch()
    finally:
        os.umask(before)
    assert modes(tmp_path / "new") == {".": 0o700, "file": 0o600}


def test_the_home_of_another_is_refused(wide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private.os, "geteuid", lambda: os.getuid() + 1)
    for refused in (check, claim):
        with pytest.raises(NotYours, match=r"belongs to another user .* TIDEWIRE_HOME=folder"):
            refused(wide)
    with pytest.raises(NotYours):
        StackSettings(home=wide)


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotYours, match="is no folder"):
        check(tmp_path / "file")


def test_no_home_yet_is_no_trouble(tmp_path: Path) -> None:
    check(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_command_about_the_stack_narrows_its_home(wide: Path) -> None:
    Stack(StackSettings(home=wide)).down()
    assert modes(wide)["."] == 0o700
    assert modes(wide)["stack"] == 0o700
    assert modes(wide)["stack/lock"] == 0o600
