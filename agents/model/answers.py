"""Requests and answers as values: their hash, their usage, their JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agents.model.errors import Cut, Lost, Refusal, SchemaIgnored
from agents.money.prices import Usage
from schemas.identity import hash_of

M = TypeVar("M", bound=BaseModel)


def request_hash(endpoint: str, request: Mapping[str, Any]) -> str:
    """Of endpoint, model and the whole request: another endpoint's answer never stands in."""
    return hash_of({"endpoint": endpoint, "model": request["model"], "request": dict(request)})


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that the model asks for."""

    id: str
    name: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, paid for or taken from the log. ``cost`` is what it cost when it was made."""

    request_hash: str
    answer_id: str
    content: tuple[Mapping[str, Any], ...]
    stop_reason: str
    usage: Usage
    cost: Decimal = Decimal(0)

    @property
    def text(self) -> str:
        """All text blocks."""
        return "".join(str(block.get("text", "")) for block in self.content if block.get("type") == "text")

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """In the order in which they are asked for."""
        return tuple(
            ToolUse(str(block["id"]), str(block["name"]), dict(block.get("input") or {}))
            for block in self.content
            if block.get("type") == "tool_use"
        )


def read(request_hash: str, body: bytes) -> Answer:
    """The answer in a body. Raises Lost for one that is no whole message."""
    try:
        message = json.loads(body)
        if message["type"] != "message":
            raise KeyError("type")
        return Answer(
            request_hash=request_hash,
            answer_id=str(message["id"]),
            content=tuple(message["content"]),
            stop_reason=str(message["stop_reason"]),
            usage=Usage.of(message["usage"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Lost(f"the model's answer came damaged ({type(error).__name__})") from error


def parsed(answer: Answer, shape: type[M]) -> M:
    """The answer's JSON in the shape that was asked for. Raises Refusal, Cut, SchemaIgnored."""
    if answer.stop_reason == "refusal":
        raise Refusal("the model declined to answer")
    if answer.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        raise Cut("the model's answer reached its length limit")
    try:
        return shape.model_validate_json(answer.text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise SchemaIgnored(
                "the model's answer is no JSON: its endpoint ignores output_config.format, see docs/agents.md"
            ) from error
        place = ".".join(str(step) for step in first["loc"])
        raise SchemaIgnored(
            f"the model's answer breaks the schema at {place or 'its root'} ({first['type']})"
        ) from error
