"""Figures on which independent families disagree, found only where it is safe to say so.

Two sentences of different families must say the same apart from figures; in both, one figure alone
has the unit in question; and the figures must exclude each other: "at least 50" does not contradict
"63", "up to 50" does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from agents.candidates import Candidate
from agents.selection import agree_but_for_numbers
from agents.sources import key
from schemas.records import Citation, Contradiction

AT_MOST = 3
FIGURE = re.compile(
    r"(?<![\w.,:/-])(?P<currency>[$€£¥]\s?)?(?P<number>\d+(?:[.,]\d+)*)(?![\w:/]|-\d)"
    r"(?:\s?(?P<scale>thousand|million|billion|trillion|mio\.?|mrd\.?|millionen|milliarden|mil|millones|millions?|"
    r"milliards?|m|bn)\b)?\s?(?P<unit>%|[^\W\d_]{2,})?",
    re.IGNORECASE,
)
SCALES = {
    **dict.fromkeys(("thousand", "mil"), 3),
    **dict.fromkeys(("million", "millions", "millionen", "millones", "mio", "m"), 6),
    **dict.fromkeys(("billion", "bn", "milliarden", "mrd", "milliard", "milliards"), 9),
    "trillion": 12,
}
# Languages that write 1,200.5; others with figures here write 1.200,5.
POINT_DECIMAL = {"en", "zh", "ja", "ko", "th", "he"}
AT_LEAST = re.compile(
    r"(?i)(?:at least|more than|over|above|mindestens|mehr als|über|al menos|más de|au moins|plus de)\s*$"
)
UP_TO = re.compile(
    r"(?i)(?:up to|as many as|fewer than|less than|under|bis zu|höchstens|weniger als|hasta|menos de|"
    r"jusqu['’]à|moins de)\s*$"
)
ABOUT = re.compile(
    r"(?i)(?:about|around|some|nearly|almost|roughly|approximately|rund|etwa|ca\.|fast|knapp|unos|unas|casi|"
    r"alrededor de|cerca de|environ|près de|quelque)\s*$"
)
# Words after a number that make it a date, a time or a place in a list.
NO_UNIT = re.compile(
    r"(?i)^(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|avr|juin|juil|août|déc|uhr|"
    r"heures?|am|pm|gmt|utc|to|and|or|of|in|on|at|und|oder|y|o|de|et|ou|st|nd|rd|th|horas|year|years|jahre|años|ans)"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, as an interval: hedged figures leave room on one side or both."""

    phrase: str
    unit: str
    low: Decimal
    high: Decimal


def disagreements(candidates: Sequence[Candidate]) -> tuple[Contradiction, ...]:
    """At most three, in the order of the log, one for each unit."""
    found: dict[str, Contradiction] = {}
    for one, other in itertools.combinations(candidates, 2):
        if one.family == other.family or one.article.language != other.article.language:
            continue
        if not (one.terms.numbers and other.terms.numbers and agree_but_for_numbers(one.terms, other.terms)):
            continue
        for mine, theirs in _opposed(one, other):
            found.setdefault(mine.unit, _contradiction(one, mine, other, theirs))
    return tuple(found.values())[:AT_MOST]


def figures(text: str, language: str) -> list[Figure]:
    """The numbers of a sentence that count something, with what they count."""
    return [figure for match in FIGURE.finditer(text) if (figure := _figure(match, text, language))]


def _opposed(one: Candidate, other: Candidate) -> Iterator[tuple[Figure, Figure]]:
    mine, theirs = (_by_unit(figures(c.sentence.text, c.article.language)) for c in (one, other))
    for unit in mine.keys() & theirs.keys():
        if mine[unit].high < theirs[unit].low or theirs[unit].high < mine[unit].low:
            yield mine[unit], theirs[unit]


def _by_unit(found: list[Figure]) -> dict[str, Figure]:
    """Units that occur once; which of two figures another one contradicts cannot be known."""
    units = [figure.unit for figure in found]
    return {figure.unit: figure for figure in found if units.count(figure.unit) == 1}


def _figure(match: re.Match[str], text: str, language: str) -> Figure | None:
    unit = (match["currency"] or match["unit"] or "").strip().casefold()
    number = match["number"]
    year = number.isdigit() and len(number) == 4 and not match["currency"] and number[:2] in ("19", "20")
    value = _value(number, language)
    if not unit or year or value is None or NO_UNIT.match(unit):
        return None
    value = value.scaleb(SCALES.get((match["scale"] or "").casefold().rstrip("."), 0))
    before = text[: match.start()]
    low = high = value
    if AT_LEAST.search(before):
        high = Decimal("Infinity")
    elif UP_TO.search(before):
        low = Decimal(0)
    elif ABOUT.search(before):
        low, high = value * Decimal("0.9"), value * Decimal("1.1")
    return Figure(phrase=match.group().strip(), unit=unit[:6], low=low, high=high)


def _value(number: str, language: str) -> Decimal | None:
    thousands, point = (",", ".") if language in POINT_DECIMAL else (".", ",")
    whole, _, fraction = number.partition(point)
    groups = whole.split(thousands)
    if point in fraction or thousands in fraction or any(len(group) != 3 for group in groups[1:]):
        return None
    try:
        return Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
    except InvalidOperation:
        return None


def _contradiction(one: Candidate, mine: Figure, other: Candidate, theirs: Figure) -> Contradiction:
    return Contradiction(
        text=f"Figures differ: {_said(one, mine)} against {_said(other, theirs)}.",
        citations=(cite(one), cite(other)),
    )


def _said(candidate: Candidate, figure: Figure) -> str:
    article = candidate.article
    when = datetime.fromtimestamp(article.published_at / 1000, UTC)
    return f"“{figure.phrase}” ({article.publisher or candidate.family}, {when:%d %b %H:%M} UTC)"


def cite(candidate: Candidate) -> Citation:
    """The citation of a quoted sentence."""
    article_id, version, content_hash = key(candidate.article)
    sentence = candidate.sentence
    return Citation(
        article_id=article_id,
        version=version,
        content_hash=content_hash,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
    )
