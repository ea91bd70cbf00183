"""Where a stack is, and that its home remembers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stack.settings import LONGEST_SOCKET_PATH, StackSettings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in StackSettings.model_fields:
        monkeypatch.delenv(f"TIDEWIRE_STACK_{name.upper()}", raising=False)
    monkeypatch.delenv("TIDEWIRE_HOME", raising=False)


def test_home_and_ports_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TIDEWIRE_HOME", str(tmp_path))
    monkeypatch.setenv("TIDEWIRE_STACK_KAFKA_PORT", "29092")
    settings = StackSettings()
    assert settings.home == tmp_path
    assert settings.bootstrap == "127.0.0.1:29092"


def test_ports_of_a_home_are_remembered_until_others_are_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "ports.json").write_text(json.dumps({"kafka_port": 1, "flink_port": 2}))
    monkeypatch.setenv("TIDEWIRE_HOME", str(tmp_path))
    monkeypatch.setenv("TIDEWIRE_STACK_FLINK_PORT", "3")
    settings = StackSettings()
    assert (settings.kafka_port, settings.flink_port) == (1, 3)
    assert StackSettings(home=tmp_path, kafka_port=4).kafka_port == 4


def test_socket_of_a_deep_home_is_elsewhere_but_always_the_same(tmp_path: Path) -> None:
    deep = StackSettings(home=tmp_path / ("x" * 120))
    assert len(str(deep.socket)) <= LONGEST_SOCKET_PATH
    assert deep.socket == StackSettings(home=deep.home).socket
    assert deep.socket != StackSettings(home=tmp_path / ("y" * 120)).socket


def test_socket_of_an_ordinary_home_is_inside() -> None:
    assert StackSettings(home=Path("/srv/tidewire")).socket == Path("/srv/tidewire/stack/supervisor.sock")


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org,localhost")
    assert StackSettings().environment()["NO_PROXY"] == "example.org,localhost,127.0.0.1"
