"""How many spoilt statements the gate catches, and how many correct ones it lets through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.checks import gate, names
from agents.checks.gate import Gated
from benchmarks.checks.briefs import Correct, extracted, paraphrased
from benchmarks.checks.mutations import Mutation, mutations
from schemas.records import Statement


@dataclass(frozen=True, slots=True)
class Caught:
    """Of spoilt statements of one kind."""

    made: int
    dropped: int
    downgraded: int

    @property
    def rate(self) -> float:
        """Share that was dropped or downgraded."""
        return (self.dropped + self.downgraded) / self.made if self.made else 0.0


def corpus() -> list[Correct]:
    """All correct statements: the extractive ones, then the paraphrases."""
    return [*extracted(), *paraphrased()]


def objected(correct: Sequence[Correct]) -> list[tuple[Correct, str]]:
    """The correct statements that the gate drops or downgrades for their words, with the reason."""
    found = []
    for each in correct:
        reason = verdict(each, each.statement)
        if reason:
            found.append((each, reason))
    return found


def spoilt(correct: Sequence[Correct]) -> list[Mutation]:
    """Every mutation of every statement."""
    persons: dict[str, list[str]] = {}
    for each in correct:
        for name in names.said(each.statement.text, each.language):
            if " " in name and name not in persons.setdefault(each.language, []):
                persons[each.language].append(name)
    return [
        mutation for each in correct for mutation in mutations(each, _foreign(each, persons[each.language]))
    ]


def caught(made: Iterable[Mutation]) -> Caught:
    """Counts what the gate does with them."""
    verdicts = [verdict(each.correct, each.statement) for each in made]
    down = sum(reason.startswith("low: ") for reason in verdicts)
    return Caught(len(verdicts), sum(bool(reason) for reason in verdicts) - down, down)


def verdict(correct: Correct, statement: Statement) -> str:
    """Why the gate drops the statement; "low: " and why it downgrades it; nothing if it stands as it is.

    That another source gives another figure is no fault of a statement, and is left out.
    """
    gated: Gated = gate([statement], correct.texts, correct.setting)
    if gated.dropped:
        return gated.dropped[0].reason
    doubts = [each.reason.value for each in gated.downgraded if each.reason.value != "CONTRADICTED"]
    return f"low: {doubts[0]}" if doubts else ""


def _foreign(correct: Correct, persons: Sequence[str]) -> list[str]:
    """Names of which no word is in any text of the story."""
    known = {word.casefold() for text in correct.texts.values() for word in text.replace(",", " ").split()}
    free = [name for name in persons if not any(word.casefold() in known for word in name.split())]
    return free or ["Quentin Abernathy"]
