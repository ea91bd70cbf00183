"""Every reported fact has a source; every judgement and forecast rests on a fact."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.records import Statement, StatementKind


def covered(statement: Statement, facts: Sequence[Statement]) -> bool:
    """Whether the statement rests on something; ``facts`` are all statements of the brief, in order."""
    if statement.kind is StatementKind.FACT:
        return bool(statement.citations)
    return any(
        0 <= index < len(facts) and facts[index].kind is StatementKind.FACT and facts[index].citations
        for index in statement.basis
    )
