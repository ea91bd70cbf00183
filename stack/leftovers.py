"""Processes of this home's stack that nobody supervises any more, found by their environment's mark.

The mark is inherited by every descendant, so neither names nor recorded process ids, which the system
may have given to a stranger since, decide what is ended.

`python -m stack.leftovers PID` waits for the supervisor with that id to end, then ends the rest.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

import psutil

MARKER = "TIDEWIRE_STACK_OF"
"""The home whose stack a process belongs to."""
PROGRAM = "TIDEWIRE_STACK_PROGRAM"
"""The supervised program a process is, or descends from."""

SUPERVISOR_TIMEOUT_S = 90.0
REST_TIMEOUT_S = 10.0


def marked(home: str, program: str | None = None) -> list[psutil.Process]:
    """Living processes with this home's mark (and program's), but this process and its ancestors."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in own:
            continue
        try:
            env = process.environ()
        except (psutil.Error, OSError):  # ended meanwhile, a zombie, or someone else's
            continue
        if env.get(MARKER) == home and (program is None or env.get(PROGRAM) == program):
            found.append(process)
    return found


def end(processes: Iterable[psutil.Process], timeout_s: float) -> list[int]:
    """Asks each to stop, then kills what has not within `timeout_s`; the ids of those ended.

    Raises RuntimeError when one survives even that.
    """
    chosen = list(processes)
    for process in chosen:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(chosen, timeout=timeout_s)
    for process in alive:
        _signal(process.kill)
    _, alive = psutil.wait_procs(alive, timeout=10)
    if alive:
        raise RuntimeError(f"processes {[process.pid for process in alive]} do not end, not even when killed")
    return [process.pid for process in chosen]


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return


def main(supervisor: str) -> None:
    if psutil.pid_exists(int(supervisor)):
        psutil.wait_procs([psutil.Process(int(supervisor))], timeout=SUPERVISOR_TIMEOUT_S)
    end(marked(os.environ[MARKER]), REST_TIMEOUT_S)


if __name__ == "__main__":
    main(sys.argv[1])
