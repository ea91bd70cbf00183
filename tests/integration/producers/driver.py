"""A worker that fails at a chosen moment: ``driver.py MOMENT:NUMBER:SIGNAL --slot N``.

The moment is a call of the transactional producer, the number says at which of these calls that
carry entries it happens, and the signal is what the worker sends itself right then. The worker is
the real one; only its producer is wrapped.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from confluent_kafka import Producer

from producers.__main__ import main
from topics.catalogue import ARTICLES_RAW

MOMENT, NUMBER, SIGNAL = sys.argv[1].split(":")


class Failing(Producer):
    """Counts transactions that carry entries, and fails in one of them."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.transactions = 0
        self.carries_entries = False

    def begin_transaction(self, *arguments: Any) -> None:
        self.carries_entries = False
        super().begin_transaction(*arguments)

    def produce(self, topic: str, value: Any = None, key: Any = None, *rest: Any) -> None:
        super().produce(topic, value, key, *rest)
        if topic == ARTICLES_RAW and key != b"tick" and not self.carries_entries:
            self.carries_entries = True
            self.transactions += 1
            self._maybe("produced")

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        self._maybe("flushed")
        super().send_offsets_to_transaction(*arguments)
        self._maybe("fenced")

    def commit_transaction(self, *arguments: Any) -> None:
        super().commit_transaction(*arguments)
        self._maybe("committed")

    def _maybe(self, moment: str) -> None:
        if moment == MOMENT and self.carries_entries and self.transactions == int(NUMBER):
            self.flush(5)
            self.transactions += 1
            os.kill(os.getpid(), getattr(signal, SIGNAL))


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:], Failing))
