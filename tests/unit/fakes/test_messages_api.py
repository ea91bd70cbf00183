"""The Messages API of our own: as the SDK sees it."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2
import pytest

from tests.fakes.messages_api import Fault, MessagesApi, Reply
from tests.fakes.messages_api.usage import Cache

REQUEST: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What moved?"}],
}


def client(api: MessagesApi, **more: Any) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="test", base_url=api.url, **{"max_retries": 0, **more})


def test_a_stream_says_the_same_as_the_whole() -> None:
    tools = Reply(
        (
            {"type": "text", "text": "Let me look. " * 9},
            {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {"query": "port strike"}},
        ),
        "tool_use",
    )
    with MessagesApi(lambda _: tools) as api, client(api) as sdk:
        whole = sdk.messages.create(**REQUEST)
        with sdk.messages.stream(**REQUEST) as stream:
            streamed = stream.get_final_message()
    assert [
        (block.type, getattr(block, "text", None) or getattr(block, "input", None))
        for block in streamed.content
    ] == [
        (block.type, getattr(block, "text", None) or getattr(block, "input", None)) for block in whole.content
    ]
    assert (streamed.stop_reason, streamed.usage.output_tokens) == ("tool_use", whole.usage.output_tokens)


def test_a_stream_may_end_early_or_be_dropped() -> None:
    with MessagesApi("A long answer. " * 50, [Fault("truncate"), Fault("drop")]) as api, client(api) as sdk:
        with sdk.messages.stream(**REQUEST) as stream:
            assert stream.get_final_message().stop_reason is None
        with (
            pytest.raises((anthropic.APIError, httpx2.HTTPError, json.JSONDecodeError)),
            sdk.messages.stream(**REQUEST) as stream,
        ):
            stream.get_final_message()


def test_models_and_tokens() -> None:
    with MessagesApi() as api, client(api) as sdk:
        assert {each.id for each in sdk.models.list()} >= {"claude-haiku-5-5"}
        assert sdk.models.retrieve("claude-opus-5-5").lifecycle == "active"
        with pytest.raises(anthropic.NotFoundError):
            sdk.models.retrieve("claude-poet-1")
        counted = sdk.messages.count_tokens(model=REQUEST["model"], messages=REQUEST["messages"])
        assert counted.input_tokens == sdk.messages.create(**REQUEST).usage.input_tokens


SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}


def format_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 30_000}, "streaming"),
        ({"messages": []}, "at least one"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "of the user"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-empty"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "source"),
        ({"extra_body": {"temperature": 0.5}}, "temperature"),
        (format_of({"type": "object", "properties": {}}), "additionalProperties"),
        (format_of({**SCHEMA, "properties": {"n": {"type": "integer", "minimum": 1}}}), "minimum"),
        (
            {"model": "claude-opus-5-5", "tool_choice": {"type": "any"}, "tools": []},
            "forced tool use",
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": "x"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "t1", "name": "n", "input": {}}],
                    },
                    {"role": "user", "content": "no result"},
                ]
            },
            "tool_use ids",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
                            for _ in range(5)
                        ],
                    }
                ]
            },
            "cache_control",
        ),
    ],
)
def test_what_the_real_one_would_refuse_is_refused(change: dict[str, Any], said: str) -> None:
    with MessagesApi() as api:
        body = {**REQUEST, **{k: v for k, v in change.items() if k != "extra_body"}}
        body |= change.get("extra_body", {})
        headers = {"Authorization": "Bearer test", "anthropic-version": "2026-10-21"}
        answer = httpx2.post(f"{api.url}/v1/messages", json=body, headers=headers, trust_env=False)
        assert answer.status_code == 400
        assert said in answer.json()["error"]["message"]
        assert httpx2.post(f"{api.url}/v1/messages", json=REQUEST, trust_env=False).status_code == 401
        assert api.requests == []


def test_the_cache_reads_the_longest_prefix_and_forgets() -> None:
    now = [0.0]
    cache = Cache(lambda: now[0])
    long = "The port said so. " * 600

    def request(task: str) -> dict[str, Any]:
        blocks = [
            {"type": "text", "text": long, "cache_control": {"type": "ephemeral", "ttl": "5m"}},
            {"type": "text", "text": task},
        ]
        return {**REQUEST, "messages": [{"role": "user", "content": blocks}]}

    first = cache.usage(request("one"), Reply.text("x"))
    second = cache.usage(request("two"), Reply.text("x"))
    assert first["cache_creation_input_tokens"] == second["cache_read_input_tokens"] > 1024
    assert (first["cache_read_input_tokens"], second["cache_creation_input_tokens"]) == (0, 0)
    other = cache.usage({**request("one"), "model": "claude-opus-5-5"}, Reply.text("x"))
    assert other["cache_read_input_tokens"] == 0
    now[0] = 1000.0
    assert cache.usage(request("one"), Reply.text("x"))["cache_read_input_tokens"] == 0
