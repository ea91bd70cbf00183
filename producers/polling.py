"""The thread in which polls run: an event loop of its own, so that Kafka's calls never hold it up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

from producers.clock import now_ms
from producers.fetch import Fetcher
from producers.holdings import Due
from producers.poll import Outcome, Poller, Task
from producers.reading import DocumentReader
from producers.settings import FetchSettings, ParseSettings, ScheduleSettings, WorkerSettings
from telemetry import logs

LOG = logs.logger("polling")


class Polls(Protocol):
    """What the worker needs of it."""

    outcomes: SimpleQueue[tuple[Due, Outcome]]
    """What polls brought, in the order of their ends."""

    def submit(self, due: Due, task: Task) -> None:
        """Starts a poll; its outcome comes with ``due``."""

    def check(self) -> None:
        """Raises what ended the polls, if something did."""


class PollingThread:
    """A context manager; leaving it ends the polls under way, whose outcomes are dropped."""

    def __init__(self, worker: WorkerSettings) -> None:
        self.outcomes: SimpleQueue[tuple[Due, Outcome]] = SimpleQueue()
        self._worker = worker
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="polling", daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._poller: Poller | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def check(self) -> None:
        """Raises what ended the thread, if something did."""
        if self._error is not None:
            raise RuntimeError("polling ended; no feed would be asked") from self._error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def submit(self, due: Due, task: Task) -> None:
        """Starts a poll; its outcome comes with ``due``."""
        self._loop.call_soon_threadsafe(self._start, due, task)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:
            LOG.exception("polling ended")
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        fetching = FetchSettings()
        async with DocumentReader(ParseSettings()) as reader, Fetcher(fetching) as fetcher:
            self._poller = Poller(
                fetcher, reader, self._worker, ScheduleSettings(), fetching.per_host, now_ms
            )
            self._ready.set()
            await self._stop.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, due: Due, task: Task) -> None:
        if self._poller is None or self._stop.is_set():
            return
        running: asyncio.Task[None] = self._loop.create_task(self._settle(due, self._poller.poll(task)))
        self._tasks.add(running)
        running.add_done_callback(self._tasks.discard)

    async def _settle(self, due: Due, poll: Coroutine[Any, Any, Outcome]) -> None:
        self.outcomes.put((due, await poll))
