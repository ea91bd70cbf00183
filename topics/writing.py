"""Writers: one that never doubles on a retry, and the settings of one that writes in transactions."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.codec import Codec
from schemas.limits import MESSAGE_BYTES
from schemas.records import Record
from topics.partitioning import partition_for
from topics.settings import BrokerSettings

PARTITION_BY_KEY = -1

__all__ = ["WriteFailed", "Writer", "partition_for", "transactional_config"]


class WriteFailed(RuntimeError):
    """The broker did not take a record."""


def transactional_config(
    settings: BrokerSettings, transactional_id: str, timeout_ms: int
) -> dict[str, str | int | bool]:
    """librdkafka settings of a transactional producer that partitions as Java's do."""
    return {
        **settings.client(),
        "transactional.id": transactional_id,
        "transaction.timeout.ms": timeout_ms,
        "partitioner": "murmur2_random",
        "compression.type": "lz4",
        "message.max.bytes": MESSAGE_BYTES,
        "linger.ms": 5,
    }


class Writer:
    """An idempotent producer of records. ``flush`` says whether all of them are in the log."""

    def __init__(self, settings: BrokerSettings, codec: Codec) -> None:
        self._codec = codec
        self._failed: list[str] = []
        self._producer = Producer(
            {
                **settings.client(),
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "compression.type": "lz4",
                "message.max.bytes": MESSAGE_BYTES,
                "linger.ms": 5,
            }
        )

    def send(self, topic: str, key: str, record: Record, partition: int | None = None) -> None:
        """Queues a record; without a partition its key decides. Blocks while the queue is full."""
        self._produce(topic, key, self._codec.encode(record), partition)

    def forget(self, topic: str, key: str, partition: int | None = None) -> None:
        """Queues a tombstone: a compacted topic then drops what it holds under the key."""
        self._produce(topic, key, None, partition)

    def _produce(self, topic: str, key: str, value: bytes | None, partition: int | None) -> None:
        chosen = PARTITION_BY_KEY if partition is None else partition
        while True:
            try:
                self._producer.produce(topic, value, key.encode(), chosen, self._delivered)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)

    def flush(self, timeout_s: float = 30.0) -> None:
        """Waits until everything sent is acknowledged.

        Raises WriteFailed when a record was refused, or is not acknowledged in ``timeout_s``.
        """
        left = self._producer.flush(timeout_s)
        if left:
            raise WriteFailed(
                f"{left} records are not acknowledged after {timeout_s:.0f} s; is the broker up?"
            )
        if self._failed:
            failed, self._failed = self._failed, []
            raise WriteFailed(f"{len(failed)} records refused, the first: {failed[0]}")

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed.append(f"{message.topic()}: {KafkaException(error)}")
