"""A look at both ends of topics, with one reader: what was written first, and what was written lately."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from topics.reading import Received, positioned, received, watermarks
from topics.settings import BrokerSettings

# The last record is followed by the mark of its transaction, and may be by some that were aborted.
NEAR_THE_END = 16


def edges(settings: BrokerSettings, topics: Iterable[str], timeout_s: float = 10.0) -> Iterator[Received]:
    """Of every partition that holds something: its first committed record, and one of its last.

    It is a look, not a reading: what does not come within ``timeout_s`` is left out.
    Raises ReadFailed or KafkaException when the broker does not answer.
    """
    consumer = positioned(settings)
    try:
        held = [
            (topic, partition, low, high)
            for topic in topics
            for partition, (low, high) in watermarks(consumer, topic, timeout_s).items()
            if low < high
        ]
        firsts = [TopicPartition(topic, partition, low) for topic, partition, low, _ in held]
        lasts = [TopicPartition(topic, p, max(low, high - NEAR_THE_END)) for topic, p, low, high in held]
        yield from _one_of_each(consumer, firsts, timeout_s)
        yield from _one_of_each(consumer, lasts, timeout_s)
    finally:
        consumer.close()


def _one_of_each(consumer: Consumer, places: list[TopicPartition], timeout_s: float) -> Iterator[Received]:
    """The first record at or after each place, where there is one."""
    consumer.assign(places)
    pending = {(place.topic, place.partition) for place in places}
    deadline = time.monotonic() + timeout_s
    while pending and time.monotonic() < deadline:
        for message in consumer.consume(100, timeout=0.2):
            error = message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            place = (message.topic() or "", message.partition())
            if place not in pending:
                continue
            pending.discard(place)
            if error is None:
                yield received(message)
