"""Each kind of endpoint is asked only what its row says it can do, and one that cannot is named."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import SecretStr

from agents.model import ModelSettings
from agents.model.client import MessagesClient
from agents.model.endpoints import TABLE, capabilities
from agents.model.errors import Unfit
from agents.model.settings import Endpoint
from schemas.records import Brief, BriefStatus, Writer
from tests.fakes.messages_api import MessagesApi, Reply, Request
from tests.fakes.messages_api.honest import Honest
from tests.fakes.newsroom import Newsroom, desk_tools
from tests.support.newsdesk import port_strike, work

USABLE = [each for each in TABLE.values() if each.schema != "ignored"]
KINDS = [each.name for each in USABLE]


def brief(api: MessagesApi, kind: str, materiality: float) -> Brief:
    made = work(port_strike())
    of = replace(made, assignment=replace(made.assignment, materiality=materiality))
    return Newsroom(api, endpoint=kind, tools=desk_tools).briefs(of)[0]


def test_every_kind_that_can_be_named_has_a_row() -> None:
    assert set(TABLE) == set(get_args(Endpoint)) - {"auto"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_always_sent_and_breakpoints_only_where_prompts_are_cached(kind: str) -> None:
    with MessagesApi(Honest()) as api:
        assert brief(api, kind, 0.9).writer is Writer.MODEL
        assert all(request["output_config"]["format"]["type"] == "json_schema" for request in api.requests)
        assert all(("cache_control" in str(each)) is TABLE[kind].caches_prompts for each in api.requests)
        assert any(usage["cache_creation_input_tokens"] for usage in api.usages) is TABLE[kind].caches_prompts


@pytest.mark.parametrize("kind", KINDS)
def test_answers_come_piece_by_piece_where_they_can(kind: str) -> None:
    with MessagesApi(Honest()) as api:
        assert brief(api, kind, 0.9).writer is Writer.MODEL
        assert api.streamed == (len(api.requests) if TABLE[kind].streams else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_only_an_endpoint_that_counts_and_lists_is_asked_to(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noted(handler: Any, method: str) -> Any:
        def answer(self: Any) -> None:
            asked.append(f"{method} {self.path.split('?')[0]}")
            handler(self)

        return answer

    async def both(api: MessagesApi) -> None:
        given = ModelSettings(api_key=SecretStr("test"), base_url=api.url, endpoint=kind)  # type: ignore[arg-type]
        client = MessagesClient(given, capabilities(given))
        message = {"role": "user", "content": "What happened?"}
        try:
            counted = await client.count({"model": "m", "max_tokens": 256, "messages": [message]})
            await client.check_models(["claude-haiku-5-5"])
        finally:
            await client.close()
        assert counted > 0

    with MessagesApi() as api:
        of = api._server.RequestHandlerClass
        for method in ("GET", "POST"):
            name = f"do_{method}"
            monkeypatch.setattr(of, name, noted(getattr(of, name), method))
        asyncio.run(both(api))
    row = TABLE[kind]
    wanted = ["POST /v1/messages/count_tokens"] * row.counts_tokens
    assert asked == wanted + ["GET /v1/models/claude-haiku-5-5"] * row.lists_models


@pytest.mark.parametrize("materiality", [0.3, 0.9])
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("The harbour burns.", "is no JSON: its endpoint ignores output_config.format"),
        ("```json\n{}\n```", "is no JSON: its endpoint ignores output_config.format"),
        (json.dumps({"summary": "The harbour burns."}), "breaks the schema at "),
        (json.dumps([]), "breaks the schema at its root"),
    ],
)
def test_an_endpoint_that_ignores_the_schema_leaves_the_floor_and_is_the_reason(
    materiality: float, answer: str, fault: str
) -> None:
    def model(_: Request) -> Reply:
        return Reply.text(answer)

    with MessagesApi(model) as api:
        found = brief(api, "other", materiality)
        # One call, or the planner's and those of the usual workers: nothing that rests on their answers.
        assert len(api.requests) == (1 if materiality < 0.6 else 3)
    assert (found.status, found.writer) == (BriefStatus.DEGRADED, Writer.EXTRACTIVE)
    assert fault in found.gaps[0]
    assert "burns" not in str(found)


@pytest.mark.parametrize("kind", [each.name for each in TABLE.values() if each.schema == "ignored"])
def test_one_that_is_known_to_ignore_it_is_refused_before_anything_is_asked(kind: str) -> None:
    with pytest.raises(Unfit, match="ignores output_config"):
        capabilities(ModelSettings(base_url="http://127.0.0.1:8080", endpoint=kind))  # type: ignore[arg-type]
