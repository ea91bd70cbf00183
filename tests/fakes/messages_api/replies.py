"""What a scripted model answers, and how it becomes a message or a stream of events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Request = dict[str, Any]
PIECE = 24


@dataclass(frozen=True, slots=True)
class Reply:
    """Content blocks of an answer, and why it stopped."""

    content: tuple[dict[str, Any], ...]
    stop_reason: str = "end_turn"

    @classmethod
    def text(cls, text: str, stop_reason: str = "end_turn") -> Reply:
        return cls(({"type": "text", "text": text},), stop_reason)

    @classmethod
    def json(cls, value: object) -> Reply:
        return cls.text(json.dumps(value, ensure_ascii=False))

    @classmethod
    def tools(cls, *calls: tuple[str, dict[str, Any]], turn: int = 0) -> Reply:
        """Asks for tools; the ids are a function of the turn, so that the next request is too."""
        blocks = tuple(
            {"type": "tool_use", "id": f"toolu_{turn}_{n}", "name": name, "input": given}
            for n, (name, given) in enumerate(calls)
        )
        return cls(blocks, "tool_use")

    @property
    def tokens(self) -> int:
        """Four characters to a token, as a rule of thumb; at least one."""
        return max(1, len(json.dumps(self.content, ensure_ascii=False)) // 4)


Model = Callable[[Request], Reply]


def says(text: str) -> Model:
    """A model that always says the same."""
    return lambda _: Reply.text(text)


def message(reply: Reply, model: str, number: int, usage: dict[str, Any]) -> dict[str, Any]:
    """The body of a whole answer."""
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": list(reply.content),
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def events(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same answer as a stream: names of events and their data."""
    usage = whole["usage"]
    opening = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield "message_start", {"message": opening}
    for index, block in enumerate(whole["content"]):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        yield "content_block_start", {"index": index, "content_block": empty}
        full = block["text"] if is_text else json.dumps(block["input"])
        kind, field = ("text_delta", "text") if is_text else ("input_json_delta", "partial_json")
        for at in range(0, len(full), PIECE):
            delta = {"type": kind, field: full[at : at + PIECE]}
            yield "content_block_delta", {"index": index, "delta": delta}
        yield "content_block_stop", {"index": index}
    closing = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": closing, "usage": {"output_tokens": usage["output_tokens"]}}
    yield "message_stop", {}
