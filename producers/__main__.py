"""``python -m producers --slot N|any``: one worker, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal

from confluent_kafka import Producer

from producers.polling import PollingThread
from producers.pulse import Pulse
from producers.settings import GROUP, WorkerSettings
from producers.slot import SlotTaken, held_slot
from producers.worker import Worker
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from telemetry import health, logs
from topics.lane import LIVE
from topics.settings import BrokerSettings

LOG = logs.logger("producers")


def main(arguments: list[str], producer: Callable[[dict[str, Any]], Producer] = Producer) -> int:
    """Runs a worker; the exit status. A slot is one worker's; without one, the id is of this start."""
    parser = argparse.ArgumentParser(prog="python -m producers", description="Poll feeds into the raw log.")
    parser.add_argument(
        "--slot", type=_slot, help="which of the workers this is, or `any`; a slot is taken over at once"
    )
    slot: int | Literal["any"] | None = parser.parse_args(arguments).slot
    logs.configure(f"producers-{slot}" if isinstance(slot, int) else "producers")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings, pulse = WorkerSettings(), Pulse()
    if settings.health_port is not None:
        health.serve("127.0.0.1", settings.health_port, pulse.check)
    try:
        with held_slot(settings.home, slot) as name, PollingThread(settings) as polls:
            transactional_id = LIVE.transactional_prefix(GROUP) + name
            codec = Codec(Registry(RegistrySettings()))
            Worker(BrokerSettings(), codec, settings, polls, transactional_id, stop, producer, pulse).run()
    except SlotTaken as error:
        LOG.error(str(error))
        return os.EX_TEMPFAIL
    LOG.info("stopped")
    return 0


def _slot(text: str) -> int | Literal["any"]:
    return "any" if text == "any" else int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
