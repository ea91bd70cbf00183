"""Questions about partitions that were made a moment ago."""

import pytest
from confluent_kafka import KafkaError, KafkaException

from topics.reading import settled


class Broker:
    """Answers after it has refused with each of these."""

    def __init__(self, *refusals: int) -> None:
        self.refusals = list(refusals)

    def ask(self) -> str:
        if self.refusals:
            raise KafkaException(KafkaError(self.refusals.pop(0)))
        return "asked and answered"


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.OFFSET_NOT_AVAILABLE,
    ],
)
def test_a_leader_that_is_not_settled_is_asked_again(code: int) -> None:
    assert settled(Broker(code, code).ask, timeout_s=10.0) == "asked and answered"


def test_it_is_not_asked_for_ever() -> None:
    broker = Broker(*[KafkaError.UNKNOWN_LEADER_EPOCH] * 1000)
    with pytest.raises(KafkaException) as refused:
        settled(broker.ask, timeout_s=0.0)
    assert refused.value.args[0].code() == KafkaError.UNKNOWN_LEADER_EPOCH
    assert broker.refusals


def test_any_other_refusal_is_raised_at_once() -> None:
    broker = Broker(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(KafkaException):
        settled(broker.ask, timeout_s=10.0)
    assert not broker.refusals
