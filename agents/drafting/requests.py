"""Requests, laid out so that what is the same comes first: tools, house rules, desk, story, then the task.

The task stands after the material, so that the last word is ours; workers on one story share all that comes
before it. No clock and no random number: the same work makes the same request. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anthropic import transform_schema
from pydantic import BaseModel

from agents.drafting.shapes import Said
from agents.prompts import Prompts
from desks import Desk
from schemas.records import Statement

Request = dict[str, Any]
LONG, SHORT = {"type": "ephemeral", "ttl": "1h"}, {"type": "ephemeral", "ttl": "5m"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Builds the requests of one desk. ``caches``: whether the endpoint takes cache breakpoints."""

    prompts: Prompts
    desk: Desk
    max_tokens: int
    caches: bool

    def request(
        self,
        model: str,
        material: str,
        task: str,
        shape: type[BaseModel],
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> Request:
        """One request. ``material`` is from outside, ``task`` ours."""
        made: Request = {
            "model": model,
            "max_tokens": self.max_tokens,
            "system": [
                {"type": "text", "text": self.prompts["house"]},
                self._block(_persona(self.desk), LONG),
            ],
            "messages": [
                {
                    "role": "user",
                    "content": [self._block(material, SHORT), {"type": "text", "text": task}],
                }
            ],
            "output_config": {"format": {"type": "json_schema", "schema": transform_schema(shape)}},
        }
        if tools:
            made["tools"] = [dict(each) for each in tools]
        return made

    def _block(self, text: str, control: Mapping[str, str]) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "text", "text": text}
        return {**block, "cache_control": dict(control)} if self.caches else block


def with_rail(task: str, rail: Mapping[str, str]) -> str:
    """A task with the figures that may be named; see agents.checks.placeholders.offered."""
    listed = "\n".join(f"- `[rail:{key}]`: {words}" for key, words in rail.items())
    return f"{task}\n\nPlaceholders:\n{listed}" if listed else task


def to_judge(statements: Sequence[Statement], nonce: str) -> str:
    """Statements with their checked quotes, and nothing else of their sources."""
    shown = [
        {
            "statement": n,
            "kind": each.kind.value,
            "text": each.text,
            "rests_on": list(each.basis),
            "quotes": [c.quote for c in each.citations],
        }
        for n, each in enumerate(statements)
    ]
    return _marked("statements", shown, nonce)


def to_revise(flagged: Sequence[tuple[Said, str]], nonce: str) -> str:
    """Statements that did not pass, each with its fault."""
    return _marked("statements", [{**said.model_dump(), "fault": fault} for said, fault in flagged], nonce)


def continued(
    request: Request, content: Sequence[Mapping[str, Any]], results: list[Any], last: bool
) -> Request:
    """The request with a round of tools; ``last``: the model is to answer now."""
    messages = [
        *request["messages"],
        {"role": "assistant", "content": list(content)},
        {"role": "user", "content": results},
    ]
    ending = {"tool_choice": {"type": "none"}} if last else {}
    return {**request, "messages": messages, **ending}


def _marked(name: str, value: object, nonce: str) -> str:
    return f"<{name}-{nonce}>\n{json.dumps(value, ensure_ascii=False, indent=1)}\n</{name}-{nonce}>"


def _persona(desk: Desk) -> str:
    parts = [f"# Desk: {desk.title}\nMandate: {desk.mandate}\nAudience: {desk.audience}"]
    if desk.questions:
        parts.append("Standing questions:\n" + _listed(desk.questions))
    if desk.sections:
        parts.append("Its briefs cover, in this order, what sources say of:\n" + _listed(desk.sections))
    return "\n".join(parts)


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)
