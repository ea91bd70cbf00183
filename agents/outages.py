"""Which errors say that something Tidewire stands on is down: no fault of the assignment, so they are
waited out, while the lag grows; never a reason for a dead letter."""

from __future__ import annotations

import httpx2
from aiokafka.errors import KafkaError, KafkaTimeoutError
from confluent_kafka import KafkaException
from confluent_kafka.schema_registry.error import SchemaRegistryError

from topics.reading import ReadFailed


def is_outage(error: BaseException) -> bool:
    """Whether the broker or the registry is the cause."""
    if isinstance(error, KafkaError):
        # A delivery that timed out counts as final with aiokafka, for it cannot tell why.
        return bool(error.retriable) or isinstance(error, KafkaTimeoutError)
    if isinstance(error, SchemaRegistryError):
        return error.http_status_code is None or error.http_status_code >= 500
    return isinstance(error, KafkaException | ReadFailed | httpx2.HTTPError | OSError)
