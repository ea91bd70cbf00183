"""Who writes, by the environment alone."""

import asyncio
from typing import Any

import pytest

from agents.drafting.writer import ModelWriter
from agents.extract import ExtractiveWriter
from agents.model.errors import Unfit
from agents.money.prices import UnknownPrice
from agents.writers import Writing, writing
from schemas.codec import Codec
from schemas.registry import LocalSchemas
from tests.fakes.messages_api import MessagesApi
from topics.lane import LIVE
from topics.settings import BrokerSettings


async def send(topic: str, key: bytes, value: bytes, partition: int | None) -> None:
    raise AssertionError("nothing is sent before there is work")


def made(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Writing:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    rail: Any = None
    return writing(LIVE, BrokerSettings(), Codec(LocalSchemas()), send, rail)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_quotes_are_made(monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    given = {} if key is None else {"ANTHROPIC_API_KEY": key}
    found = made(monkeypatch, **given)
    assert isinstance(found.writer, ExtractiveWriter)
    asyncio.run(found.start())
    asyncio.run(found.close())


def test_with_a_key_a_model_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(monkeypatch, ANTHROPIC_API_KEY="test", TIDEWIRE_MODEL_ENDPOINT="anthropic")
    assert isinstance(found.writer, ModelWriter)
    assert found.writer.recipe.startswith("model-3:")


def test_the_start_names_a_model_that_is_not_there_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with MessagesApi(models=("claude-haiku-5-5",)) as api:
        found = made(
            monkeypatch,
            ANTHROPIC_API_KEY="test",
            ANTHROPIC_BASE_URL=api.url,
            TIDEWIRE_MODEL_ENDPOINT="anthropic",
        )
        asyncio.run(_start(found))
    said = capsys.readouterr()
    assert "claude-sonnet-5-5" in said.out + said.err


async def _start(found: Writing) -> None:
    await found.start()
    await found.close()


def test_an_endpoint_that_cannot_do_it_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unfit, match="vLLM"):
        made(monkeypatch, ANTHROPIC_API_KEY="test", TIDEWIRE_MODEL_ENDPOINT="llama.cpp")


def test_a_model_without_a_price_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"ANTHROPIC_API_KEY": "test", "TIDEWIRE_WRITER_SMALL_MODEL": "poet-7b"}
    with pytest.raises(UnknownPrice, match="poet-7b"):
        made(monkeypatch, **given)
    free = {"INPUT": "0", "OUTPUT": "0"}
    priced = {f"TIDEWIRE_MONEY_UNKNOWN_{kind}_USD_PER_MILLION": usd for kind, usd in free.items()}
    assert isinstance(made(monkeypatch, **given, **priced).writer, ModelWriter)
