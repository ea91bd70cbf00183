"""Work that takes time goes to a process of its own, where it may take so much of it and no more.

The process that talks to the broker has to send heartbeats, so nothing may hold its interpreter. What one
assignment may use is CPU time, not time of day: a busy machine refuses nothing that an idle one does not.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import FrameType
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class TookTooLong(RuntimeError):
    """Work used up the CPU time that it is given; doing it again would do the same."""


class Ended(RuntimeError):
    """The process was ended from outside; whether by the fault of this work is not known."""


class Runs(Protocol):
    """Where pure functions run."""

    async def run(self, work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """What ``work`` returns or raises."""


class Here:
    """In this process, at once: for tools and tests."""

    async def run(self, work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """See Runs."""
        return work(*args, **named)


class Apart:
    """In one process beside this one, a thing at a time, each with ``cpu_s`` seconds of CPU.

    The process starts with the first thing to do, and anew after one that had to be ended.
    """

    def __init__(self, cpu_s: int) -> None:
        self._cpu_s = cpu_s
        self._pool: ProcessPoolExecutor | None = None
        self._one = asyncio.Lock()

    async def run(self, work: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """See Runs. Arguments and results are pickled. Raises TookTooLong, Ended."""
        async with self._one:
            if self._pool is None:
                # Spawned: this process has threads, which a fork would not survive.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
            try:
                future = self._pool.submit(_limited, self._cpu_s, work, args, named)
                return await asyncio.wrap_future(future)
            except BrokenProcessPool as error:
                self.close()
                raise Ended(
                    f"the process for {work.__name__} was ended: out of memory, or it did not stop after "
                    f"{self._cpu_s} s of CPU"
                ) from error

    def close(self) -> None:
        """Ends the process once it has nothing to do."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _begin() -> None:
    """In the process: it is told to stop by its parent alone, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXCPU, _out_of_time)
    parent = multiprocessing.parent_process()
    assert parent is not None, "no process has begun this one"

    def ends_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=ends_with_parent, daemon=True).start()


def _limited(cpu_s: int, work: Callable[..., R], args: tuple[object, ...], named: dict[str, object]) -> R:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
    # What does not come back to the interpreter is ended by the kernel.
    signal.setitimer(signal.ITIMER_PROF, 2 * cpu_s + 2)
    try:
        return work(*args, **named)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def _out_of_time(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise TookTooLong("it took more CPU time than one assignment is given")
