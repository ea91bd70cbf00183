"""A look at both ends of topics, with one reader: what was written first, and what was written lately."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from topics.ends import LATEST
from topics.reading import ReadFailed, Received, positioned, received, settled
from topics.settings import BrokerSettings

EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
# The last record is followed by the mark of its transaction, and may be by some that were aborted.
NEAR_THE_END = 16
# Asked at a start, of topics made a moment ago by a broker that has much to do: it answers all the time.
SETTLED_WITHIN_S = 60.0


def edges(settings: BrokerSettings, topics: Iterable[str], timeout_s: float = 10.0) -> Iterator[Received]:
    """Of every partition that holds something: its first committed record, and one of its last.

    It is a look, not a reading: what does not come within ``timeout_s`` is left out.
    Raises ReadFailed or KafkaException when the broker does not answer.
    """
    held = _held(settings, topics, timeout_s)
    consumer = positioned(settings)
    try:
        firsts = [TopicPartition(topic, partition, low) for topic, partition, low, _ in held]
        lasts = [TopicPartition(topic, p, max(low, high - NEAR_THE_END)) for topic, p, low, high in held]
        yield from _one_of_each(consumer, firsts, timeout_s)
        yield from _one_of_each(consumer, lasts, timeout_s)
    finally:
        consumer.close()


def _held(
    settings: BrokerSettings, topics: Iterable[str], timeout_s: float
) -> list[tuple[str, int, int, int]]:
    """Topic, partition, first offset and committed end of each that holds something. Three requests, however
    many there are."""
    # Named, for what is asked of a client ends with it; `_offsets` awaits the answers.
    admin = AdminClient(dict(settings.client()))
    wanted = tuple(topics)
    known = admin.list_topics(timeout=timeout_s).topics
    if missing := sorted(set(wanted) - known.keys()):
        raise ReadFailed(f"there is no topic {', '.join(missing)}")
    places = [TopicPartition(topic, partition) for topic in wanted for partition in known[topic].partitions]
    lows = settled(lambda: _offsets(admin, places, EARLIEST, timeout_s), SETTLED_WITHIN_S)
    highs = settled(lambda: _offsets(admin, places, LATEST, timeout_s), SETTLED_WITHIN_S)
    return [(*place, low, highs[place]) for place, low in lows.items() if low < highs[place]]


def _offsets(
    admin: AdminClient, places: Iterable[TopicPartition], spec: OffsetSpec, timeout_s: float
) -> dict[tuple[str, int], int]:
    asked = dict.fromkeys(places, spec)
    found = admin.list_offsets(
        asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=timeout_s
    )
    return {(each.topic, each.partition): future.result().offset for each, future in found.items()}


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
