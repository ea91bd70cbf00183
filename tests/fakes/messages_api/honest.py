"""A model that does as it should: it quotes what it states, changes a word or two, and claims no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fakes.messages_api.replies import Reply, Request
from tests.fakes.messages_api.seen import Seen, seen


@dataclass(frozen=True, slots=True)
class Honest:
    """``uses_tools``: in its first round each worker looks at the archive. ``workers``: whom it plans."""

    uses_tools: bool = False
    workers: tuple[str, ...] = ("facts", "disagreement", "outlook")

    def __call__(self, request: Request) -> Reply:
        shown = seen(request)
        if self.uses_tools and shown.tools and shown.rounds == 0:
            return Reply.tools(("search_archive", {"query": "port strike", "kind": "article"}))
        if shown.step == "Translated":
            # Into every language alike: what it says is what it was given.
            return Reply.json({"lines": shown.lines})
        if shown.step == "Plan":
            return Reply.json({"tasks": [{"worker": each, "items": shown.listed} for each in self.workers]})
        if shown.step == "Verdicts":
            return Reply.json({"verdicts": [_passed(each["statement"]) for each in shown.statements]})
        return Reply.json(_lead(shown) if shown.step == "Lead" else _section(shown))


def _passed(number: int) -> dict[str, Any]:
    return {"statement": number, "supported": True, "fault": "none"}


def _lead(shown: Seen) -> dict[str, Any]:
    ident, lines = next(iter(shown.sources.items()))
    told = {"text": lines[0], "quotes": [{"item": ident, "quote": lines[0]}]}
    body = lines[1] if len(lines) > 1 else lines[0]
    return {
        "headline": told,
        "bottom_line": {"text": body, "quotes": [{"item": ident, "quote": body}]},
        **_section(shown),
    }


def _section(shown: Seen) -> dict[str, Any]:
    statements = [
        said("FACT", line, [(ident, line)]) for ident, lines in shown.sources.items() for line in lines[1:3]
    ][:6]
    if statements:
        first = statements[0]
        quoted = [(first["quotes"][0]["item"], first["quotes"][0]["quote"])]
        statements.append(said("JUDGEMENT", first["text"], quoted, basis=[0], likelihood="likely"))
    return {"statements": statements}


def said(
    kind: str, text: str, quotes: list[tuple[str, str]], basis: list[int] | None = None, **more: Any
) -> dict[str, Any]:
    """A statement as the schema asks for it."""
    return {
        "kind": kind,
        "text": text,
        "quotes": [{"item": item, "quote": quote} for item, quote in quotes],
        "basis": basis or [],
        "likelihood": None,
        "confidence": None,
        **more,
    }
