"""The consumer loop of a view: batches in, offsets committed only after the batch has had its effect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.codec import Codec, Undecodable
from schemas.records import DeadLetter, Record
from telemetry import logs
from topics.dead_letters import from_received
from topics.guard import Guard
from topics.isolating import Batch, isolated
from topics.lane import Lane
from topics.reading import Received, reader_config, received
from topics.setting_aside import Aside
from topics.settings import BrokerSettings

LOG = logs.logger("consuming")

__all__ = ["Batch", "Effect", "consume"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What records have: ``stage`` and ``lane`` are what its dead letters say, ``handle`` takes a batch, and
    ``well`` raises while what ``handle`` writes to takes nothing."""

    stage: str
    lane: Lane
    handle: Callable[[Batch], None]
    well: Callable[[], None]


def consume(
    settings: BrokerSettings,
    codec: Codec,
    group: str,
    sources: Mapping[str, type[Record]],
    effect: Effect,
    stop: threading.Event,
    batch_size: int = 500,
    wait_s: float = 0.1,
    instance: str | None = None,
) -> None:
    """Hands committed records of ``sources`` to the effect until ``stop`` is set.

    Records of one partition come in order; a batch is at most ``batch_size`` of them, waited for
    ``wait_s`` at most. Offsets are committed after ``handle`` has returned: what it does must be
    the same when done twice. A record that cannot be decoded, or that ``handle`` raises for while
    what it writes to is well, becomes one dead letter, and the rest goes on. What ``well`` raises
    ends the loop with nothing committed: the batch comes again when the loop does. So does Flood,
    when it is no longer a matter of single records.

    A consumer that names its ``instance`` takes over at once from an earlier one of that name, also
    from one that was killed; there must never be two of a group.
    """
    member = {} if instance is None else {"group.instance.id": instance}
    consumer = Consumer({**reader_config(settings, group), **member})
    consumer.subscribe(list(sources))
    guard, aside = Guard(effect.stage), Aside(settings, codec, effect.stage, effect.lane, group)
    try:
        while not stop.is_set():
            came = _batch(consumer, group, batch_size, wait_s)
            if not came:
                continue
            letters = _handled(came, codec, sources, effect, guard)
            ends = {(each.topic, each.partition): each.offset + 1 for each in came}
            offsets = [TopicPartition(topic, p, offset) for (topic, p), offset in ends.items()]
            if letters:
                aside.commit(letters, consumer, offsets)
            else:
                consumer.commit(offsets=offsets, asynchronous=False)
    finally:
        consumer.close()


def _batch(consumer: Consumer, group: str, size: int, wait_s: float) -> list[Received]:
    came = []
    for message in consumer.consume(size, timeout=wait_s):
        error = message.error()
        if error is None:
            came.append(received(message))
        elif error.fatal() or not error.retriable():
            raise KafkaException(error)
        else:
            LOG.warning("broker error, going on", group=group, error=str(error))
    return came


def _handled(
    came: list[Received], codec: Codec, sources: Mapping[str, type[Record]], effect: Effect, guard: Guard
) -> list[DeadLetter]:
    """The dead letters of a batch that has had its effect, in its order. Raises Flood."""
    failed: dict[str, Exception] = {}
    batch: list[tuple[Received, Record]] = []
    for each in came:
        if each.value is None:
            continue
        try:
            batch.append((each, codec.decode(each.value, sources[each.topic])))
        except Undecodable as error:
            failed[each.place] = error
    if batch:
        failed |= {each.received.place: each.error for each in isolated(batch, effect.handle, effect.well)}
    said = {received.place: record for received, record in batch}
    letters = []
    for each in came:
        if each.place not in failed:
            guard.passed()
            continue
        record = said.get(each.place)
        feed, article, story = (
            str(getattr(record, name, "")) for name in ("feed_id", "article_id", "story_id")
        )
        raised = failed[each.place]
        guard.failed(feed or story, raised)
        letters.append(from_received(each, effect.stage, raised, effect.lane, feed, article, story))
    return letters
