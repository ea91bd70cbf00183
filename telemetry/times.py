"""Times as people read them."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def short_time(iso: str) -> str:
    """``2026-11-25 01:20:51 UTC`` of an ISO 8601 time."""
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def of_millis(epoch_ms: int) -> str:
    """The same of epoch milliseconds; a dash for 0."""
    if not epoch_ms:
        return "–"
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def of_millis_short(epoch_ms: int) -> str:
    """``11-25 01:20:51`` for a table that says that its times are UTC; a dash for 0."""
    if not epoch_ms:
        return "–"
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).strftime("%m-%d %H:%M:%S")


def duration(seconds: float) -> str:
    """``3 s``, ``2 min``, ``5 h``, ``4 d``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
