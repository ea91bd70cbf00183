"""The gate: statements in, those that stand and those dropped out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agents.checks import quotes
from agents.checks.coverage import covered
from agents.checks.prose import objection
from agents.checks.reasons import Reason
from schemas.records import Citation, DroppedStatement, Statement

# The names under which a brief lists what its statements passed, in the order they run.
PASSED = ("links and markup", "quotes", "coverage")

# An article's version: its id, version and content hash.
SourceKey = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Gated:
    """What came through, in order, and what did not."""

    statements: tuple[Statement, ...]
    dropped: tuple[DroppedStatement, ...]


def gate(statements: Iterable[Statement], texts: Mapping[SourceKey, str]) -> Gated:
    """Checks statements against the citable texts (or prefixes of them) they cite.

    A citation whose quote is elsewhere in its text gets the right offsets; one whose quote is
    nowhere drops the whole statement. A judgement whose facts were dropped goes with them.
    """
    kept: list[tuple[int, Statement]] = []
    dropped: list[DroppedStatement] = []
    for index, statement in enumerate(statements):
        checked = _check(statement, texts)
        if isinstance(checked, Reason):
            dropped.append(_dropped(statement, checked))
        else:
            kept.append((index, checked))
    return _settle(kept, dropped)


def _settle(kept: list[tuple[int, Statement]], dropped: list[DroppedStatement]) -> Gated:
    """Coverage, and the indices of what statements rest on, after the drops."""
    places = {old: new for new, (old, _) in enumerate(kept)}
    moved = [
        replace(statement, basis=tuple(places[b] for b in statement.basis if b in places))
        for _, statement in kept
    ]
    bare = [statement for statement in moved if not covered(statement, moved)]
    if not bare:
        return Gated(tuple(moved), tuple(dropped))
    dropped = [*dropped, *(_dropped(statement, Reason.NO_CITATION) for statement in bare)]
    return _settle([(n, s) for n, s in enumerate(moved) if s not in bare], dropped)


def _check(statement: Statement, texts: Mapping[SourceKey, str]) -> Statement | Reason:
    objected = objection(statement.text)
    if objected is not None:
        return objected
    citations: list[Citation] = []
    for citation in statement.citations:
        text = texts.get((citation.article_id, citation.version, citation.content_hash))
        if text is None:
            return Reason.UNKNOWN_SOURCE
        if quotes.stands(citation.quote, text, citation.start, citation.end):
            place: tuple[int, int] | None = (citation.start, citation.end)
        else:
            place = quotes.find(citation.quote, text)
        if place is None:
            return Reason.QUOTE_NOT_FOUND
        # The quote as the source has it, so that a reader can compare byte for byte.
        citations.append(replace(citation, quote=text[slice(*place)], start=place[0], end=place[1]))
    return replace(statement, citations=tuple(citations))


def _dropped(statement: Statement, reason: Reason) -> DroppedStatement:
    """What was dropped is named by where it came from: its words may be why it was dropped."""
    places = [f"{c.article_id}[{c.start}:{c.end}]" for c in statement.citations]
    return DroppedStatement(text=", ".join(places) or "a statement without a source", reason=reason.value)
