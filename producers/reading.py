"""Runs the parser in processes of its own, where a document that hangs or swells can be ended."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import resource
import signal
import sys
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from producers import parse
from producers.parse import Document, Unreadable
from producers.settings import ParseSettings

PR_SET_PDEATHSIG = 1


class DocumentReader:
    """A context manager around the pool; ``read`` is ``producers.parse.read`` under limits."""

    def __init__(self, settings: ParseSettings) -> None:
        self._settings = settings
        # Spawned: a fork of a process with librdkafka's threads would inherit their locks.
        self._pool = ProcessPool(
            max_workers=settings.parse_processes,
            max_tasks=1_000,
            initializer=_limit,
            initargs=(settings.parse_memory_bytes,),
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    async def read(self, body: bytes, url: str, content_type: str) -> Document:
        """Raises Unreadable for what is no feed, takes too long, or breaks the parser's process."""
        limit = self._settings.parse_timeout_s
        future = self._pool.schedule(parse.read, args=(body, url, content_type), timeout=limit)
        try:
            document: Document = await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise Unreadable(f"not read within {limit:.0f} s") from error
        except ProcessExpired as error:
            raise Unreadable(f"the parser's process ended with code {error.exitcode}") from error
        except (MemoryError, RecursionError) as error:
            raise Unreadable(f"the parser gave up: {type(error).__name__}") from error
        return document


def _limit(memory_bytes: int) -> None:
    # The worker decides when to stop: an interrupt from the terminal reaches the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        # A worker ended by SIGKILL cannot stop its parsers; the kernel does.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
