"""The consumer loop of a view: batches in, offsets committed only after the batch has had its effect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.codec import Codec, Undecodable
from schemas.records import Record
from telemetry import logs, metrics
from topics.catalogue import DEAD_LETTERS
from topics.dead_letters import from_received
from topics.reading import Received, reader_config, received
from topics.settings import BrokerSettings
from topics.writing import Writer

Batch = Sequence[tuple[Received, Record]]
LOG = logs.logger("consuming")


def consume(
    settings: BrokerSettings,
    codec: Codec,
    group: str,
    sources: Mapping[str, type[Record]],
    handle: Callable[[Batch], None],
    stop: threading.Event,
    dead_letters: Writer,
    batch_size: int = 500,
    wait_s: float = 0.1,
    instance: str | None = None,
) -> None:
    """Hands committed records of ``sources`` to ``handle`` until ``stop`` is set.

    Records of one partition come in order; a batch is at most ``batch_size`` of them, waited for
    ``wait_s`` at most. Offsets are committed after ``handle`` has returned: what it does must be
    the same when done twice. Undecodable bytes become one dead letter each, which is in the log
    before the offset is. What ``handle`` raises ends the loop with nothing committed.

    A consumer that names its ``instance`` takes over at once from an earlier one of that name, also
    from one that was killed; there must never be two.
    """
    member = {} if instance is None else {"group.instance.id": instance}
    consumer = Consumer({**reader_config(settings, group), **member})
    consumer.subscribe(list(sources))
    try:
        while not stop.is_set():
            messages = consumer.consume(batch_size, timeout=wait_s)
            batch: list[tuple[Received, Record]] = []
            ends: dict[tuple[str, int], int] = {}
            for message in messages:
                error = message.error()
                if error is not None:
                    if error.fatal() or not error.retriable():
                        raise KafkaException(error)
                    LOG.warning("broker error, going on", group=group, error=str(error))
                    continue
                each = received(message)
                ends[each.topic, each.partition] = each.offset + 1
                _decode(each, codec, sources, batch, dead_letters, group)
            if ends:
                if batch:
                    handle(batch)
                dead_letters.flush()
                offsets = [TopicPartition(topic, p, offset) for (topic, p), offset in ends.items()]
                consumer.commit(offsets=offsets, asynchronous=False)
    finally:
        consumer.close()


def _decode(
    each: Received,
    codec: Codec,
    sources: Mapping[str, type[Record]],
    batch: list[tuple[Received, Record]],
    dead_letters: Writer,
    group: str,
) -> None:
    if each.value is None:
        return
    try:
        batch.append((each, codec.decode(each.value, sources[each.topic])))
    except Undecodable as error:
        metrics.DEAD_LETTERS.labels(stage=group).inc()
        LOG.warning("dead letter", place=each.place, reason=str(error))
        dead_letters.send(DEAD_LETTERS, each.topic, from_received(each, group, error))
