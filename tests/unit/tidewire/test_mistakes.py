"""Wrong settings are named by what the user set."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from agents.model import ModelSettings
from stack.settings import StackSettings
from tidewire.mistakes import wrong_settings
from tidewire.profile import Profile
from topics.settings import BrokerSettings


@pytest.mark.parametrize(
    ("settings", "variable", "value", "said"),
    [
        (StackSettings, "TIDEWIRE_STACK_FLINK_PORT", "abc", "input should be a valid integer"),
        (BrokerSettings, "TIDEWIRE_KAFKA_REPLICATION", "", "input should be a valid integer"),
        (StackSettings, "TIDEWIRE_STACK_KAFKA_PORT", "x" * 999, "input should be a valid integer"),
    ],
)
def test_a_wrong_value_stands_beside_its_variable(
    monkeypatch: pytest.MonkeyPatch, settings: type[BaseSettings], variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as caught:
        settings()
    shown = value if len(value) < 60 else "x" * 60 + "…"
    assert wrong_settings(caught.value).startswith(f"{variable}={shown}: {said}")
    assert "http" not in wrong_settings(caught.value)


def test_several_wrong_values_take_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_STACK_KAFKA_PORT", "a")
    monkeypatch.setenv("TIDEWIRE_STACK_FLINK_PORT", "b")
    with pytest.raises(ValidationError) as caught:
        StackSettings()
    assert len(wrong_settings(caught.value).splitlines()) == 2


def test_a_secret_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        ModelSettings(ANTHROPIC_API_KEY=7)  # type: ignore[call-arg]
    assert wrong_settings(caught.value) == "ANTHROPIC_API_KEY: input should be a valid string"


def test_a_file_in_the_home_is_named_by_the_place_in_it() -> None:
    with pytest.raises(ValidationError) as caught:
        Profile.model_validate({"newswire": {"mode": "lock", "seconds": "x", "play": "", "port": 1}})
    assert wrong_settings(caught.value).startswith("Profile.newswire.seconds=x: input should be a valid")
