"""Estimative language: the seven terms of ICD 203 ("Analytic Standards", 2015) and their ranges, and the
words of other languages that mean them.

A forecast says how likely it is; a fact does not, unless its source does; likelihood and confidence do not
mix in one sentence (the same directive); a percentage beside a term lies in the term's range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.checks.reasons import Reason
from schemas.records import Statement, StatementKind


@dataclass(frozen=True, slots=True)
class Term:
    """A term and the percentages it stands for, both ends included."""

    name: str
    low: int
    high: int


TERMS = tuple(
    Term(*row)
    for row in (
        ("almost no chance", 1, 5),
        ("very unlikely", 5, 20),
        ("unlikely", 20, 45),
        ("roughly even chance", 45, 55),
        ("likely", 55, 80),
        ("very likely", 80, 95),
        ("almost certain", 95, 99),
    )
)
CONFIDENCE = ("low", "moderate", "high")
# The longer expressions first: "very unlikely" holds "unlikely", and that "likely".
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "almost no chance",
        r"almost no chance|remote chance|(?:so gut wie|nahezu) ausgeschlossen|presque aucune chance|"
        r"quasiment exclue?|casi ninguna posibilidad|pr[aá]cticamente descartad[oa]",
    ),
    (
        "very unlikely",
        r"very unlikely|highly (?:unlikely|improbable)|sehr unwahrscheinlich\w*|höchst unwahrscheinlich\w*|"
        r"tr[eè]s (?:peu probable|improbable)\w*|muy (?:improbable|poco probable)\w*",
    ),
    (
        "unlikely",
        r"unlikely|improbabl[ey]\w*|unwahrscheinlich\w*|peu probables?|poco probables?",
    ),
    (
        "roughly even chance",
        r"roughly even (?:chance|odds)|even (?:chance|odds)|fifty-fifty|etwa gleich wahrscheinlich|"
        r"une chance sur deux|aussi probable qu\w*|tan probable como",
    ),
    (
        "almost certain",
        r"almost certain(?:ly)?|nearly certain(?:ly)?|(?:so gut wie|fast|nahezu) sicher|"
        r"(?:presque|quasi(?:ment)?) certain\w*|casi (?:seguro|segura|con certeza)",
    ),
    (
        "very likely",
        r"very likely|highly (?:likely|probable)|sehr wahrscheinlich\w*|höchstwahrscheinlich\w*|"
        r"tr[eè]s probable\w*|muy probable\w*",
    ),
    (
        "likely",
        r"likely|probabl[ey]|wahrscheinlich\w*|voraussichtlich\w*|probables?|probablement|probablemente",
    ),
)
_FOUND = re.compile(
    "|".join(rf"(?P<t{n}>\b(?:{words})\b)" for n, (_, words) in enumerate(_WORDS)), re.IGNORECASE
)
_CONFIDENT = re.compile(
    r"\b(?:low|moderate|high)\s+confidence\b|\b(?:geringe[rms]?|mittlere[rms]?|hohe[rms]?)\s+(?:Sicherheit|Zuversicht)\b|"
    r"\bconfiance\s+(?:faible|moyenne|élevée)\b|\bconfianza\s+(?:baja|media|alta)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"(\d{1,3})(?:\s?(?:-|–|to|bis|à|a)\s?(\d{1,3}))?\s?(?:%|per ?cent|percent|prozent|pour cent|por ciento)"
    r"(?:\s(?:\w+\s)?(?:chance|likelihood|probability|wahrscheinlich\w*|probabilit\w+|probabilidad))?",
    re.IGNORECASE,
)
_NEAR = 24


def term(name: str) -> Term | None:
    """The ICD 203 term of that name, whatever its case and white space."""
    plain = " ".join(name.casefold().replace("_", " ").split())
    return next((each for each in TERMS if each.name == plain), None)


def terms(text: str) -> tuple[tuple[Term, int, int], ...]:
    """The terms that a text uses, with their places."""
    found = []
    for match in _FOUND.finditer(text):
        name = next(name for n, (name, _) in enumerate(_WORDS) if match[f"t{n}"])
        known = term(name)
        assert known is not None, f"{name} is no term"
        found.append((known, *match.span()))
    return tuple(found)


def objection(statement: Statement, cited: str) -> Reason | None:
    """Why a statement's estimate may not stand; ``cited`` are its quotes.

    LIKELIHOOD_MISSING is given for judgements too: they are downgraded, forecasts are dropped.
    """
    used = terms(statement.text)
    named = term(statement.likelihood) if statement.likelihood else None
    if statement.likelihood and named is None:
        return Reason.LIKELIHOOD_UNKNOWN
    if used and _CONFIDENT.search(statement.text):
        return Reason.LIKELIHOOD_AND_CONFIDENCE
    if any(_out_of_range(each, statement.text) for each in used):
        return Reason.LIKELIHOOD_DIFFERS
    if statement.kind is StatementKind.FACT:
        sourced = {each for each, _, _ in terms(cited)}
        unsourced = named is not None or any(each not in sourced for each, _, _ in used)
        return Reason.LIKELIHOOD_IN_FACT if unsourced else None
    if named is not None and used and all(each != named for each, _, _ in used):
        return Reason.LIKELIHOOD_DIFFERS
    if named is None and not used:
        certain = statement.kind is StatementKind.JUDGEMENT and statement.confidence
        return None if certain else Reason.LIKELIHOOD_MISSING
    return None


def named(statement: Statement) -> str | None:
    """The statement's likelihood as its field has it, or else as its words do; facts have none."""
    if statement.likelihood:
        known = term(statement.likelihood)
        return known.name if known else None
    used = terms(statement.text) if statement.kind is not StatementKind.FACT else ()
    return used[0][0].name if used else None


def _out_of_range(used: tuple[Term, int, int], text: str) -> bool:
    """Whether a percentage directly beside the term contradicts it: "likely (90 %)"."""
    known, start, end = used
    for match in _PERCENT.finditer(text, max(0, start - _NEAR), min(len(text), end + _NEAR)):
        beside = text[end : match.start()] if match.start() >= end else text[match.end() : start]
        if re.fullmatch(r"\W*(?:chance|or|that is|i\.e\.|d\. ?h\.|soit|es decir)?\W*", beside):
            low, high = int(match[1]), int(match[2] or match[1])
            return not known.low <= low <= high <= known.high
    return False
