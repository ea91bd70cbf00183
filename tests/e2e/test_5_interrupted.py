"""Ctrl-C at a terminal while a demo is starting: it starts nothing more, and nothing of it is left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from tests.e2e.homes import Home

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(600)]

CTRL_C = b"\x03"


def test_ctrl_c_while_starting_ends_it_there(new_home: Callable[[str], Home]) -> None:
    home = new_home("interrupted")
    terminal, theirs = os.openpty()
    command = home.command("demo")
    with subprocess.Popen(
        command, env=home.env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(theirs), os.O_RDWR)),
    ) as process:  # fmt: skip
        os.close(theirs)
        said = _until(terminal, b"kafka: ready")
        os.write(terminal, CTRL_C)
        said += _until(terminal, b"Stopped.")
        assert process.wait() == 0
    os.close(terminal)
    assert home.processes() == []
    assert b"Traceback" not in said
    assert b"reader: starting" not in said


def _until(terminal: int, expected: bytes) -> bytes:
    """What the terminal shows up to ``expected``; fails with it if the command ends before."""
    said = b""
    while expected not in said:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            pytest.fail(f"it ended without {expected.decode()}:\n{said.decode(errors='replace')}")
    return said
