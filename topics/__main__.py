"""``python -m topics``: the live lane's topics and every schema, made where they are missing.

Once, before any role starts; doing it again changes nothing. Exit status 1 when the broker or the
registry does not answer in time, a schema breaks what the log already holds, or the registry is another
one than the log was written with.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import httpx2
from confluent_kafka import KafkaException
from confluent_kafka.schema_registry.error import SchemaRegistryError
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.registry import IncompatibleSchema, Registry, RegistrySettings
from telemetry import logs
from topics.admin import ensure_topics
from topics.numbering import NumberingLost, check_numbering
from topics.reading import ReadFailed
from topics.settings import BrokerSettings

LOG = logs.logger("topics")
# What a broker or a registry that is still starting answers, or its socket does.
NOT_YET = (KafkaException, ReadFailed, SchemaRegistryError, httpx2.HTTPError, OSError)


class InitSettings(BaseSettings):
    """How long the broker and the registry are waited for."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_INIT_")

    timeout_s: float = Field(default=180.0, gt=0)
    retry_after_s: float = Field(default=2.0, gt=0)


def patiently(what: str, act: Callable[[], object], settings: InitSettings) -> None:
    """Tries until it is done. Raises the last error past the time, and any that waiting cannot mend."""
    deadline = time.monotonic() + settings.timeout_s
    while True:
        try:
            act()
            return
        except NOT_YET as error:
            if time.monotonic() > deadline:
                raise
            LOG.info("not yet, trying again", what=what, reason=str(error))
        time.sleep(settings.retry_after_s)


def main() -> int:
    logs.configure("init")
    broker, registry, settings = BrokerSettings(), RegistrySettings(), InitSettings()

    def topics() -> None:
        LOG.info("topics", made=ensure_topics(broker, timeout_s=10.0))

    def schemas() -> None:
        LOG.info("schemas", registered=len(Registry(registry).register_all()))

    def numbering() -> None:
        check_numbering(broker, Registry(registry))

    try:
        patiently(f"the broker at {broker.bootstrap}", topics, settings)
        patiently(f"the registry at {registry.url}", schemas, settings)
        patiently("broker and registry", numbering, settings)
    except (*NOT_YET, IncompatibleSchema, NumberingLost) as error:
        LOG.error("not prepared", broker=broker.bootstrap, registry=registry.url, reason=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
