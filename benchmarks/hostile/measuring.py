"""One case in a process of its own."""

from __future__ import annotations

import multiprocessing
import re
import time
from pathlib import Path

from benchmarks.hostile.inputs import cases

KILOBYTES = 1 << 10


def measured(place: int, answers: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    """Seconds, and megabytes above what the process had before."""
    case = cases()[place]
    before = _peak_kb()
    started = time.process_time()
    case.run()
    used = time.process_time() - started
    answers.put((used, (_peak_kb() - before) / KILOBYTES))


def _peak_kb() -> int:
    """Of this process alone: what getrusage counts begins with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found.group(1)) if found else 0
