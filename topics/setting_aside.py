"""Writes the dead letters of a consumer: exactly one for each record, stage and lane.

A letter and the place behind its record are committed in one transaction. A consumer that begins again (a
view that is built anew) meets the same records; what has a letter of its stage and lane gets no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from schemas.codec import Codec, Undecodable
from schemas.records import DeadLetter
from telemetry import logs, metrics
from topics.catalogue import DEAD_LETTERS, TOPICS
from topics.dead_letters import lane_of
from topics.lane import Lane
from topics.partitioning import partition_for
from topics.reading import read_range
from topics.settings import BrokerSettings
from topics.writing import transactional_config

# A consumer that is killed in between holds its successor up for as long at most.
TRANSACTION_MS = 15_000
STEP_TIMEOUT_S = 30.0
LOG = logs.logger("setting aside")
Place = tuple[str, int, int]


class Aside:
    """Of one stage in one lane; one consumer of ``group`` at a time. Connects when it is first needed."""

    def __init__(self, settings: BrokerSettings, codec: Codec, stage: str, lane: Lane, group: str) -> None:
        self._settings = settings
        self._codec = codec
        self._stage = stage
        self._lane = lane
        self._group = group
        self._producer: Producer | None = None
        self._written: dict[str, set[Place]] = {}

    def commit(
        self, letters: Sequence[DeadLetter], consumer: Consumer, ends: Sequence[TopicPartition]
    ) -> None:
        """Letters and the consumer's places at once. Raises KafkaException; then nothing was committed, or
        it is not known."""
        new = [each for each in letters if _place(each) not in self._of(each.source)]
        producer = self._connected()
        producer.begin_transaction()
        try:
            for each in new:
                producer.produce(DEAD_LETTERS, self._codec.encode(each), each.source.encode())
            left = producer.flush(STEP_TIMEOUT_S)
            if left:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{left} letters unacknowledged"))
            producer.send_offsets_to_transaction(
                list(ends), consumer.consumer_group_metadata(), STEP_TIMEOUT_S
            )
            producer.commit_transaction(STEP_TIMEOUT_S)
        except KafkaException:
            # The next one's first act ends what is open.
            self._producer, self._written = None, {}
            raise
        for each in new:
            self._of(each.source).add(_place(each))
            metrics.DEAD_LETTERS.labels(stage=self._stage).inc()
            LOG.warning(
                "dead letter", place=f"{each.topic}-{each.partition}@{each.offset}", reason=each.reason
            )

    def _connected(self) -> Producer:
        if self._producer is None:
            config = transactional_config(self._settings, f"{self._group}-aside", TRANSACTION_MS)
            self._producer = Producer(config)
            self._producer.init_transactions(STEP_TIMEOUT_S)
        return self._producer

    def _of(self, source: str) -> set[Place]:
        """The places of this topic that have a letter already."""
        if source not in self._written:
            self._written[source] = {
                _place(each)
                for each in letters_of(self._settings, self._codec, source)
                if (each.source, each.stage, each.lane) == (source, self._stage, lane_of(self._lane))
                and not each.retried
            }
        return self._written[source]


def letters_of(settings: BrokerSettings, codec: Codec, source: str) -> Iterable[DeadLetter]:
    """Everything in the partition of a source's dead letters, in order; what is none is left out."""
    count = TOPICS[DEAD_LETTERS].partitions
    others = dict.fromkeys(set(range(count)) - {partition_for(source.encode(), count)}, 0)
    for each in read_range(settings, DEAD_LETTERS, end=others):
        try:
            yield codec.decode(each.value or b"", DeadLetter)
        except Undecodable as error:
            LOG.warning("no dead letter", place=each.place, reason=str(error))


def _place(letter: DeadLetter) -> Place:
    return (letter.topic or "", -1 if letter.partition is None else letter.partition, letter.offset or 0)
