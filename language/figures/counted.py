"""Figures that count something, as intervals, and which of two exclude each other: "at least 50" does not
contradict "63", "up to 50" does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from language.numbers import Number, numbers

# Characters before a number in which it is hedged.
BEFORE = 40
# Units are compared by their first letters, so that member and members are one.
UNIT_STEM = 6
# What a plain number counts: the noun after it. "480 of its members" counts members.
COUNTED = re.compile(r"(?:\s(?:of\s)?(?:its|the|their|these|those))?[\s\u00a0\u202f]([^\W\d_]{2,})")
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
# Words after a number that make it a date, a time, or a place in a list.
NO_UNIT = {
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *(
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
    ),
    *("januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember"),
    *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre"),
    *(
        "noviembre",
        "diciembre",
        "janvier",
        "février",
        "mars",
        "avril",
        "juin",
        "juillet",
        "août",
        "septembre",
    ),
    *("octobre", "novembre", "décembre", "am", "pm", "gmt", "utc", "uhr", "heures", "horas", "hours"),
    *("year", "years", "jahr", "jahre", "jahren", "año", "años", "an", "ans", "st", "nd", "rd", "th"),
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


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, as an interval: hedged figures leave room on one side or both."""

    phrase: str
    unit: str
    low: Decimal
    high: Decimal


def figures(text: str, language: str) -> list[Figure]:
    """The numbers of a sentence that count something, with what they count."""
    found = (_figure(number, text) for number in numbers(text, language))
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


def _figure(number: Number, text: str) -> Figure | None:
    counted = None if number.unit else COUNTED.match(text, number.end)
    unit = counted.group(1).casefold() if counted else number.unit
    if not unit or unit == "year" or unit in NO_UNIT:
        return None
    before = text[max(0, number.start - BEFORE) : number.start]
    low, high = number.value - number.resolution / 2, number.value + number.resolution / 2
    if AT_LEAST.search(before):
        high = Decimal("Infinity")
    elif UP_TO.search(before):
        low = Decimal(0)
    elif ABOUT.search(before):
        low, high = number.value * Decimal("0.9"), number.value * Decimal("1.1")
    end = counted.end() if counted else number.end
    return Figure(phrase=text[number.start : end], unit=unit[:UNIT_STEM], low=low, high=high)
