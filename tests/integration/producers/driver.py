"""A worker that fails at a chosen moment: ``driver.py MOMENT:SIGNAL:ARMED --slot N``.

The moment is a call of the transactional producer; it comes in the first transaction that carries
entries while the file ``ARMED`` exists. Right then the worker sends itself the signal. The
worker is the real one; only its producer is wrapped.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from producers.__main__ import main
from topics.catalogue import ARTICLES_RAW

MOMENT, SIGNAL, ARMED = sys.argv[1].split(":")


class Failing(Producer):
    """Fails once."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.doomed = False

    def begin_transaction(self, *arguments: Any) -> None:
        self.doomed = False
        super().begin_transaction(*arguments)

    def produce(self, topic: str, value: Any = None, key: Any = None, *rest: Any) -> None:
        super().produce(topic, value, key, *rest)
        if topic == ARTICLES_RAW and key != b"tick":
            self.doomed = self.doomed or Path(ARMED).exists()
            self.reach("produced")

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        self.reach("flushed")
        super().send_offsets_to_transaction(*arguments)
        self.reach("fenced")

    def commit_transaction(self, *arguments: Any) -> None:
        super().commit_transaction(*arguments)
        self.reach("committed")

    def reach(self, moment: str) -> None:
        if moment == MOMENT and self.doomed:
            # What was produced is in the log when the worker goes: the harder case.
            self.flush(5)
            Path(ARMED).unlink()
            self.doomed = False
            os.kill(os.getpid(), getattr(signal, SIGNAL))


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:], Failing))
