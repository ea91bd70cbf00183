"""Processes are found by the mark they inherited, not by name or number."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.launch import empty
from stack.leftovers import MARKER, PROGRAM, end, marked

SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"


def start(code: str, home: str, program: str) -> subprocess.Popen[str]:
    env = {**os.environ, MARKER: home, PROGRAM: program}
    return subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def test_only_this_homes_and_programs_processes_are_found(
    processes: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    home = str(tmp_path)
    processes += [start(SLEEP, home, "a"), start(SLEEP, home, "b"), start(SLEEP, home + "x", "a")]
    assert {process.pid for process in marked(home)} == {processes[0].pid, processes[1].pid}
    assert [process.pid for process in marked(home, "a")] == [processes[0].pid]


def test_this_process_and_its_ancestors_are_spared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = f"from stack.leftovers import marked; print([p.pid for p in marked({str(tmp_path)!r})])"
    env = {**os.environ, MARKER: str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_does_not_listen_is_killed(processes: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    deaf = start(DEAF, str(tmp_path), "a")
    processes.append(deaf)
    assert deaf.stdout is not None
    assert deaf.stdout.readline() == "deaf\n"
    assert end(marked(str(tmp_path)), timeout_s=0.2) == [deaf.pid]
    assert not psutil.pid_exists(deaf.pid) or psutil.Process(deaf.pid).status() == psutil.STATUS_ZOMBIE


def test_a_folder_is_emptied_and_made(tmp_path: Path) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    empty(tmp_path / "old")
    empty(tmp_path / "new")
    assert list((tmp_path / "old").iterdir()) == []
    assert (tmp_path / "new").is_dir()
