"""A run that is asked to stop takes its containers down first."""

from __future__ import annotations

import signal
from types import FrameType

import pytest


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt(f"signal {number}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """SIGTERM is taken as Ctrl-C, on which pytest ends its fixtures."""
    signal.signal(signal.SIGTERM, _interrupted)
