"""What ./tw logs shows: whole lines from the end of a file, and those that come, whatever they hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tidewire import log_files
from tidewire.commands import logs
from tidewire.log_files import LONGEST_LINE, Following, last_lines


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reader.log"


@pytest.mark.parametrize("block", [1, 3, 7, log_files.BLOCK])
@pytest.mark.parametrize(
    ("written", "count", "expected"),
    [
        (b"", 3, []),
        (b"one\ntwo\nthree\n", 2, ["two", "three"]),
        (b"one\ntwo\n", 9, ["one", "two"]),
        (b"one\ntwo\nhalf", 9, ["one", "two"]),
        (b"half", 9, []),
        (b"one\n\n", 2, ["one", ""]),
        (b"one\r\n", 1, ["one"]),
        (b"one\n", 0, []),
        (b"\xff\xfe\n", 1, ["\\xff\\xfe"]),
        ("größer\n港湾\n".encode(), 2, ["größer", "港湾"]),
    ],
)
def test_the_last_whole_lines_and_all_that_come(
    file: Path, monkeypatch: pytest.MonkeyPatch, block: int, written: bytes, count: int, expected: list[str]
) -> None:
    monkeypatch.setattr(log_files, "BLOCK", block)
    file.write_bytes(written)
    found, position = last_lines(file, count)
    assert found == expected
    assert position == written.rfind(b"\n") + 1
    following = Following(file, 0)
    assert list(following.come())[-count or len(expected) + 9 :] == expected
    following.close()


def test_a_line_is_followed_once_it_is_whole(file: Path) -> None:
    file.write_bytes(b"one\ntw")
    following = Following(file, last_lines(file, 1)[1])
    assert list(following.come()) == []
    with file.open("ab") as more:
        more.write(b"o\nthree\n")
    assert list(following.come()) == ["two", "three"]
    following.close()


@pytest.mark.parametrize("how", ["renamed", "copied and cut"])
def test_a_log_that_is_turned_over_is_followed_on(file: Path, how: str) -> None:
    file.write_bytes(b"one\ntwo\n")
    following = Following(file, 4)
    assert list(following.come()) == ["two"]
    if how == "renamed":
        with file.open("ab") as more:
            more.write(b"last of the old\n")
        file.rename(file.with_suffix(".log.1"))
        assert list(following.come()) == ["last of the old"]
    file.write_bytes(b"new\n")
    assert list(following.come()) == ["new"]
    following.close()


def test_a_line_without_end_is_shown_in_pieces_and_cut_at_the_end_of_a_log(file: Path) -> None:
    file.write_bytes(b"x" * (3 * LONGEST_LINE))
    following = Following(file, 0)
    pieces = list(following.come())
    assert pieces
    assert max(map(len, pieces)) == LONGEST_LINE
    following.close()
    file.write_bytes(b"x" * (3 * LONGEST_LINE) + b"\n")
    assert last_lines(file, 1)[0] == ["x" * LONGEST_LINE + "…"]


def test_what_a_stranger_made_a_program_log_is_shown_visibly(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(b"\x1b]0;title\x07\x9b31m\xe2\x80\xae [red]r[/red]\n")
    monkeypatch.setattr(logs, "stack_settings", lambda: Home(file.parent))
    logs.logs("reader", 5, follow_on=False)
    said = capsys.readouterr().out
    assert said == "\\x1b]0;title\\x07\\x9b31m\\u202e [red]r[/red]\n"


def test_programs_are_listed_with_what_they_last_wrote(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "stack_settings", lambda: Home(file.parent))
    logs.logs(None)
    assert "no logs in" in capsys.readouterr().out
    file.write_bytes(b"x" * 2048)
    file.with_name("taskmanager.out").write_bytes(b"a word of the JVM\n")
    file.with_name("jobmanager.out").touch()
    os.utime(file, (1_764_028_800, 1_764_028_800))
    logs.logs(None)
    said = capsys.readouterr().out
    assert "reader" in said
    assert "taskmanager.out" in said
    assert "jobmanager" not in said
    with pytest.raises(ValueError, match=r"\.\./ports has no log here. There are: reader, taskmanager.out"):
        logs.log_of(file.parent, "../ports")


class Home:
    """The settings of a home with these logs."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder
