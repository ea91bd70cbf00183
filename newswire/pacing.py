"""When the next step may come out: lock step waits for the log, clock mode for the time.

Pure but for the look-up, which is handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from newswire.model import SECOND
from newswire.player import Player
from newswire.timeline import Step
from telemetry.logs import logger

NAMED = 5


class LogUnreadable(RuntimeError):
    """The log did not answer; the next look may find it again."""


# By the name of a feed: how many of its entries and dead letters the log holds.
LookUp = Callable[[], Awaitable[Mapping[str, int]]]
Now = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Missing:
    """What a step still waits for. ``unlogged``: units short, by feed."""

    unpolled: tuple[str, ...]
    unlogged: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.unpolled or self.unlogged)

    def __str__(self) -> str:
        parts = []
        if self.unpolled:
            more = len(self.unpolled) - NAMED
            named = ", ".join(self.unpolled[:NAMED])
            parts.append(f"no poll yet of {named}" + (f" and {more} more" if more > 0 else ""))
        if self.unlogged:
            short = (f"{count} of {feed}" for feed, count in sorted(self.unlogged.items()))
            parts.append("neither in articles.raw nor in dead.letters: " + ", ".join(short))
        return "; ".join(parts)


def missing(served: Mapping[str, int], logged: Mapping[str, int], unpolled: list[str]) -> Missing:
    """Compares the ledger with the log, feed by feed."""
    short = {feed: count - logged.get(feed, 0) for feed, count in served.items()}
    return Missing(tuple(unpolled), {feed: count for feed, count in short.items() if count > 0})


class Pace(Protocol):
    """Lets steps out, and says what it waits for."""

    done: bool
    waiting_for: str
    stalled: str

    async def run(self) -> None:
        """Until every step is out and through; goes on for ever if one never is."""
        ...


class LockStep:
    """The next step only when all that was served is in the log and the last change was polled."""

    def __init__(
        self, player: Player, look_up: LookUp, now: Now, look_every_s: float, stall_after_s: float
    ) -> None:
        self._player = player
        self._look_up = look_up
        self._now = now
        self._look_every_s = look_every_s
        self._stall_after_ms = stall_after_s * SECOND
        self._released_at = now()
        self.done = False
        self.waiting_for = ""
        self.stalled = ""

    async def run(self) -> None:
        """Until the last step is in the log."""
        while not self.done:
            if not await self.turn():
                await asyncio.sleep(self._look_every_s)

    async def turn(self) -> bool:
        """Releases a step if it may come; True if one did or all is done."""
        player = self._player
        waiting_for = str(missing({}, {}, player.unpolled())) or await self._unlogged()
        if waiting_for:
            self.waiting_for = waiting_for
            self._complain()
            return False
        self.waiting_for = self.stalled = ""
        if player.finished:
            self.done = True
        else:
            player.release(self._now())
            self._released_at = self._now()
        return True

    async def _unlogged(self) -> str:
        if not self._player.programme.exact:
            return ""
        try:
            logged = await self._look_up()
        except LogUnreadable as error:
            return str(error)
        return str(missing(self._player.ledger.by_feed(), logged, self._player.unpolled()))

    def _complain(self) -> None:
        waited = self._now() - self._released_at
        step = self._player.step
        # The opening waits for producers that may not be up yet, for as long as it takes.
        if step is not None and step.number > 0 and waited > self._stall_after_ms:
            first = not self.stalled
            self.stalled = (
                f"step {step.number} ({step.feed}: {step.what}) waits for {waited / SECOND:.0f} s: "
                f"{self.waiting_for}. Are the producers and the broker up?"
            )
            if first:
                logger("newswire").error(self.stalled)


class Clock:
    """The whole time line in ``seconds``; after a restart it goes on from the last step."""

    def __init__(self, player: Player, now: Now, seconds: float, look_every_s: float) -> None:
        self._player = player
        self._now = now
        self._look_every_s = look_every_s
        steps = player.programme.steps
        self._first = steps[0].at
        span = steps[-1].at - self._first
        self._rate = seconds * SECOND / span if span else 0.0
        self._started: float | None = None
        self.done = False
        self.waiting_for = ""
        self.stalled = ""

    async def run(self) -> None:
        """Until the last step was polled. The time starts with the first poll of every feed."""
        while not self.done:
            self.turn()
            await asyncio.sleep(self._look_every_s)

    def turn(self) -> None:
        """Releases what is due."""
        player = self._player
        unpolled = player.unpolled()
        self.waiting_for = str(missing({}, {}, unpolled)) if unpolled else ""
        if self._started is None:
            if unpolled:
                return
            self._started = self._now() - self._due(player.programme.steps[player.released])
        while not player.finished:
            step = player.programme.steps[player.released + 1]
            if self._started + self._due(step) > self._now():
                return
            player.release(self._now())
        self.done = not player.unpolled()

    def _due(self, step: Step) -> float:
        return (step.at - self._first) * self._rate
