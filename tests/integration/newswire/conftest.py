"""The feed server as a process of its own, and a small client that polls it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stack import ports

CHECKOUT = Path(__file__).resolve().parents[3]


def until(condition: Callable[[], bool], what: Callable[[], str], deadline_s: float = 60.0) -> None:
    """Polls a condition; fails saying ``what`` it waits for."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s:.0f} s: {what()}"
        time.sleep(0.05)


class Newswire:
    """``python -m newswire serve`` on a free port; ``kill`` and ``start`` again keep port and state."""

    def __init__(self, state: Path, *arguments: str, **environment: str) -> None:
        self.port = ports.free(1)[0]
        self.base = f"http://127.0.0.1:{self.port}"
        self.state = state
        self._arguments = arguments
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx2.Client(base_url=self.base, timeout=10.0)

    def start(self) -> None:
        where = ["--port", str(self.port), "--state", str(self.state)]
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "newswire", "serve", *where, *self._arguments],
                env=self._environment,
                cwd=CHECKOUT,
                stderr=log,
            )
        until(self._answers, lambda: (self.state / "log").read_text())

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        process = self._process
        assert process is not None
        process.send_signal(how)
        self._process = None
        return process.wait(timeout=30)

    def close(self) -> None:
        if self._process is not None:
            self.end(signal.SIGKILL)
        self.client.close()

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = self.client.get("/status").json()
        return status

    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.client.get("/ledger/summary").json()
        return summary

    def get(self, path: str, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.state / "log").read_text()
        try:
            return self.client.get("/status").status_code == 200
        except httpx2.TransportError:
            return False


@pytest.fixture
def newswire(tmp_path: Path) -> Iterator[Callable[..., Newswire]]:
    """Makes servers; whatever still runs at the end is killed."""
    made: list[Newswire] = []

    def make(*arguments: str, **environment: str) -> Newswire:
        made.append(Newswire(tmp_path / f"state-{len(made)}", *arguments, **environment))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()
