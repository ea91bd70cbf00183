"""The breaker: after failures in a row, asks no more for a while, then once. Pure; time is the caller's."""

from __future__ import annotations


class BreakerOpen(RuntimeError):
    """The model's server has failed again and again; it is not asked for now."""


class Breaker:
    """Opens after ``failures`` in a row for ``pause_s``; then one call is let through to try."""

    def __init__(self, failures: int, pause_s: float) -> None:
        self._allowed = failures
        self._pause_s = pause_s
        self._in_a_row = 0
        self._until = 0.0
        self._trying = False

    def check(self, now_s: float) -> None:
        """Before a call. Raises BreakerOpen."""
        if self._in_a_row < self._allowed:
            return
        if now_s < self._until or self._trying:
            left = max(0.0, self._until - now_s)
            raise BreakerOpen(
                f"{self._in_a_row} model calls failed in a row; asked again in {left:.0f} s"
                if left
                else f"{self._in_a_row} model calls failed in a row; one call is trying again"
            )
        self._trying = True

    def success(self) -> None:
        """After an answer of whatever kind."""
        self._in_a_row, self._trying = 0, False

    def failure(self, now_s: float) -> None:
        """After a 429, a 529, a time-out, a lost connection."""
        self._in_a_row += 1
        self._trying = False
        if self._in_a_row >= self._allowed:
            self._until = now_s + self._pause_s

    def abandoned(self) -> None:
        """After a call that was given up by ourselves: it says nothing about the server."""
        self._trying = False
