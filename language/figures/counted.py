"""Figures that count something, as intervals, and which of two exclude each other: "at least 50" does not
contradict "63", "up to 50" does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from language.figures.calendar import calendar
from language.figures.hedges import Hedge, hedge
from language.folding import folded
from language.numbers import Number, numbers

# Units are compared by their first letters, so that member and members are one.
UNIT_STEM = 6
# What a plain number counts: the noun after it. "480 of its members" counts members.
COUNTED = re.compile(r"(?:\s(?:of\s)?(?:its|the|their|these|those))?[\s\u00a0\u202f]([^\W\d_]{2,})")
# Words after a number that make it a time, or a place in a list; months are the calendar's.
NO_UNIT = {
    *("am", "pm", "gmt", "utc", "uhr", "heures", "horas", "hours", "st", "nd", "rd", "th"),
    *("year", "years", "jahr", "jahre", "jahren", "año", "años", "an", "ans"),
    *(
        "to",
        "and",
        "or",
        "of",
        "in",
        "on",
        "at",
        "by",
        "from",
        "for",
        "per",
        "und",
        "oder",
        "bis",
        "von",
        "im",
    ),
    *("de", "del", "en", "y", "et", "ou", "du", "des", "le", "la", "les", "el", "los", "las", "the", "a"),
}
_ABOUT = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, as an interval: hedged figures leave room on one side or both."""

    phrase: str
    unit: str
    low: Decimal
    high: Decimal


def figures(text: str, language: str) -> list[Figure]:
    """The numbers of a sentence that count something, with what they count."""
    found = (_figure(number, text, language) for number in numbers(text, language))
    return [figure for figure in found if figure is not None]


def by_unit(text: str, language: str) -> dict[str, Figure]:
    """The figures of a sentence by units that occur once in it; which of two figures another one
    contradicts cannot be known."""
    return _once(figures(text, language))


def excludes(mine: Figure, theirs: Figure) -> bool:
    """Whether not both can be right."""
    return mine.high < theirs.low or theirs.high < mine.low


def opposed(one: str, other: str, language: str) -> Iterator[tuple[Figure, Figure]]:
    """The figures of two sentences of one language that exclude each other, one pair for each unit that
    either sentence has only once."""
    mine, theirs = by_unit(one, language), by_unit(other, language)
    for unit in mine:
        if unit in theirs and excludes(mine[unit], theirs[unit]):
            yield mine[unit], theirs[unit]


def _once(found: list[Figure]) -> dict[str, Figure]:
    times = Counter(figure.unit for figure in found)
    return {figure.unit: figure for figure in found if times[figure.unit] == 1}


def _figure(number: Number, text: str, language: str) -> Figure | None:
    counted = None if number.unit else COUNTED.match(text, number.end)
    unit = counted.group(1).casefold() if counted else number.unit
    if not unit or unit == "year" or unit in NO_UNIT or folded(unit) in calendar(language).months:
        return None
    low, high = number.value - number.resolution / 2, number.value + number.resolution / 2
    match hedge(text, number.start, number.end):
        case Hedge.OVER:
            high = Decimal("Infinity")
        case Hedge.UNDER:
            low = Decimal(0)
        case Hedge.ABOUT | Hedge.NEARLY:
            room = abs(number.value) * _ABOUT
            low, high = number.value - room, number.value + room
    end = counted.end() if counted else number.end
    return Figure(phrase=text[number.start : end], unit=unit[:UNIT_STEM], low=low, high=high)
