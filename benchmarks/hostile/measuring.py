"""One case in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import time

from benchmarks.hostile.inputs import cases

KILOBYTES = 1 << 10


def measured(place: int, answers: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    """Seconds, and megabytes above what the process had before."""
    case = cases()[place]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    case.run()
    used = time.process_time() - started
    answers.put((used, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / KILOBYTES))
