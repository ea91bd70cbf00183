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

from producers.clock import now_ms
from producers.holdings import Due, Holdings
from producers.poll import Outcome, Task
from producers.polling import Polls
from producers.pulse import Pulse
from producers.restoring import Restorer
from producers.settings import GROUP, WorkerSettings
from producers.transactions import Commit, Stopping, Transactions
from schemas.codec import Codec, Undecodable
from schemas.records import Article, FeedSeen, FeedSpec, Kind
from telemetry import logs, metrics
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS, FEEDS_CATALOG, FEEDS_SEEN, FEEDS_STATE, TOPICS
from topics.lane import LIVE
from topics.reading import reader_config
from topics.settings import BrokerSettings
from topics.writing import transactional_config

LOG = logs.logger("worker")
TICK_OWNER = 0
TICK_KEY = "tick"
CATALOGUE_BATCH = 500
WAIT_S = 0.02


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
        key, value, partition = message.key(), message.value(), _partition_of(message)
        feed_id = key.decode() if isinstance(key, bytes) else str(key)
        if not isinstance(value, bytes):
            self._holdings.put_spec(partition, feed_id, None)
            return
        try:
            self._holdings.put_spec(partition, feed_id, self._codec.decode(value, FeedSpec))
        except Undecodable as error:
            place = f"{FEEDS_CATALOG}-{partition}@{message.offset()}"
            LOG.error("not a feed; delete or import it again", place=place, feed=feed_id, error=str(error))

    def _take_restored(self) -> None:
        while not self._restorer.done.empty():
            restored = self._restorer.done.get()
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
        write, encode = self._transactions.write, self._codec.encode
        for article in outcome.articles:
            write(ARTICLES_RAW, article.article_id.encode(), encode(article))
        for letter in outcome.dead_letters:
            write(DEAD_LETTERS, letter.source.encode(), encode(letter))
            self._count(letter.stage)
        key = due.spec.feed_id.encode()
        seen = None if outcome.seen is None else encode(outcome.seen)
        if seen is not None:
            write(FEEDS_SEEN, key, seen, due.partition)
        write(FEEDS_STATE, key, encode(outcome.state), due.partition)
        self._holdings.settle(due, outcome.state, seen)
        self._count(ARTICLES_RAW, len(outcome.articles))

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
            metrics.ENTRIES.inc(self._written.pop(ARTICLES_RAW, 0))
            metrics.TICKS.inc(self._written.pop(TICK_KEY, 0))
            for stage, count in self._written.items():
                metrics.DEAD_LETTERS.labels(stage=stage).inc(count)
        elif ended is Commit.REFUSED:
            self._holdings.rolled_back()
        else:
            self._holdings.forget()
            self._restorer.ask(self._holdings.unrestored())
        self._written.clear()

    def _dispatch(self) -> None:
        for due in self._holdings.due(now_ms(), self._settings.concurrency - self._under_way):
            try:
                seen = None if due.kept.seen is None else self._codec.decode(due.kept.seen, FeedSeen)
            except Undecodable as error:
                # Polled without its memory, all it shows would be new: it stays in flight, unpolled.
                LOG.error(
                    "a feed's memory cannot be decoded; not polled", feed=due.spec.url, error=str(error)
                )
                continue
            self._polls.submit(due, Task(due.spec, due.kept.state, seen))
            self._under_way += 1

    def _count(self, what: str, by: int = 1) -> None:
        self._written[what] = self._written.get(what, 0) + by


def _partition_of(message: Message) -> int:
    partition = message.partition()
    if partition is None:
        raise ValueError("a message without a partition")
    return partition
