"""What the one-shot start waits for, and what it does not."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException

from schemas.registry import IncompatibleSchema
from topics.__main__ import InitSettings, patiently

SOON = InitSettings(timeout_s=60, retry_after_s=0.001)


def test_a_broker_that_is_not_up_yet_is_waited_for() -> None:
    answers: list[Exception | None] = [
        KafkaException(KafkaError(KafkaError._TRANSPORT)), ConnectionRefusedError("refused"), None
    ]  # fmt: skip

    def act() -> None:
        if (error := answers.pop(0)) is not None:
            raise error

    patiently("the broker", act, SOON)
    assert answers == []


def test_one_that_stays_away_is_given_up_with_its_own_error() -> None:
    def act() -> None:
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))

    with pytest.raises(KafkaException):
        patiently("the broker", act, InitSettings(timeout_s=0.01, retry_after_s=0.005))


def test_a_schema_that_breaks_the_log_is_not_tried_again() -> None:
    tries = []

    def act() -> None:
        tries.append(1)
        raise IncompatibleSchema("no default")

    with pytest.raises(IncompatibleSchema):
        patiently("the registry", act, SOON)
    assert tries == [1]
