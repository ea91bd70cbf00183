"""Reading a partition's feeds back from the log, behind a barrier. In a thread: it may have to wait.

The barrier is what makes a change of owners exact. The old owner may still be committing: its
offsets are then pending, and asking for committed offsets waits until they are decided. Only then
is the end of the state topic taken, as the high watermark with uncommitted records included. A
transaction that is still open before that end is waited for, and the state read up to the end.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from producers.holdings import Kept
from producers.schedule import first_state
from schemas.codec import Codec, Undecodable
from schemas.records import FeedState
from telemetry import logs
from topics.catalogue import FEEDS_CATALOG, FEEDS_SEEN, FEEDS_STATE, TOPICS
from topics.ends import are_decided, ends_with_open_transactions
from topics.reading import ReadFailed, read_range
from topics.settings import BrokerSettings

LOG = logs.logger("restoring")
ANSWER_S = 5.0
PAUSE_S = 0.5
RESTORED = (FEEDS_STATE, FEEDS_SEEN)
Ends = Mapping[str, Mapping[int, int]]
"""Offsets by topic and partition."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What the log holds of one partition, for the lease that asked."""

    partition: int
    lease: int
    base: Mapping[str, Kept]


@dataclass(slots=True)
class _Reading:
    states: dict[str, FeedState] = field(default_factory=dict)
    seen: dict[str, bytes] = field(default_factory=dict)


class Restorer:
    """A thread that restores what it is asked to and puts ``Restored`` into ``done``.

    ``group`` is the consumer group whose pending offsets are waited for.
    """

    def __init__(self, settings: BrokerSettings, codec: Codec, group: str) -> None:
        self.done: SimpleQueue[Restored] = SimpleQueue()
        self._settings = settings
        self._codec = codec
        self._group = group
        self._asked: SimpleQueue[dict[int, int] | None] = SimpleQueue()
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="restoring", daemon=True)
        self._thread.start()

    def ask(self, leases: dict[int, int]) -> None:
        """Restore these partitions, under these leases."""
        if leases:
            self._asked.put(leases)

    def check(self) -> None:
        """Raises what ended the thread, if something did."""
        if self._error is not None:
            raise RuntimeError("restoring ended; no feed of a new partition would be polled") from self._error

    def close(self) -> None:
        """Ends the thread; what it was reading is dropped."""
        self._stop.set()
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:
            LOG.exception("restoring ended")
            self._error = error

    def _serve(self) -> None:
        while (leases := self._asked.get()) is not None:
            while not self._stop.is_set():
                try:
                    self._restore(leases)
                    break
                except (KafkaException, ReadFailed) as error:
                    LOG.warning("restoring has to start again", partitions=sorted(leases), error=str(error))
                    self._stop.wait(PAUSE_S)

    def _restore(self, leases: dict[int, int]) -> None:
        # A new one each time: one that has seen a broker before its restart goes on asking with the
        # leader epoch of then, and is refused for ever (FENCED_LEADER_EPOCH, librdkafka 2.16).
        admin = AdminClient(dict(self._settings.client()))
        self._wait_for_pending_offsets(admin, sorted(leases))
        ends = {topic: ends_with_open_transactions(admin, topic, leases, ANSWER_S) for topic in RESTORED}
        self._wait_for_open_transactions(admin, ends)
        readings = {partition: _Reading() for partition in leases}
        self._read(readings, ends)
        if self._stop.is_set():
            return
        for partition, lease in leases.items():
            read = readings[partition]
            feeds = read.states.keys() | read.seen.keys()
            base = {f: Kept(read.states.get(f) or first_state(f), read.seen.get(f)) for f in feeds}
            LOG.info("restored", partition=partition, feeds=len(base))
            self.done.put(Restored(partition, lease, base))

    def _wait_for_pending_offsets(self, admin: AdminClient, partitions: list[int]) -> None:
        # Not Consumer.committed: after a first time-out on pending offsets a second call never returns
        # (librdkafka 2.16).
        asked = ConsumerGroupTopicPartitions(
            self._group, [TopicPartition(FEEDS_CATALOG, p) for p in partitions]
        )
        while not self._stop.is_set():
            (future,) = admin.list_consumer_group_offsets(
                [asked], require_stable=True, request_timeout=ANSWER_S
            ).values()
            if all(each.error is None for each in future.result().topic_partitions):
                return
            self._stop.wait(0.05)

    def _wait_for_open_transactions(self, admin: AdminClient, ends: Ends) -> None:
        while not self._stop.is_set():
            if all(are_decided(admin, topic, until, ANSWER_S) for topic, until in ends.items()):
                return
            self._stop.wait(0.05)

    def _read(self, readings: Mapping[int, _Reading], ends: Ends) -> None:
        # A range names all partitions: of those that are not asked for it reads nothing.
        nothing = dict.fromkeys(range(TOPICS[FEEDS_STATE].partitions), 0)
        for topic, until in ends.items():
            for each in read_range(self._settings, topic, end={**nothing, **until}, timeout_s=ANSWER_S):
                if self._stop.is_set():
                    return
                self._take(readings[each.partition], topic, each.key, each.value)

    def _take(self, read: _Reading, topic: str, key: bytes | None, value: bytes | None) -> None:
        feed_id = (key or b"").decode()
        if value is None:
            (read.seen if topic == FEEDS_SEEN else read.states).pop(feed_id, None)
        elif topic == FEEDS_SEEN:
            read.seen[feed_id] = value
        else:
            read.states[feed_id] = self._state(value, feed_id)

    def _state(self, value: bytes, feed_id: str) -> FeedState:
        try:
            return self._codec.decode(value, FeedState)
        except Undecodable as error:
            LOG.error("a feed's state cannot be decoded; it starts anew", feed=feed_id, error=str(error))
            return first_state(feed_id)
