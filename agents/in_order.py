"""Takes events as they come, works on several at once, and acknowledges them safely.

- Events of one story (one key) are worked on one at a time, in order.
- An event is acknowledged only when it and all before it in its partition are done, so a crash
  repeats work and never skips it. Work that failed is not done: it is never acknowledged.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")


@dataclass(slots=True)
class _Lane(Generic[E]):
    """A partition's events in hand, in order."""

    pending: deque[tuple[E, asyncio.Task[None]]] = field(default_factory=deque)


class InOrder(Generic[E]):
    """``work`` does an event; what it raises goes to ``failed`` and the event stays unacknowledged."""

    def __init__(
        self,
        work: Callable[[E], Awaitable[None]],
        ack: Callable[[E], object],
        failed: Callable[[E, BaseException], Awaitable[None]],
        slots: int,
    ) -> None:
        self._work = work
        self._ack = ack
        self._failed = failed
        self._slots = asyncio.Semaphore(slots)
        self._partitions: dict[Hashable, _Lane[E]] = {}
        self._last: dict[Hashable, asyncio.Task[None]] = {}

    async def take(self, event: E, partition: Hashable, story: Hashable) -> None:
        """Starts work on an event as soon as a slot is free; returns when it has started."""
        await self._slots.acquire()
        before = self._last.get(story)
        task = asyncio.create_task(self._one(event, before))
        self._last[story] = task
        lane = self._partitions.setdefault(partition, _Lane())
        lane.pending.append((event, task))
        task.add_done_callback(lambda done: self._done(lane, story, done))

    async def revoke(self, partitions: Iterable[Hashable]) -> None:
        """Gives partitions up: what is in hand is cancelled and waited for, and never acknowledged."""
        lanes = [self._partitions.pop(partition) for partition in partitions if partition in self._partitions]
        tasks = [task for lane in lanes for _, task in lane.pending]
        for lane in lanes:
            lane.pending.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def drain(self, timeout_s: float) -> bool:
        """Waits for what is in hand; False if some of it is not done by then."""
        tasks = [task for lane in self._partitions.values() for _, task in lane.pending]
        if not tasks:
            return True
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        return not late

    async def _one(self, event: E, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            # It has told of its own failure; here only its end matters.
            await asyncio.wait([before])
            if before.cancelled() or before.exception() is not None:
                raise Behind
        try:
            await self._work(event)
        except Exception as error:
            await self._failed(event, error)
            raise

    def _done(self, lane: _Lane[E], story: Hashable, task: asyncio.Task[None]) -> None:
        self._slots.release()
        if not task.cancelled():
            task.exception()  # Retrieved here: it was told of when it happened.
        if self._last.get(story) is task:
            del self._last[story]
        while lane.pending and lane.pending[0][1].done():
            event, first = lane.pending[0]
            if first.cancelled() or first.exception() is not None:
                break
            lane.pending.popleft()
            self._ack(event)


class Behind(RuntimeError):
    """Not worked on, because the story's event before it failed or was given up."""
