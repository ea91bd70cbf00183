"""Logs are one JSON object a line and carry the role."""

import json
import logging
import re

import pytest

from telemetry import logs


def test_lines_are_json_with_role_and_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("tester")
    logs.logger("area").warning("it happened", place="articles.raw-0@1")
    logging.getLogger("library").error("theirs")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours["role"] == "tester"
    assert ours["place"] == "articles.raw-0@1"
    assert theirs["event"] == "theirs"


@pytest.mark.parametrize("terminal", [True, False])
def test_what_strangers_said_is_not_obeyed(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "\x1b]0;x\x07\x9b2J\u202e\u2028\x7f\r"
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    logs.configure("tester")
    try:
        raise ValueError(said)
    except ValueError:
        logs.logger("area").exception(said, reason=said, **{f"name{said}": [said]})
    logging.getLogger("library").error("theirs %s", said)
    text = capsys.readouterr().err
    for colour in re.findall("\x1b\\[[0-9;]*m", text):
        text = text.replace(colour, "")
    assert all(each == "\n" or each.isprintable() for each in text)
