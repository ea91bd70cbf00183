"""Makes Faust read committed records only. Import before anything of Faust.

Faust hard-codes ``read_uncommitted`` unless its own exactly-once mode, which doubles records after
a kill, is on; so the consumer class it takes from aiokafka is replaced by one that reads committed
records whatever it is asked for.
"""

from __future__ import annotations

import sys
from typing import Any

import aiokafka


class ReadCommitted(aiokafka.AIOKafkaConsumer):  # type: ignore[misc]
    """A consumer to which aborted and open transactions are invisible."""

    def __init__(self, *topics: str, **settings: Any) -> None:
        settings["isolation_level"] = "read_committed"
        super().__init__(*topics, **settings)


def install() -> None:
    """Replaces aiokafka's consumer. Raises RuntimeError if Faust has taken the original already."""
    if aiokafka.AIOKafkaConsumer is ReadCommitted:
        return
    if "faust.transport.drivers.aiokafka" in sys.modules:
        raise RuntimeError("import agents.committed and install() before anything of Faust")
    aiokafka.AIOKafkaConsumer = ReadCommitted
