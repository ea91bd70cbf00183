"""Reading the log by position, without a group: always what is committed, to an end known at the call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from topics.settings import BrokerSettings

T = TypeVar("T")

# What a broker says of partitions whose leaders the cluster has named and it has not heard of, or the
# other way round: of topics made a moment ago, and after a leader has gone. It passes by itself.
_UNSETTLED = frozenset(
    {
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.OFFSET_NOT_AVAILABLE,
    }
)
_SETTLING_S = 0.1


class ReadFailed(RuntimeError):
    """The broker did not answer in time."""


@dataclass(frozen=True, slots=True)
class Received:
    """One record as it stands in the log; ``timestamp_ms`` is epoch milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None

    @property
    def place(self) -> str:
        """Its coordinates, such as ``articles.raw-3@1207``."""
        return f"{self.topic}-{self.partition}@{self.offset}"


def received(message: Message) -> Received:
    """What a consumer's message holds."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    if topic is None or partition is None or offset is None:
        raise ReadFailed("a message without coordinates")
    key, value = message.key(), message.value()
    return Received(topic, partition, offset, message.timestamp()[1], _bytes(key), _bytes(value))


def reader_config(settings: BrokerSettings, group: str) -> dict[str, str | int | bool]:
    """librdkafka settings of every reader: committed records only, offsets never by themselves."""
    return {
        **settings.client(),
        "group.id": group,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
    }


def end_offsets(settings: BrokerSettings, topic: str, timeout_s: float = 15.0) -> dict[int, int]:
    """By partition, the offset after the last record that a committed reader can see."""
    return {p: high for p, (_, high) in offset_ranges(settings, topic, timeout_s).items()}


def offset_ranges(
    settings: BrokerSettings, topic: str, timeout_s: float = 15.0
) -> dict[int, tuple[int, int]]:
    """By partition, the first offset that is kept and the one after the last that is committed.

    There is not a record at each: transactions' markers take offsets, and compaction leaves gaps.
    """
    consumer = positioned(settings)
    try:
        return watermarks(consumer, topic, timeout_s)
    finally:
        consumer.close()


def beginnings(settings: BrokerSettings, topic: str, timeout_s: float = 15.0) -> dict[int, int]:
    """By partition, the offset of the earliest record that retention has left, or the end of an empty one."""
    consumer = positioned(settings)
    try:
        return {p: low for p, (low, _) in watermarks(consumer, topic, timeout_s).items()}
    finally:
        consumer.close()


def offsets_at(
    settings: BrokerSettings, topic: str, timestamp_ms: int, timeout_s: float = 15.0
) -> dict[int, int]:
    """By partition, the first record of that time (epoch ms) or later; the end where there is none."""
    consumer = positioned(settings)
    try:
        marks = watermarks(consumer, topic, timeout_s)
        asked = [TopicPartition(topic, partition, timestamp_ms) for partition in marks]
        found = consumer.offsets_for_times(asked, timeout=timeout_s)
        return {
            each.partition: each.offset if each.offset >= 0 else marks[each.partition][1] for each in found
        }
    finally:
        consumer.close()


def read_range(
    settings: BrokerSettings,
    topic: str,
    start: Mapping[int, int] | None = None,
    end: Mapping[int, int] | None = None,
    timeout_s: float = 30.0,
) -> Iterator[Received]:
    """Committed records from ``start`` (inclusive; default the earliest) to ``end`` (exclusive;
    default the ends as of the call), by partition. Records of one partition come in order.

    Raises ReadFailed when nothing moves for ``timeout_s``.
    """
    consumer = positioned(settings)
    try:
        positions = {}
        for partition, (low, high) in watermarks(consumer, topic, timeout_s).items():
            first = max(low, start.get(partition, low)) if start else low
            last = min(high, end.get(partition, high)) if end else high
            if first < last:
                positions[partition] = (first, last)
        yield from _read(consumer, topic, positions, timeout_s)
    finally:
        consumer.close()


def read_places(
    settings: BrokerSettings, topic: str, places: Iterable[tuple[int, int]], timeout_s: float = 30.0
) -> dict[tuple[int, int], Received]:
    """The committed records at given places (partition, offset), with one consumer; those that are not
    in the log, or no longer, are left out. Raises ReadFailed when nothing comes for ``timeout_s``."""
    consumer = positioned(settings)
    found: dict[tuple[int, int], Received] = {}
    try:
        marks = watermarks(consumer, topic, timeout_s)
        for partition, offset in sorted(set(places)):
            low, high = marks.get(partition, (0, 0))
            if low <= offset < high:
                each = _at(consumer, TopicPartition(topic, partition, offset), timeout_s)
                if each is not None:
                    found[partition, offset] = each
    finally:
        consumer.close()
    return found


def _read(
    consumer: Consumer, topic: str, positions: dict[int, tuple[int, int]], timeout_s: float
) -> Iterator[Received]:
    consumer.assign([TopicPartition(topic, p, first) for p, (first, _) in positions.items()])
    pending = dict(positions)
    moved = time.monotonic()
    while pending:
        for message in consumer.consume(1000, timeout=0.2):
            moved = time.monotonic()
            error = message.error()
            partition = message.partition()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            if partition is None or partition not in pending:
                continue
            last = pending[partition][1]
            if error is None:
                each = received(message)
                if each.offset < last:
                    yield each
            # The end may be a transaction's marker, which no reader is handed: the end-of-partition
            # event's offset tells that it has been passed.
            if (message.offset() or 0) + (error is None) >= last:
                del pending[partition]
                consumer.incremental_unassign([TopicPartition(topic, partition)])
        if time.monotonic() - moved > timeout_s:
            raise ReadFailed(
                f"{topic}: nothing for {timeout_s:.0f} s before the ends {pending}; "
                "an open transaction, or no broker"
            )


def _at(consumer: Consumer, place: TopicPartition, timeout_s: float) -> Received | None:
    """The record at a place; None where the log goes on behind it."""
    consumer.assign([place])
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        if message.partition() != place.partition or (message.offset() or 0) < place.offset:
            continue
        each = None if error is not None else received(message)
        return each if each is not None and each.offset == place.offset else None
    raise ReadFailed(
        f"{place.topic}-{place.partition}@{place.offset}: nothing for {timeout_s:.0f} s; "
        "an open transaction, or no broker"
    )


def positioned(settings: BrokerSettings) -> Consumer:
    """A reader to be given its places; it is told where partitions end."""
    return Consumer({**reader_config(settings, "tidewire.positioned"), "enable.partition.eof": True})


def watermarks(consumer: Consumer, topic: str, timeout_s: float) -> dict[int, tuple[int, int]]:
    """As offset_ranges, with a reader that is there."""
    found = consumer.list_topics(topic, timeout=timeout_s).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    marks = {}
    for partition in sorted(found.partitions):
        place = TopicPartition(topic, partition)
        low_high = settled(partial(consumer.get_watermark_offsets, place, timeout=timeout_s), timeout_s)
        if low_high is None:
            raise ReadFailed(f"{topic}-{partition}: no offsets within {timeout_s:.0f} s; is the broker up?")
        marks[partition] = (low_high[0], low_high[1])
    return marks


def settled(ask: Callable[[], T], timeout_s: float) -> T:
    """What ``ask`` gives, asked again while partitions' leaders are not settled. Raises KafkaException."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _UNSETTLED or time.monotonic() > deadline:
                raise
        time.sleep(_SETTLING_S)


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
