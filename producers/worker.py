"""One producer worker: assigned feeds → polls → one transaction. The protocol is docs/delivery's.

Only this thread touches the holdings and the transaction. Polls run in one thread of their own,
restores in another; both hand their results over in queues.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_BEGINNING as BEGINNING
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from producers.aside import STAGE as CATALOGUE
from producers.aside import Aside
from producers.catalogue.admission import admitted
from producers.clock import now_ms
from producers.holdings import Due, Holdings
from producers.logins import Logins
from producers.poll import Outcome, Task
from producers.polling import Polls
from producers.pulse import Pulse
from producers.records import encoded, samples, settled
from producers.restoring import Restorer
from producers.schedule import Failed, after_failure
from producers.settings import GROUP, ScheduleSettings, WorkerSettings
from producers.transactions import Commit, Stopping, Transactions
from schemas.codec import Codec, Undecodable
from schemas.records import Article, DeadLetter, FeedSeen, FeedSpec, Kind
from telemetry import logs, metrics
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS, FEEDS_CATALOG, FEEDS_SEEN, TOPICS
from topics.dead_letters import from_received, reason_of
from topics.guard import Guard
from topics.lane import LIVE
from topics.reading import ReadFailed, Received, reader_config, received
from topics.setting_aside import letters_of
from topics.settings import BrokerSettings
from topics.writing import transactional_config

LOG = logs.logger("worker")
TICK_OWNER = 0
TICK_KEY = "tick"
CATALOGUE_BATCH = 500
WAIT_S = 0.02
NO_MEMORY = (
    "what it has shown before (feeds.seen) cannot be decoded, so it is not asked: all would be new. "
    "Import it under another address, or write it anew"
)


class Worker:
    """Runs until ``stop`` is set, then commits what it has and leaves the group.

    ``transactional_id`` must be this process's alone. ``producer`` makes the transactional
    producer; tests hand in one that fails at a chosen moment. ``pulse`` is beaten at every turn.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        codec: Codec,
        settings: WorkerSettings,
        polls: Polls,
        transactional_id: str,
        stop: threading.Event,
        producer: Callable[[dict[str, Any]], Producer] = Producer,
        pulse: Pulse | None = None,
    ) -> None:
        self._codec = codec
        self._settings = settings
        self._polls = polls
        self._stop = stop
        self._schedule = ScheduleSettings()
        self._logins = Logins(settings.logins_path)
        self._guard = Guard(FEEDS_CATALOG)
        self._aside = Aside(lambda topic: letters_of(broker, codec, topic))
        self._pulse = pulse or Pulse()
        self._holdings = Holdings()
        self._consumer = Consumer(
            {
                **reader_config(broker, LIVE.group(GROUP)),
                "group.protocol": "consumer",
                "enable.partition.eof": True,
            }
        )
        self._restorer = Restorer(broker, codec, LIVE.group(GROUP))
        config = transactional_config(broker, transactional_id, settings.transaction_timeout_ms)
        self._transactions = Transactions(config, self._consumer.consumer_group_metadata, stop, producer)
        self._under_way = 0
        self._last_tick = 0.0
        self._written: dict[str, int] = {}

    def run(self) -> None:
        """The loop. Raises KafkaException on what no retry can mend."""
        self._consumer.subscribe(
            [FEEDS_CATALOG], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )
        try:
            for sample in samples():
                self._codec.encode(sample)
            while not self._stop.is_set():
                self._turn()
                self._pulse.beat(len(self._holdings.owned))
            self._commit()
        except Stopping:
            LOG.warning("stopped while the broker was away; what was not committed will be polled again")
        finally:
            self._restorer.close()
            self._consumer.close()

    def _turn(self) -> None:
        # Callbacks first: nothing is polled or written for a partition that has just been lost.
        self._read_catalogue()
        self._polls.check()
        self._restorer.check()
        self._take_restored()
        try:
            self._put_aside()
            self._take_outcomes()
            self._tick()
        except KafkaException as error:
            self._after(self._transactions.fail(error))
        opened = self._transactions.opened_at
        if opened is not None and time.monotonic() - opened >= self._settings.commit_interval_s:
            self._commit()
        self._dispatch()

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        LOG.info("assigned", partitions=[each.partition for each in partitions])
        for each in partitions:
            each.offset = BEGINNING
            self._holdings.assign(each.partition)
        consumer.incremental_assign(partitions)
        new = {each.partition for each in partitions}
        self._restorer.ask({p: lease for p, lease in self._holdings.unrestored().items() if p in new})

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        LOG.info("revoked", partitions=[each.partition for each in partitions])
        # Still a member: what was polled for them may be committed, and must be before another polls.
        self._commit()
        self._drop(consumer, partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        LOG.warning("lost", partitions=[each.partition for each in partitions])
        self._after(self._transactions.abort())
        self._drop(consumer, partitions)

    def _drop(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for each in partitions:
            self._holdings.drop(each.partition)
            self._aside.drop(each.partition)
        consumer.incremental_unassign(partitions)

    def _read_catalogue(self) -> None:
        wait_s = 0.0 if not self._polls.outcomes.empty() else WAIT_S
        for message in self._consumer.consume(CATALOGUE_BATCH, timeout=wait_s):
            error = message.error()
            if error is None:
                self._take_spec(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._holdings.catch_up(_partition_of(message))
            elif error.fatal():
                raise KafkaException(error)
            else:
                LOG.warning("broker error, going on", error=str(error))

    def _take_spec(self, message: Message) -> None:
        came, feed_id = received(message), ""
        try:
            feed_id = (came.key or b"").decode()
            said = None if came.value is None else self._codec.decode(came.value, FeedSpec)
            if said is not None and said.feed_id != feed_id:
                raise Undecodable(f"the feed {said.feed_id!r} under the key {feed_id!r}")
        except (UnicodeDecodeError, Undecodable) as error:
            if came.value is None:
                # Whoever cleans up deletes what is no record under the key that it has.
                return
            # Whatever is known under this key from before goes on.
            LOG.error("not a feed; delete or import it again", place=came.place, error=reason_of(error))
            self._guard.failed(feed_id, error)
            self._aside.put([from_received(came, CATALOGUE, error, feed_id=feed_id)])
            return
        self._guard.passed()
        spec, login = (None, None) if said is None else admitted(said)
        self._logins.remember(feed_id, login)
        self._holdings.put_spec(came.partition, feed_id, spec)

    def _take_restored(self) -> None:
        while not self._restorer.done.empty():
            restored = self._restorer.done.get()
            if restored.lease == self._holdings.lease_of(restored.partition):
                self._aside.put(restored.letters)
            self._holdings.restore(restored.partition, restored.lease, restored.base)

    def _take_outcomes(self) -> None:
        while not self._polls.outcomes.empty():
            due, outcome = self._polls.outcomes.get()
            self._under_way -= 1
            if outcome.pause is not None:
                self._holdings.pause(*outcome.pause, now_ms())
            if self._holdings.holds(due):
                self._write(due, outcome)

    def _write(self, due: Due, outcome: Outcome) -> None:
        made = settled(due, outcome, self._codec, self._schedule, now_ms())
        for each in made.records:
            self._transactions.write(each.topic, each.key, each.value, each.partition)
        self._holdings.settle(due, made.state, made.seen)
        self._count(ARTICLES_RAW, made.articles)
        for letter in made.letters:
            self._count(letter.stage)

    def _put_aside(self) -> None:
        try:
            letters = self._aside.due(self._holdings.is_ready)
        except (KafkaException, ReadFailed) as error:
            LOG.warning("dead letters cannot be read; what is put aside waits", error=reason_of(error))
            return
        for letter in letters:
            self._transactions.write(DEAD_LETTERS, letter.source.encode(), encoded(self._codec, letter))
            self._count(letter.stage)

    def _tick(self) -> None:
        """The log's clock: one worker, one record in every partition, in the order of the entries."""
        now = time.monotonic()
        if not self._holdings.is_ready(TICK_OWNER) or now - self._last_tick < self._settings.tick_interval_s:
            return
        tick = self._codec.encode(Article(kind=Kind.TICK, article_id=TICK_KEY, observed_at=now_ms()))
        for partition in range(TOPICS[ARTICLES_RAW].partitions):
            self._transactions.write(ARTICLES_RAW, TICK_KEY.encode(), tick, partition)
        self._last_tick = now
        self._count(TICK_KEY)

    def _commit(self) -> None:
        if self._transactions.is_open:
            self._after(self._transactions.commit(self._holdings.owned))

    def _after(self, ended: Commit) -> None:
        if ended is Commit.DONE:
            self._holdings.committed()
            self._aside.committed()
            metrics.ENTRIES.inc(self._written.pop(ARTICLES_RAW, 0))
            metrics.TICKS.inc(self._written.pop(TICK_KEY, 0))
            for stage, count in self._written.items():
                metrics.DEAD_LETTERS.labels(stage=stage).inc(count)
        elif ended is Commit.REFUSED:
            self._holdings.rolled_back()
            self._aside.rolled_back()
        else:
            self._holdings.forget()
            self._aside.rolled_back()
            self._restorer.ask(self._holdings.unrestored())
        self._written.clear()

    def _dispatch(self) -> None:
        for due in self._holdings.due(now_ms(), self._settings.concurrency - self._under_way):
            try:
                seen = None if due.kept.seen is None else self._codec.decode(due.kept.seen, FeedSeen)
            except Undecodable as error:
                self._forgetful(due, error)
                continue
            login = self._logins.of(due.spec.feed_id)
            self._polls.submit(due, Task(due.spec, due.kept.state, seen, login))
            self._under_way += 1

    def _forgetful(self, due: Due, error: Undecodable) -> None:
        """Polled without its memory, all that a feed shows would be new: it fails until it has one again."""
        state, value = due.kept.state, due.kept.seen
        letters: tuple[DeadLetter, ...] = ()
        if state.reason != NO_MEMORY:
            LOG.error("a feed's memory cannot be decoded; not polled", feed=due.spec.feed_id)
            place = Received(FEEDS_SEEN, due.partition, -1, 0, due.spec.feed_id.encode(), value)
            letters = (from_received(place, "memory", error, feed_id=due.spec.feed_id),)
        failed = after_failure(state, Failed(NO_MEMORY), now_ms(), self._schedule)
        self._polls.outcomes.put((due, Outcome(failed, dead_letters=letters)))
        self._under_way += 1

    def _count(self, what: str, by: int = 1) -> None:
        self._written[what] = self._written.get(what, 0) + by


def _partition_of(message: Message) -> int:
    partition = message.partition()
    if partition is None:
        raise ValueError("a message without a partition")
    return partition
