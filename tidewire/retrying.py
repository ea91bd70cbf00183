"""Sends dead letters through again, each once: what goes out and the mark of it are one transaction.

All retries share one transactional id. Who begins ends what an earlier one left open and fences it off, and
looks only then at what was sent; so of two at once each letter is sent by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.codec import Codec
from schemas.records import DeadLetter
from tidewire.resending import Again, Log, Refused
from topics.catalogue import DEAD_LETTERS
from topics.letters import Letter, Place, Retries, retries
from topics.reading import received
from topics.settings import BrokerSettings
from topics.writing import WriteFailed, transactional_config

TRANSACTIONAL_ID = "tidewire-dead-retry"
TIMEOUT_MS = 30_000
# Of one transaction, for which readers of the topics wait; a record is up to 4 MB.
MOST = 50
FENCED = (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED)


class Overtaken(RuntimeError):
    """Another retry began meanwhile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one letter: where it went, or why it was refused."""

    letter: Letter
    went: Place | None = None
    refused: str = ""


def retry(
    settings: BrokerSettings,
    codec: Codec,
    chosen: Sequence[Letter],
    before_commit: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Sends letters through again; those that were before, or cannot be, are refused with the reason.

    ``before_commit`` is called while everything is written and nothing is committed.
    Raises Overtaken, WriteFailed or KafkaException; then of the last MOST letters nothing was sent.
    """
    timeout_s = TIMEOUT_MS / 1000
    producer = Producer(transactional_config(settings, TRANSACTIONAL_ID, TIMEOUT_MS))
    producer.init_transactions(timeout_s)
    before = retries(settings, codec)
    outcomes: list[Outcome] = []
    sent: dict[Place, str] = {}
    for first in range(0, len(chosen), MOST):
        batch = chosen[first : first + MOST]
        planned, refused = _planned(batch, before, Log(settings, codec, batch), sent)
        done = [*refused]
        try:
            if planned:
                done += _committed(producer, codec, planned, before_commit)
        except KafkaException as error:
            if error.args[0].code() not in FENCED:
                raise
            raise Overtaken(
                "another `./tw dead retry` began meanwhile. It goes on; this one sent "
                f"{sum(each.went is not None for each in outcomes)} letters before that"
            ) from error
        order = {letter.name: number for number, letter in enumerate(batch)}
        outcomes += sorted(done, key=lambda each: order[each.letter.name])
    return outcomes


def _planned(
    batch: Sequence[Letter], before: Retries, log: Log, sent: dict[Place, str]
) -> tuple[list[tuple[Letter, Again]], list[Outcome]]:
    planned, refused = [], []
    for letter in batch:
        try:
            _refuse_twice(letter, before)
            if letter.of in sent:
                raise Refused(f"is about the same record as {sent[letter.of]}, which goes once for both")
            planned.append((letter, log.again(letter)))
            if letter.of:
                sent[letter.of] = letter.name
        except Refused as error:
            refused.append(Outcome(letter, refused=str(error)))
    return planned, refused


def _committed(
    producer: Producer,
    codec: Codec,
    planned: Sequence[tuple[Letter, Again]],
    before_commit: Callable[[], None],
) -> list[Outcome]:
    producer.begin_transaction()
    went = _sent(producer, [again for _, again in planned])
    now = time.time_ns() // 1_000_000
    marks = []
    for (letter, _), place in zip(planned, went, strict=True):
        value = codec.encode(_mark(letter, place, now))
        marks.append(Again(DEAD_LETTERS, letter.said.source.encode(), value, letter.partition))
    _sent(producer, marks)
    before_commit()
    producer.commit_transaction(TIMEOUT_MS / 1000)
    return [Outcome(letter, place) for (letter, _), place in zip(planned, went, strict=True)]


def _refuse_twice(letter: Letter, before: Retries) -> None:
    mark = before.mark_of(letter)
    if mark is None:
        return
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(mark.at / 1000))
    by = "" if mark.said.retried == letter.name else f" with {mark.said.retried}"
    failed = before.failed_again(letter)
    ended = "" if failed is None else f"; it failed again as {failed.name}"
    raise Refused(f"was sent again on {when}{by}{ended}")


def _mark(letter: Letter, place: Place, now: int) -> DeadLetter:
    topic, partition, offset = place
    return replace(
        letter.said,
        key=None,
        value=None,
        whole=False,
        topic=topic,
        partition=partition,
        offset=offset,
        error="",
        reason="",
        failed_at=now,
        retried=letter.name,
    )


def _sent(producer: Producer, records: Sequence[Again]) -> list[Place]:
    """Where each went. Raises WriteFailed, KafkaException."""
    places: dict[int, Place] = {}
    failed: list[KafkaError] = []

    def noting(number: int) -> Callable[[KafkaError | None, Message], None]:
        def note(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                failed.append(error)
            else:
                at = received(message)
                places[number] = (at.topic, at.partition, at.offset)

        return note

    # A feed is asked once for all of its letters.
    distinct = list(dict.fromkeys(records))
    for number, each in enumerate(distinct):
        producer.produce(each.topic, each.value, each.key, each.partition, noting(number))
        producer.poll(0)
    left = producer.flush(TIMEOUT_MS / 1000)
    if failed:
        raise KafkaException(failed[0])
    if left:
        raise WriteFailed(f"nothing was sent: {left} records are not acknowledged")
    where = {each: places[number] for number, each in enumerate(distinct)}
    return [where[each] for each in records]
