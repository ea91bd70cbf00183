"""What can be known of the wiring without a broker."""

import aiokafka.errors
import httpx2
import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.schema_registry.error import SchemaRegistryError

from agents.outages import is_outage
from agents.pipeline import Unusable
from agents.settings import WindowSettings
from topics.reading import ReadFailed


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (KafkaException(KafkaError(KafkaError._TRANSPORT)), True),
        (aiokafka.errors.KafkaConnectionError(), True),
        (aiokafka.errors.KafkaTimeoutError(), True),
        (aiokafka.errors.MessageSizeTooLargeError(), False),
        (ReadFailed("slow"), True),
        (httpx2.ConnectError("refused"), True),
        (ConnectionRefusedError(), True),
        (SchemaRegistryError(503, 50301, "starting"), True),
        (SchemaRegistryError(404, 40403, "no such schema"), False),
        (Unusable("no desk"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_only_what_is_down_is_waited_out(error: Exception, outage: bool) -> None:
    assert is_outage(error) is outage


def test_windows_are_known_by_the_names_of_the_job_that_cuts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_TIME_LATENESS_MS", "20000")
    monkeypatch.setenv("TIDEWIRE_TIME_WINDOW_SKEW_MS", "2000")
    monkeypatch.setenv("TIDEWIRE_ARTICLES_WINDOWS_S", "[30, 45]")
    settings = WindowSettings()
    assert (settings.delay_ms, settings.step_ms) == (22_000, 15_000)
