"""Refuses what the API would: by the SDK's own types, and by the rules that types cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from anthropic.types.message_count_tokens_params import MessageCountTokensParams
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

from tests.fakes.messages_api.replies import Request

ONCE = TypeAdapter(MessageCreateParamsNonStreaming)
STREAMED = TypeAdapter(MessageCreateParamsStreaming)
COUNTED = TypeAdapter(MessageCountTokensParams)
KNOWN = {
    *MessageCreateParamsStreaming.__required_keys__,
    *MessageCreateParamsStreaming.__optional_keys__,
}
# Of a schema for structured output: a bound would be ignored, so it is refused.
BOUNDS = {"minimum", "maximum", "minLength", "maxLength", "maxItems", "multipleOf", "pattern"}
BREAKPOINTS = 4
BIGGEST_ONCE = 21_333


class Refused(Exception):
    """A 400, and why."""


def check(request: Request, counting: bool = False) -> None:
    """Raises Refused for what the API would answer with 400."""
    adapter = COUNTED if counting else STREAMED if request.get("stream") else ONCE
    try:
        _walk(adapter.validate_python(request))
    except ValidationError as error:
        raise Refused(str(error)) from error
    for problem in _problems(request, counting):
        raise Refused(problem)


def _walk(value: object) -> None:
    """Iterable fields validate when they are walked."""
    if isinstance(value, Mapping):
        for each in value.values():
            _walk(each)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            _walk(each)


def _problems(request: Request, counting: bool) -> Iterator[str]:
    unknown = sorted(request.keys() - KNOWN)
    if unknown:
        yield f"{unknown[0]}: Extra inputs are not permitted"
    if not counting and request["max_tokens"] < 1:
        yield "max_tokens: must be at least 1"
    if not counting and not request.get("stream") and request["max_tokens"] > BIGGEST_ONCE:
        yield "max_tokens: streaming is required for long answers"
    yield from _of_messages(request["messages"])
    blocks = list(all_blocks(request))
    if sum("cache_control" in block for block in [*blocks, *request.get("tools", [])]) > BREAKPOINTS:
        yield f"at most {BREAKPOINTS} blocks may have cache_control"
    if any(block.get("type") == "text" and not block["text"].strip() for block in blocks):
        yield "text content blocks must be non-empty"
    schema = (request.get("output_config") or {}).get("format")
    if schema is not None:
        if any(block.get("citations") for block in blocks):
            yield "citations are incompatible with output_config.format"
        yield from _of_schema(schema["schema"], "output_config.format.schema")
    for tool in request.get("tools", []):
        if tool.get("strict"):
            yield from _of_schema(tool["input_schema"], f"tools.{tool['name']}.input_schema")
    names = [tool["name"] for tool in request.get("tools", [])]
    if len(names) != len(set(names)):
        yield "tools: names must be unique"
    choice = (request.get("tool_choice") or {}).get("type")
    if choice in ("any", "tool") and "opus" in request["model"]:
        yield "tool_choice: this model does not allow forced tool use"


def _of_messages(messages: list[dict[str, Any]]) -> Iterator[str]:
    if not messages:
        yield "messages: at least one message is required"
        return
    if messages[0]["role"] != "user":
        yield "messages: the first message must be of the user"
    asked: set[str] = set()
    for n, each in enumerate(messages):
        blocks = each["content"] if isinstance(each["content"], list) else []
        answered = {b["tool_use_id"] for b in blocks if b["type"] == "tool_result"}
        if each["role"] == "user" and answered != asked:
            yield f"messages.{n}: tool_use ids {sorted(asked)} and tool_result ids {sorted(answered)} differ"
        asked = {b["id"] for b in blocks if b["type"] == "tool_use"} if each["role"] == "assistant" else set()
    if messages[-1]["role"] != "user":
        yield "messages: the last message must be of the user"


def _of_schema(schema: object, where: str) -> Iterator[str]:
    if isinstance(schema, list):
        for n, each in enumerate(schema):
            yield from _of_schema(each, f"{where}.{n}")
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{where}: additionalProperties must be false"
    bounds = sorted(BOUNDS & schema.keys()) if isinstance(schema.get("type"), str) else []
    if bounds:
        yield f"{where}: {bounds[0]} is not supported"
    for name, each in schema.items():
        yield from _of_schema(each, f"{where}.{name}")


def all_blocks(request: Request) -> Iterator[dict[str, Any]]:
    """Content blocks of system and messages in order; plain strings as text blocks."""
    parts = [request.get("system") or [], *(each["content"] for each in request["messages"])]
    for part in parts:
        yield from [{"type": "text", "text": part}] if isinstance(part, str) else part
