"""Flink's web UI for people: a door in front of the JobManager, opened with a token."""

from __future__ import annotations

import sys
from pathlib import Path

from stack import readiness
from stack.keys import read
from stack.programs import Program
from stack.settings import LOOPBACK, StackSettings
from telemetry.environment import SETTINGS


def files(settings: StackSettings) -> dict[Path, str]:
    del settings
    return {}


def link(settings: StackSettings) -> str:
    """What to open in a browser, for the user alone; without the token before the stack's first start."""
    token = settings.keys.ui_token
    return f"{settings.flink_ui_url}/?token={read(token)}" if token.exists() else settings.flink_ui_url


def program(settings: StackSettings) -> Program:
    return Program(
        name="flink-ui",
        argv=(sys.executable, "-P", "-m", "flink_jobs.ui"),
        directory=str(settings.home),
        env={
            **settings.environment(),
            "PYTHONUNBUFFERED": "1",
            "TIDEWIRE_FLINK_UI_HOST": LOOPBACK,
            "TIDEWIRE_FLINK_UI_PORT": str(settings.flink_ui_port),
            "TIDEWIRE_FLINK_UI_TOKEN_FILE": str(settings.keys.ui_token),
        },
        # The operator may name hosts.
        passes=SETTINGS,
        start_s=1,
    )


def ready(settings: StackSettings) -> bool:
    return readiness.answers(f"{settings.flink_ui_url}/health")
