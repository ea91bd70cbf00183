"""Supervisor's notifications become a short record of what died and came back."""

from __future__ import annotations

import io
from pathlib import Path

from stack import watch
from stack.watch import Event, notifications, parse, read_events, record

PAYLOAD = "processname:kafka groupname:kafka from_state:RUNNING expected:0 pid:42"


def framed(name: str, payload: str) -> str:
    header = f"ver:3.0 server:supervisor serial:1 pool:watch poolserial:1 eventname:{name} len:{len(payload)}"
    return f"{header}\n{payload}"


def test_every_notification_is_acknowledged_after_it_was_handled() -> None:
    source = io.StringIO(framed("PROCESS_STATE_EXITED", PAYLOAD) + framed("TICK_5", "when:1"))
    sink = io.StringIO()
    seen = []
    for name, payload in notifications(source, sink):
        seen.append((name, payload, sink.getvalue().count("RESULT 2\nOK")))
    assert seen == [("PROCESS_STATE_EXITED", PAYLOAD, 0), ("TICK_5", "when:1", 1)]
    assert sink.getvalue().count("READY\n") == 3


def test_a_death_is_told_from_a_stop() -> None:
    assert parse("PROCESS_STATE_EXITED", PAYLOAD, 7) == Event(7, "kafka", "died", 42)
    assert parse("PROCESS_STATE_STOPPED", PAYLOAD, 7) == Event(7, "kafka", "stopped", 42)
    assert parse(
        "PROCESS_STATE_BACKOFF", "processname:a groupname:a from_state:STARTING tries:1", 7
    ) == Event(7, "a", "failed to start", 0)
    assert parse("PROCESS_STATE_STARTING", PAYLOAD, 7) is None
    assert parse("TICK_5", "when:1", 7) is None


def test_the_record_reads_back(tmp_path: Path) -> None:
    events = [Event(1, "kafka", "died", 42), Event(2, "kafka", "running", 43)]
    for event in events:
        record(tmp_path / watch.EVENTS, event)
    assert read_events(tmp_path) == events


def test_no_record_is_no_event(tmp_path: Path) -> None:
    assert read_events(tmp_path) == []


def test_the_record_stays_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    path = tmp_path / watch.EVENTS
    line = '{"at_ms": 1, "program": "a", "event": "died", "pid": 1}\n'
    path.write_text(line * (watch.LONGEST_FILE // len(line) + 1))
    newest = Event(2, "b", "died", 2)
    record(path, newest)
    assert path.stat().st_size < watch.LONGEST_FILE * 0.6
    assert read_events(tmp_path)[-1] == newest
