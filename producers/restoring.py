"""Reading a partition's feeds back from the log, behind a barrier. In a thread: it may have to wait.

The barrier is what makes a change of owners exact. The old owner may still be committing: its
offsets are then pending, and asking for committed offsets waits until they are decided. Only then
is the end of the state topic taken, as the high watermark with uncommitted records included. A
transaction that is still open before that end is waited for, and the state read up to the end.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from producers.aside import STAGE
from producers.holdings import Kept
from producers.schedule import first_state
from schemas.codec import Codec, Undecodable
from schemas.records import DeadLetter, FeedState
from telemetry import logs
from topics.catalogue import FEEDS_CATALOG, FEEDS_SEEN, FEEDS_STATE, TOPICS
from topics.dead_letters import from_received, reason_of
from topics.ends import are_decided, ends_with_open_transactions
from topics.guard import Guard
from topics.reading import ReadFailed, Received, read_range
from topics.settings import BrokerSettings

LOG = logs.logger("restoring")
ANSWER_S = 5.0
PAUSE_S = 0.5
T = TypeVar("T")
RESTORED = (FEEDS_STATE, FEEDS_SEEN)
Ends = Mapping[str, Mapping[int, int]]
"""Offsets by topic and partition."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What the log holds of one partition, for the lease that asked."""

    partition: int
    lease: int
    base: Mapping[str, Kept]
    letters: Sequence[DeadLetter] = ()


@dataclass(slots=True)
class _Reading:
    states: dict[str, FeedState] = field(default_factory=dict)
    seen: dict[str, bytes] = field(default_factory=dict)
    # What could not be used, by key: what comes after it under the same key makes up for it.
    letters: dict[bytes, DeadLetter] = field(default_factory=dict)


class Restorer:
    """A thread that restores what it is asked to and puts ``Restored`` into ``done``.

    ``group`` is the consumer group whose pending offsets are waited for.
    """

    def __init__(self, settings: BrokerSettings, codec: Codec, group: str) -> None:
        self.done: SimpleQueue[Restored] = SimpleQueue()
        self._settings = settings
        self._codec = codec
        self._guard = Guard(FEEDS_STATE)
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
            self.done.put(Restored(partition, lease, base, tuple(read.letters.values())))

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
                self._take(readings[each.partition], each)

    def _take(self, read: _Reading, came: Received) -> None:
        key, feed_id = came.key or b"", ""
        try:
            feed_id = key.decode()
            if came.topic == FEEDS_SEEN:
                # Decoded when the feed is polled: there are far more of them than are due.
                _put(read.seen, feed_id, came.value)
            else:
                _put(read.states, feed_id, None if came.value is None else self._state(came.value, feed_id))
        except (UnicodeDecodeError, Undecodable) as error:
            if came.value is None:
                return
            LOG.error("no state of a feed; it starts anew", place=came.place, error=reason_of(error))
            self._guard.failed(feed_id, error)
            read.states.pop(feed_id, None)
            read.letters[key] = from_received(came, STAGE, error, feed_id=feed_id)
            return
        self._guard.passed()
        if came.topic != FEEDS_SEEN:
            read.letters.pop(key, None)

    def _state(self, value: bytes, feed_id: str) -> FeedState:
        state = self._codec.decode(value, FeedState)
        if state.feed_id != feed_id:
            raise Undecodable(f"the state of {state.feed_id!r} under the key {feed_id!r}")
        return state


def _put(held: dict[str, T], feed_id: str, value: T | None) -> None:
    if value is None:
        held.pop(feed_id, None)
    else:
        held[feed_id] = value
