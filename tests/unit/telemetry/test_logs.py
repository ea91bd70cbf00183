"""Logs are one JSON object a line and carry the role."""

import json
import logging

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
