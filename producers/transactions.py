"""The transaction that makes polling exactly once, and what each of its failures means.

Articles, dead letters, states and memories of feeds go out in one transaction. Its offsets are
the fence: the broker takes them only from a current member of the consumer group, so a worker
that lost its feeds without noticing cannot commit. They say nothing (always 0) but are never left
out: without an offset there is no fence, and no error either.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from producers.watchdog import Watchdog
from telemetry import logs, metrics
from topics.catalogue import FEEDS_CATALOG

LOG = logs.logger("transactions")
METADATA = b"CGMDv2:"
FENCE_OFFSET = 0
STEP_TIMEOUT_S = 5.0
WATCHDOG = Watchdog(4 * STEP_TIMEOUT_S)
BY_KEY = -1


class Commit(Enum):
    """How a commit ended."""

    DONE = "done"
    REFUSED = "refused"
    """The group did not know us: aborted; what was committed before still stands."""
    UNSURE = "unsure"
    """Aborted or unknown: the state has to be read from the log again."""


class Stopping(Exception):
    """The worker was told to stop while it waited for the broker."""


def is_member(metadata: bytes) -> bool:
    """Whether librdkafka's group metadata is that of a joined member.

    The broker checks nothing for a non-member, so its commit would be no fence. Raises ValueError
    when the bytes are not of the known form.
    """
    if not metadata.startswith(METADATA):
        raise ValueError(f"consumer group metadata of an unknown form: {metadata[:16]!r}")
    at = len(METADATA)
    (generation,) = struct.unpack_from("=i", metadata, at)
    _, member_id, *_ = metadata[at + 4 :].split(b"\x00")
    return generation > 0 and bool(member_id)


class Transactions:
    """One transactional producer after another, under one transactional id.

    ``producer`` makes one (confluent_kafka.Producer but for tests). Blocks while the broker is
    away; raises Stopping when ``stop`` is set meanwhile.
    """

    def __init__(
        self,
        config: dict[str, Any],
        group_metadata: Callable[[], bytes],
        stop: threading.Event,
        producer: Callable[[dict[str, Any]], Producer] = Producer,
    ) -> None:
        self._config = config
        self._group_metadata = group_metadata
        self._stop = stop
        self._make = producer
        self._producer = self._connected()
        self.opened_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is waiting to be committed."""
        return self.opened_at is not None

    def write(self, topic: str, key: bytes, value: bytes, partition: int = BY_KEY) -> None:
        """Adds a record to the transaction, opening one if need be. Raises KafkaException."""
        if self.opened_at is None:
            self._producer.begin_transaction()
            self.opened_at = time.monotonic()
        while True:
            try:
                self._producer.produce(topic, value, key, partition)
                break
            except BufferError:
                if self._stop.is_set():
                    raise Stopping from None
                self._producer.poll(0.1)
        self._producer.poll(0)

    def commit(self, owned: Sequence[int]) -> Commit:
        """Ends the transaction; afterwards none is open."""
        step = "flush"
        try:
            # Everything in the log before the fence: a new owner's barrier waits for pending offsets
            # only, so a record that came after them could be missed by it.
            left = self._producer.flush(STEP_TIMEOUT_S)
            if left:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{left} records unacknowledged"))
            step = "fence"
            # Asked for now: metadata kept from the assignment goes stale with the next epoch.
            metadata = self._group_metadata()
            if not is_member(metadata) or not owned:
                return self._aborted(Commit.REFUSED, step, "not a member of the group")
            offsets = [TopicPartition(FEEDS_CATALOG, p, FENCE_OFFSET) for p in owned]
            # Not insisted on: called again after a broker was lost, it may never return.
            with WATCHDOG.watching(step):
                self._producer.send_offsets_to_transaction(offsets, metadata, STEP_TIMEOUT_S)
            step = "commit"
            self._insist(lambda: self._producer.commit_transaction(STEP_TIMEOUT_S))
        except KafkaException as error:
            return self._failed(step, error)
        self.opened_at = None
        metrics.TRANSACTIONS.labels(outcome="committed").inc()
        return Commit.DONE

    def abort(self) -> Commit:
        """Takes back what is in the open transaction: REFUSED; or UNSURE when that failed too."""
        return self._aborted(Commit.REFUSED, "abort", "asked for") if self.is_open else Commit.REFUSED

    def fail(self, error: KafkaException) -> Commit:
        """After ``write`` raised: aborts."""
        return self._failed("write", error)

    def _failed(self, step: str, error: KafkaException) -> Commit:
        cause: KafkaError = error.args[0]
        if cause.fatal():
            LOG.warning(
                "the producer is fenced or expired; a new one takes over", step=step, error=str(cause)
            )
            self._renew()
            return Commit.UNSURE
        kind = Commit.REFUSED if step == "fence" and cause.txn_requires_abort() else Commit.UNSURE
        return self._aborted(kind, step, str(cause))

    def _aborted(self, kind: Commit, step: str, reason: str) -> Commit:
        LOG.warning("transaction aborted", step=step, reason=reason)
        try:
            self._insist(lambda: self._producer.abort_transaction(STEP_TIMEOUT_S))
        except KafkaException as error:
            LOG.warning("abort failed; a new producer takes over", error=str(error))
            self._renew()
            return Commit.UNSURE
        self.opened_at = None
        metrics.TRANSACTIONS.labels(outcome="aborted").inc()
        return kind

    def _insist(self, step: Callable[[], None]) -> None:
        """Again while librdkafka says that the same call may be made again."""
        while True:
            try:
                with WATCHDOG.watching("transaction"):
                    step()
                return
            except KafkaException as error:
                if not error.args[0].retriable():
                    raise
                if self._stop.is_set():
                    raise Stopping from error
                LOG.warning("the broker is slow; trying again", error=str(error))
                time.sleep(0.1)

    def _renew(self) -> None:
        self.opened_at = None
        metrics.TRANSACTIONS.labels(outcome="lost").inc()
        self._producer = self._connected()

    def _connected(self) -> Producer:
        """A producer that has fenced, and ended the transaction of, any before it with this id."""
        while True:
            producer = self._make(self._config)
            try:
                self._insist(lambda: producer.init_transactions(STEP_TIMEOUT_S))  # noqa: B023
                return producer
            except KafkaException as error:
                LOG.warning("no transactional producer yet; trying again", error=str(error))
                if self._stop.wait(1.0):
                    raise Stopping from error
