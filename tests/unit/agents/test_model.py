"""The seam: a request is paid for once, and its answer is in the log before anyone uses it."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import pytest
from pydantic import BaseModel, SecretStr

from agents.model import Answer, ModelGateway, ModelSettings, request_hash
from agents.model.answers import parsed
from agents.model.client import MessagesClient
from agents.model.endpoints import TABLE, capabilities
from agents.model.errors import (
    Cut,
    NoKey,
    Refusal,
    SchemaIgnored,
    Spared,
    Unfit,
)
from agents.model.recordings import Recordings
from agents.money.prices import Usage
from tests.fakes.messages_api import Fault, MessagesApi
from tests.support.seam import NOW, PURPOSE, REQUEST, Log, answered, ask, purse, settings


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi() as running:
        yield running


def test_an_answer_is_recorded_whole_and_booked_before_it_is_used(api: MessagesApi) -> None:
    log = Log()
    (answer,) = answered(api, log)
    (kept,) = log.responses
    assert answer.text == "An answer."
    assert (kept.status, kept.model, kept.article_ids, kept.recorded_at) == (
        200,
        "claude-haiku-5-5",
        ("a1",),
        NOW,
    )
    assert kept.endpoint == f"{api.url}/v1/messages"
    assert b"An answer." in kept.body
    assert api.requests == [REQUEST]
    assert log.order == ["paid", "response"]
    (event,) = log.events
    assert (event.brief_id, event.desk, event.request_hash) == ("brief", "world", kept.request_hash)
    assert event.input_tokens == api.usages[0]["input_tokens"] > 0
    assert event.cost_usd == float(answer.cost) > 0


def test_the_same_request_is_paid_for_once(api: MessagesApi) -> None:
    log = Log()
    assert {each.text for each in answered(api, log, *[REQUEST] * 5)} == {"An answer."}
    assert len(api.requests) == len(log.responses) == 1
    assert sorted(event.reason for event in log.events) == ["paid", *["recorded"] * 4]


def test_a_recorded_answer_costs_nothing_after_a_restart(api: MessagesApi) -> None:
    log = Log()
    (first,) = answered(api, log)
    (again,) = answered(api, log, dict(reversed(REQUEST.items())))
    assert again == first
    assert len(api.requests) == 1
    assert log.events[-1].cost_usd == 0


def test_an_answer_that_another_worker_recorded_meanwhile_is_found(api: MessagesApi) -> None:
    log, other = Log(), Log()

    async def run() -> Answer:
        set_ = settings(api)
        client = MessagesClient(set_, TABLE["anthropic"])
        here = Recordings(other.read_on, log.record)
        gateway = ModelGateway(set_.messages_url, client, here, purse(), log.audit, lambda: NOW)
        await gateway.ask({**REQUEST, "max_tokens": 65}, PURPOSE)
        there = Recordings(other.read_on, other.record)
        elsewhere = ModelGateway(set_.messages_url, client, there, purse(), other.audit, lambda: NOW)
        await elsewhere.ask(REQUEST, PURPOSE)
        try:
            return await gateway.ask(REQUEST, PURPOSE)
        finally:
            await client.close()

    assert asyncio.run(run()).text == "An answer."
    assert len(api.requests) == 2


def test_an_answer_that_could_not_be_recorded_is_not_used(api: MessagesApi) -> None:
    log = Log(broken=True)
    with pytest.raises(OSError, match="the log is gone"):
        answered(api, log)
    assert log.order == ["paid"]


def test_an_answer_that_waits_for_the_log_is_not_paid_for_again(api: MessagesApi) -> None:
    log = Log(broken=True)

    async def run() -> Answer:
        chosen = settings(api)
        client = MessagesClient(chosen, TABLE["anthropic"])
        recordings = Recordings(log.read_on, log.record)
        gateway = ModelGateway(chosen.messages_url, client, recordings, purse(), log.audit, lambda: NOW)
        try:
            with pytest.raises(OSError, match="the log is gone"):
                await gateway.ask(REQUEST, PURPOSE)
            log.broken = False
            return await gateway.ask(REQUEST, PURPOSE)
        finally:
            await client.close()

    assert asyncio.run(run()).text == "An answer."
    assert (len(api.requests), len(log.responses)) == (1, 1)
    assert len({event.event_id for event in log.events}) == 1


def test_another_endpoint_model_or_prompt_is_another_request() -> None:
    here = "http://127.0.0.1:1/v1/messages"
    base = request_hash(here, REQUEST)
    assert base == request_hash(here, dict(reversed(REQUEST.items())))
    assert base != request_hash("https://api.anthropic.com/v1/messages", REQUEST)
    assert base != request_hash(here, {**REQUEST, "model": "claude-opus-5-5"})
    assert base != request_hash(here, {**REQUEST, "max_tokens": 65})


def test_without_a_key_nothing_is_asked(api: MessagesApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    for empty in (ModelSettings(base_url=api.url), ModelSettings(api_key=SecretStr(" "), base_url=api.url)):
        assert not empty.has_key
        client = MessagesClient(empty, TABLE["anthropic"])
        with pytest.raises(NoKey, match="ANTHROPIC_API_KEY"):
            asyncio.run(client.create(REQUEST))
    assert api.attempts == 0


def test_a_budget_refusal_is_on_the_record_and_costs_nothing(api: MessagesApi) -> None:
    log = Log()
    (error,) = ask(api, log, of=purse(per_day_usd=Decimal("0.0000001")))
    assert isinstance(error, Spared)
    assert "day cap" in str(error)
    assert api.attempts == 0
    assert [(event.kind.value, event.reason) for event in log.events] == [("CHECK", "BUDGET")]


def test_failures_in_a_row_open_the_breaker(api: MessagesApi) -> None:
    api.faults += [Fault.status(529)] * 5
    one_purse = purse(breaker_failures=2)
    got = [ask(api, Log(), {**REQUEST, "max_tokens": n}, of=one_purse, max_retries=0)[0] for n in range(1, 5)]
    assert [type(each).__name__ for each in got] == ["Unanswered", "Unanswered", "Spared", "Spared"]
    assert api.attempts == 2


def test_a_model_that_is_not_there_is_named_at_the_start(api: MessagesApi) -> None:
    async def check(*names: str) -> None:
        client = MessagesClient(settings(api), TABLE["anthropic"])
        try:
            await client.check_models(names)
        finally:
            await client.close()

    asyncio.run(check("claude-haiku-5-5", "claude-opus-5-5"))
    with pytest.raises(Unfit, match="claude-poet-1"):
        asyncio.run(check("claude-poet-1"))


def test_tokens_are_estimated_from_above_where_the_endpoint_does_not_count() -> None:
    async def counted(of: str, api: MessagesApi) -> int:
        client = MessagesClient(settings(api), TABLE[of])
        try:
            return await client.count(REQUEST)
        finally:
            await client.close()

    with MessagesApi() as api:
        exact = asyncio.run(counted("anthropic", api))
        assert asyncio.run(counted("ollama", api)) > exact
    with MessagesApi(counts_tokens=False) as api:
        assert asyncio.run(counted("anthropic", api)) > exact


def test_an_endpoint_that_ignores_the_schema_is_refused_at_the_start() -> None:
    with pytest.raises(Unfit, match=r"llama\.cpp .* ignores output_config\.format"):
        capabilities(ModelSettings(base_url="http://127.0.0.1:8080", endpoint="llama.cpp"))
    assert capabilities(ModelSettings(base_url="https://api.anthropic.com")).name == "anthropic"
    assert capabilities(ModelSettings(base_url="http://127.0.0.1:8080")).name == "other"


class Shape(BaseModel):
    count: int


@pytest.mark.parametrize(
    ("text", "stop_reason", "error"),
    [
        ("Certainly!", "end_turn", SchemaIgnored),
        ('{"count": "many"}', "end_turn", SchemaIgnored),
        ('{"cou', "max_tokens", Cut),
        ("", "refusal", Refusal),
    ],
)
def test_an_answer_out_of_shape_says_how_and_repeats_none_of_it(
    text: str, stop_reason: str, error: type[Exception]
) -> None:
    answer = Answer("h", "m", ({"type": "text", "text": text},), stop_reason, Usage())
    with pytest.raises(error) as raised:
        parsed(answer, Shape)
    assert "many" not in str(raised.value)
    assert "Certainly" not in str(raised.value)


def test_an_answer_in_shape_is_read() -> None:
    answer = Answer("h", "m", ({"type": "text", "text": '{"count": 3}'},), "end_turn", Usage())
    assert parsed(answer, Shape) == Shape(count=3)
