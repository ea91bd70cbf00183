"""What a scripted model sees in a request: sources, results of tools, its task."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.messages_api.replies import Request

SOURCE = re.compile(r'<source-(\w+) id="(s\d+)"[^>]*>\n(.*?)\n</source-\1>', re.DOTALL)
LISTED = re.compile(r'^id="(s\d+)"', re.MULTILINE)
LINES = re.compile(r"<lines-(\w+)>\n(.*?)\n</lines-\1>", re.DOTALL)
JUDGED = re.compile(r"<statements-(\w+)>\n(.*?)\n</statements-\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Seen:
    """``step`` is known by the shape that is asked for; ``sources`` are sentences by opaque id."""

    step: str
    sources: dict[str, list[str]]
    listed: list[str]
    statements: list[dict[str, Any]]
    lines: list[str]
    results: list[str]
    rounds: int
    tools: list[str]


def seen(request: Request) -> Seen:
    """From a request as the drafting room builds it."""
    first = "\n".join(block["text"] for block in request["messages"][0]["content"])
    schema = request["output_config"]["format"]["schema"]
    found, lines = JUDGED.search(first), LINES.search(first)
    results = [
        str(block["content"])
        for each in request["messages"][1:]
        if each["role"] == "user"
        for block in each["content"]
        if block["type"] == "tool_result"
    ]
    may_use = request.get("tool_choice", {}).get("type") != "none"
    return Seen(
        step=str(schema["title"]),
        sources={ident: text.split("\n") for _, ident, text in SOURCE.findall(first)},
        listed=LISTED.findall(first),
        statements=json.loads(found.group(2)) if found else [],
        lines=json.loads(lines.group(2)) if lines else [],
        results=results,
        rounds=sum(each["role"] == "assistant" for each in request["messages"]),
        tools=[tool["name"] for tool in request.get("tools", [])] if may_use else [],
    )
