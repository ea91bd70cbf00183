"""The supervisor's event listener: records what died, came back or gave up, one JSON line each.

`python -m stack.watch FOLDER [OWNER_PID]` is run by the supervisor. With an owner it also ends
the whole stack once that process is gone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

EVENTS = "events.jsonl"
LONGEST_FILE = 1_000_000

MEANING = {
    "PROCESS_STATE_EXITED": "died",
    "PROCESS_STATE_BACKOFF": "failed to start",
    "PROCESS_STATE_FATAL": "gave up",
    "PROCESS_STATE_RUNNING": "running",
    "PROCESS_STATE_STOPPED": "stopped",
}
DEATHS = frozenset({"died", "failed to start"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a program; `at_ms` is epoch milliseconds, `pid` 0 where none is known."""

    at_ms: int
    program: str
    event: str
    pid: int


def read_events(folder: Path) -> list[Event]:
    """What was recorded since the supervisor started, oldest first."""
    path = folder / EVENTS
    if not path.exists():
        return []
    return [Event(**json.loads(line)) for line in path.read_text().splitlines()]


def parse(name: str, payload: str, at_ms: int) -> Event | None:
    """An event of the supervisor as one of ours; None for those that tell nothing new."""
    if name not in MEANING:
        return None
    fields = dict(pair.split(":", 1) for pair in payload.split())
    return Event(at_ms, fields["processname"], MEANING[name], int(fields.get("pid", 0)))


def record(path: Path, event: Event) -> None:
    """Appends; past a megabyte the older half is let go."""
    if path.exists() and path.stat().st_size > LONGEST_FILE:
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[len(lines) // 2 :]))
    with path.open("a") as file:
        file.write(json.dumps(asdict(event)) + "\n")


def notifications(source: IO[str], sink: IO[str]) -> Iterator[tuple[str, str]]:
    """(event name, payload), each acknowledged once handled, by supervisor's listener protocol."""
    while True:
        sink.write("READY\n")
        sink.flush()
        header = source.readline()
        if not header:
            return
        fields = dict(pair.split(":", 1) for pair in header.split())
        yield fields["eventname"], source.read(int(fields["len"]))
        sink.write("RESULT 2\nOK")
        sink.flush()


def end_stack(supervisor: int) -> None:
    """Has the supervisor stop everything, and someone look after it for what outlives even that."""
    look_after = [sys.executable, "-P", "-m", "stack.leftovers", str(supervisor)]
    subprocess.Popen(look_after, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    os.kill(supervisor, signal.SIGTERM)


def main(folder: str, owner_pid: str | None = None) -> None:
    path = Path(folder) / EVENTS
    supervisor = os.getppid()
    try:
        owner = None if owner_pid is None else psutil.Process(int(owner_pid))
    except psutil.NoSuchProcess:
        end_stack(supervisor)
        return
    for name, payload in notifications(sys.stdin, sys.stdout):
        event = parse(name, payload, time.time_ns() // 1_000_000)
        if event is not None:
            record(path, event)
        if owner is not None and not owner.is_running():
            owner = None
            end_stack(supervisor)


if __name__ == "__main__":
    main(*sys.argv[1:])
