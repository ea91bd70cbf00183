"""Ends the worker when a call to the broker does not come back.

librdkafka (2.16) bounds its transactional calls by a time of its own, and after a broker was killed
some of them outlast it for ever: seen with ``send_offsets_to_transaction`` called again after a
transport failure. A worker may be killed at any moment without loss, so it ends itself; its
supervisor starts it anew, and the new one reads its state from the log.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from telemetry import logs

LOG = logs.logger("watchdog")
EXIT_STATUS = 70


def end_process() -> None:
    """At once: the thread that hangs would keep an orderly end from happening."""
    os._exit(EXIT_STATUS)


class Watchdog:
    """``limit_s`` is how long one call may take; ``give_up`` is called from another thread past it."""

    def __init__(self, limit_s: float, give_up: Callable[[], None] = end_process) -> None:
        self._limit_s = limit_s
        self._give_up = give_up

    @contextmanager
    def watching(self, call: str) -> Iterator[None]:
        """Around one call, named for the log."""
        timer = threading.Timer(self._limit_s, self._bark, (call,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _bark(self, call: str) -> None:
        LOG.critical("a call to the broker does not return: starting anew", call=call, after_s=self._limit_s)
        self._give_up()
