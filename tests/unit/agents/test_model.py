"""The seam: a request is paid for once, its answer is in the log before anyone uses it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from pydantic import SecretStr

from agents.extract import ExtractiveWriter
from agents.model import ModelGateway, ModelSettings, NoKey, request_hash, writer_for
from schemas.records import RecordedResponse
from tests.fakes.messages_api import MessagesApi

REQUEST: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What moved?"}],
}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


class Ledger:
    """Answers kept, as the log would."""

    def __init__(self) -> None:
        self.written: list[RecordedResponse] = []

    async def record(self, response: RecordedResponse) -> None:
        await asyncio.sleep(0)
        self.written.append(response)


def settings(api: MessagesApi, **more: Any) -> ModelSettings:
    return ModelSettings(api_key=SecretStr("test"), base_url=api.url, **more)


def gateway(
    api: MessagesApi, ledger: Ledger, known: dict[str, RecordedResponse] | None = None, **more: Any
) -> ModelGateway:
    return ModelGateway(settings(api, **more), {} if known is None else known, ledger.record, lambda: 42)


def test_without_a_key_the_writer_is_extractive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert isinstance(writer_for(), ExtractiveWriter)
    with pytest.raises(NoKey):
        asyncio.run(ModelGateway(ModelSettings(), {}, Ledger().record, lambda: 0).ask(REQUEST))


def test_an_answer_is_recorded_whole(api: MessagesApi) -> None:
    ledger = Ledger()
    answer = asyncio.run(gateway(api, ledger).ask(REQUEST, ["a1"]))
    assert ledger.written == [answer]
    assert (answer.status, answer.model, answer.article_ids, answer.recorded_at) == (
        200,
        "claude-haiku-5-5",
        ("a1",),
        42,
    )
    assert answer.endpoint == f"{api.url}/v1/messages"
    assert b"An answer." in answer.body
    assert api.requests == [REQUEST]


def test_the_same_request_is_paid_for_once(api: MessagesApi) -> None:
    ledger = Ledger()
    door = gateway(api, ledger)

    async def many() -> set[bytes]:
        return {each.body for each in await asyncio.gather(*(door.ask(REQUEST) for _ in range(5)))}

    assert len(asyncio.run(many())) == 1
    assert len(api.requests) == len(ledger.written) == 1


def test_a_recorded_answer_costs_nothing_after_a_restart(api: MessagesApi) -> None:
    ledger = Ledger()
    first = asyncio.run(gateway(api, ledger).ask(REQUEST))
    again = asyncio.run(
        gateway(api, Ledger(), {first.request_hash: first}).ask(dict(reversed(REQUEST.items())))
    )
    assert again == first
    assert len(api.requests) == 1


def test_an_answer_that_could_not_be_recorded_is_not_used(api: MessagesApi) -> None:
    async def broken(_: RecordedResponse) -> None:
        raise OSError("the log is gone")

    known: dict[str, RecordedResponse] = {}
    with pytest.raises(OSError, match="the log is gone"):
        asyncio.run(ModelGateway(settings(api), known, broken, lambda: 0).ask(REQUEST))
    assert known == {}


def test_another_endpoint_model_or_prompt_is_another_request(api: MessagesApi) -> None:
    base = request_hash(api.url, REQUEST)
    assert base == request_hash(api.url + "/", dict(reversed(REQUEST.items())))
    assert base != request_hash("http://127.0.0.1:1", REQUEST)
    assert base != request_hash(api.url, {**REQUEST, "model": "claude-opus-5-5"})
    assert base != request_hash(api.url, {**REQUEST, "max_tokens": 65})


def test_an_overloaded_server_is_asked_again_and_a_refused_request_is_not_recorded() -> None:
    ledger = Ledger()
    with MessagesApi(faults=(529, 429)) as api:
        asyncio.run(gateway(api, ledger, max_retries=3).ask(REQUEST))
        assert len(api.requests) == 1
        with pytest.raises(anthropic.BadRequestError):
            asyncio.run(gateway(api, ledger).ask({**REQUEST, "messages": "no list"}))
    assert len(ledger.written) == 1
