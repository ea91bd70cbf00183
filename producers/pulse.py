"""Whether a worker's loop still turns: what its health endpoint says."""

from __future__ import annotations

import time
from collections.abc import Callable

# Longer than the watchdog lets one call to the broker take: past it the loop hangs elsewhere.
STALLED_AFTER_S = 60.0


class Pulse:
    """Beaten at every turn of the loop, asked from the thread of the health endpoint."""

    def __init__(
        self, stalled_after_s: float = STALLED_AFTER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stalled_after_s = stalled_after_s
        self._clock = clock
        self._beaten_at = clock()
        self._partitions = 0

    def beat(self, partitions: int) -> None:
        """One turn is done; ``partitions`` of the catalogue are the worker's."""
        self._partitions = partitions
        self._beaten_at = self._clock()

    def check(self) -> dict[str, object]:
        """``ok`` while the last turn is not long ago. A worker without partitions is well: others have
        them."""
        age = self._clock() - self._beaten_at
        return {
            "ok": age < self._stalled_after_s,
            "last_turn_s": round(age, 1),
            "partitions": self._partitions,
        }
