"""The gate: statements in, those that stand and those dropped out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.checks import likelihood
from agents.checks.claims import DOWNGRADING, DROPPING, OF_LINES, OF_QUOTATIONS, claim_of, line_of
from agents.checks.contradictions import contradicted
from agents.checks.coverage import covered
from agents.checks.placeholders import filled, without
from agents.checks.prose import objection
from agents.checks.reasons import Reason
from agents.checks.setting import Setting, SourceKey, source_key
from language.reading import quotes
from schemas.records import Citation, Contradiction, DroppedStatement, Statement, StatementKind

__all__ = ["PASSED", "Downgrade", "Gated", "SourceKey", "gate", "line_objection"]

# The names under which a brief lists what its statements passed, in the order they run.
PASSED = ("links and markup", "quotes", *DROPPING, "coverage")
LOW = "low"
_NOWHERE = Setting()


@dataclass(frozen=True, slots=True)
class Downgrade:
    """A statement that stays with low confidence: its place among those that stand, and why."""

    index: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Gated:
    """What came through, in order, and what did not; what was downgraded, and what contradicts it."""

    statements: tuple[Statement, ...]
    dropped: tuple[DroppedStatement, ...]
    downgraded: tuple[Downgrade, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class _Checked:
    """A statement that stands, and what speaks against its being certain."""

    statement: Statement
    doubts: tuple[Reason, ...] = ()
    contradictions: tuple[Contradiction, ...] = field(default=())


def gate(
    statements: Iterable[Statement], texts: Mapping[SourceKey, str], setting: Setting = _NOWHERE
) -> Gated:
    """Checks statements against the citable texts (or prefixes of them) they cite.

    A citation whose quote is elsewhere in its text gets the right offsets; one whose quote is
    nowhere drops the whole statement. A judgement whose facts were dropped goes with them.
    Placeholders of the rail are filled in. A downgraded statement's confidence is "low".
    """
    drafted = [(statement, _located(statement, texts)) for statement in statements]
    kept: list[tuple[int, _Checked]] = []
    dropped: list[DroppedStatement] = []
    for index, (statement, located) in enumerate(drafted):
        checked = located if isinstance(located, Reason) else _check(located, drafted, texts, setting)
        if isinstance(checked, Reason):
            dropped.append(_dropped(statement, checked))
        else:
            kept.append((index, checked))
    return _settle(kept, dropped)


def line_objection(text: str, texts: Mapping[SourceKey, str], setting: Setting = _NOWHERE) -> Reason | None:
    """Why a headline, a bottom line or another line without citations may not stand; ``texts`` are all of
    the brief's."""
    objected = objection(without(text))
    if objected is not None:
        return objected
    if filled(text, setting.rail) is None:
        return Reason.UNKNOWN_PLACEHOLDER
    line = line_of(text, texts, setting)
    if line.verbatim:
        return None
    return next((reason for check in OF_LINES.values() if (reason := check(line)) is not None), None)


def _settle(kept: list[tuple[int, _Checked]], dropped: list[DroppedStatement]) -> Gated:
    """Coverage, and the indices of what statements rest on, after the drops."""
    places = {old: new for new, (old, _) in enumerate(kept)}
    moved = [
        replace(each.statement, basis=tuple(places[b] for b in each.statement.basis if b in places))
        for _, each in kept
    ]
    bare = [place for place, statement in enumerate(moved) if not covered(statement, moved)]
    again = [
        (place, replace(each, statement=statement))
        for place, (statement, (_, each)) in enumerate(zip(moved, kept, strict=True))
    ]
    if bare:
        dropped = [*dropped, *(_dropped(moved[place], Reason.NO_CITATION) for place in bare)]
        return _settle([each for each in again if each[0] not in bare], dropped)
    return Gated(
        statements=tuple(moved),
        dropped=tuple(dropped),
        downgraded=tuple(Downgrade(place, doubt) for place, each in again for doubt in each.doubts),
        contradictions=tuple(found for _, each in again for found in each.contradictions),
    )


def _located(statement: Statement, texts: Mapping[SourceKey, str]) -> Statement | Reason:
    """The statement with each quote as its source has it, so that a reader can compare byte for byte."""
    objected = objection(without(statement.text))
    if objected is not None:
        return objected
    citations: list[Citation] = []
    for citation in statement.citations:
        text = texts.get(source_key(citation))
        if text is None:
            return Reason.UNKNOWN_SOURCE
        if quotes.stands(citation.quote, text, citation.start, citation.end):
            place: tuple[int, int] | None = (citation.start, citation.end)
        else:
            place = quotes.find(citation.quote, text)
        if place is None:
            return Reason.QUOTE_NOT_FOUND
        citations.append(replace(citation, quote=text[slice(*place)], start=place[0], end=place[1]))
    return replace(statement, citations=tuple(citations))


def _check(
    statement: Statement,
    drafted: Sequence[tuple[Statement, Statement | Reason]],
    texts: Mapping[SourceKey, str],
    setting: Setting,
) -> _Checked | Reason:
    """A statement's words against its citations and those of the facts that it rests on."""
    text = filled(statement.text, setting.rail)
    if text is None:
        return Reason.UNKNOWN_PLACEHOLDER
    grounds = [drafted[b][1] for b in statement.basis if 0 <= b < len(drafted)]
    citations = [c for ground in grounds if isinstance(ground, Statement) for c in ground.citations]
    whole = replace(statement, citations=(*statement.citations, *citations))
    if not whole.citations:
        # Coverage drops it, with the reason that says so.
        return _Checked(statement)
    claim = claim_of(whole, texts, setting)
    for name in DROPPING:
        if not claim.verbatim or name in OF_QUOTATIONS:
            reason = DROPPING[name](claim)
            if reason is not None:
                return reason
    doubts = [
        reason
        for name, check in DOWNGRADING.items()
        if (not claim.verbatim or name in OF_QUOTATIONS) and (reason := check(claim)) is not None
    ]
    opposite = contradicted(claim, texts, setting) if statement.kind is StatementKind.FACT else None
    if opposite is not None:
        doubts.append(Reason.CONTRADICTED)
    return _Checked(
        replace(
            statement,
            text=text,
            likelihood=likelihood.named(statement),
            confidence=LOW if doubts else statement.confidence,
        ),
        tuple(doubts),
        (opposite,) if opposite is not None else (),
    )


def _dropped(statement: Statement, reason: Reason) -> DroppedStatement:
    """What was dropped is named by where it came from: its words may be why it was dropped."""
    places = [f"{c.article_id}[{c.start}:{c.end}]" for c in statement.citations]
    return DroppedStatement(text=", ".join(places) or "a statement without a source", reason=reason.value)
