"""``python -m producers --slot N``: one worker, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import Producer

from producers.polling import PollingThread
from producers.settings import GROUP, WorkerSettings
from producers.slot import SlotTaken, held_slot
from producers.worker import Worker
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from telemetry import logs
from topics.lane import LIVE
from topics.settings import BrokerSettings

LOG = logs.logger("producers")


def main(arguments: list[str], producer: Callable[[dict[str, Any]], Producer] = Producer) -> int:
    """Runs a worker; the exit status. A slot is one worker's; without one, the id is of this start."""
    parser = argparse.ArgumentParser(prog="python -m producers", description="Poll feeds into the raw log.")
    parser.add_argument("--slot", type=int, help="which of the workers this is; a slot is taken over at once")
    slot: int | None = parser.parse_args(arguments).slot
    logs.configure("producers" if slot is None else f"producers-{slot}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = WorkerSettings()
    try:
        with held_slot(settings.home, slot) as name, PollingThread(settings) as polls:
            transactional_id = LIVE.transactional_prefix(GROUP) + name
            codec = Codec(Registry(RegistrySettings()))
            Worker(BrokerSettings(), codec, settings, polls, transactional_id, stop, producer).run()
    except SlotTaken as error:
        LOG.error(str(error))
        return os.EX_TEMPFAIL
    LOG.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
