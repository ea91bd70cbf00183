"""Figures of a text: digits and words, with unit and hedge, and whether one follows from another.

Digits are read by language.numbers, numbers in words by text2num (a parser for eight languages); what
belongs to a date is left out. "About", "more than" and "nearly" widen what a figure may rest on, as
rounding does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from text_to_num import find_numbers

from language.figures import units
from language.figures.dates import Said, dates
from language.figures.hedges import Hedge, hedge
from language.folding import folded
from language.numbers import numbers
from schemas.strings import unbroken

SPELLED = {"en", "fr", "es", "pt", "de", "nl", "it", "da"}
_SCALES = {
    "hundred", "thousand", "million", "millions", "billion", "billions", "trillion", "trillions",
    "tausend", "millionen", "milliarde", "milliarden", "billionen", "mil", "millón", "millones", "billón",
    "billones", "mille", "milliard", "milliards",
}  # fmt: skip
_PER = {"por", "pour", "per"}
_HUNDREDS = {"cent", "ciento", "cento"}
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d[\d.,]*|[^\w\s]")
# Where digits and a word of scale meet, text2num must not join them.
_RANGE = re.compile(r"(?<=[\d%])-(?=[\d$€£])")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,4})(?:st|nd|rd|th|ème|e|er|ère|º|ª)\b")
_TIME = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])(?:[:.h](?P<minute>[0-5]\d))?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?|\s?(?P<mark>uhr|h|heures|horas|gmt|utc)\b)?",
    re.IGNORECASE,
)
_DOZENS = {"dozen": 12, "dutzend": 12, "douzaine": 12, "docena": 12}
_DOZEN = re.compile(r"\b(?:(?:an?|ein|une|una)\s)(dozen|dutzend|douzaine|docena)\b", re.IGNORECASE)
_HALF_A_DOZEN = re.compile(
    r"\b(?:half a dozen|(?:ein )?halbes dutzend|(?:une )?demi-douzaine|media docena)\b", re.IGNORECASE
)
_OF_DOZENS = re.compile(r"\b(\d{1,3})\s(?:dozens?|dutzend|douzaines?|docenas?)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s?(?:[-–—]|to|and|or|bis|und|oder|à|et|ou|a|y|o)\s?\Z", re.IGNORECASE)


_NEAR = Decimal("0.1")
# A number of more digits is nobody's rounding, and too long for decimal's remainder.
_LONGEST = 24
_BEYOND = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: its value with scale applied, its unit, the worth of its last digit, and how it is hedged.

    ``unit`` is one of language.numbers', of units', "ordinal", "time" (minutes of the day) or "".
    """

    value: Decimal
    unit: str
    resolution: Decimal
    hedge: Hedge = Hedge.NONE


@dataclass(frozen=True, slots=True)
class Figures:
    """What a text says in figures."""

    quantities: tuple[Quantity, ...]
    dates: tuple[Said, ...]


class _Token:
    """What text2num asks of a word. Digits are never a part of a number in words, nor is a scale after them,
    nor the hundred of "por ciento"."""

    __slots__ = ("end", "of_digits", "start", "word")
    of_digits: bool

    def __init__(self, match: re.Match[str], before: _Token | None) -> None:
        self.word = match.group()
        self.start, self.end = match.span()
        word = self.word.casefold()
        # In French a month, shortened, is a number: "1 sept. 2000".
        shortened = word == "sept" and match.string[self.end : self.end + 1] == "."
        follows = before is not None and (
            (before.of_digits and word in _SCALES) or (before.word.casefold() in _PER and word in _HUNDREDS)
        )
        self.of_digits = self.word[0].isdigit() or shortened or follows

    def text(self) -> str:
        return self.word

    def text_lowercase(self) -> str:
        return self.word.lower()

    def nt_separated(self, _: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return self.of_digits


def figures_of(text: str, language: str) -> Figures:
    """The quantities and dates of a text, each in order of appearance."""
    # text2num stops the process that it is given half a character in.
    plain, ordinals = _in_digits(unbroken(text), language)
    found = dates(plain, language)
    rest = _without(plain, found)
    rest, times = _times(rest)
    ordinals += [Decimal(each) for each in _ORDINAL.findall(rest)]
    quantities = (
        *_plain(_RANGE.sub("–", rest), language),
        *(Quantity(minutes, "time", Decimal(1)) for minutes in times),
        *(Quantity(value, "ordinal", Decimal(1)) for value in ordinals),
    )
    return Figures(tuple(quantities), found)


def supported(said: Quantity, sources: Iterable[Quantity]) -> bool:
    """Whether a figure follows from one of the sources' by its hedge or by rounding."""
    return any(_follows(said, other) for other in sources)


def known(figures: Figures) -> tuple[Quantity, ...]:
    """What figures may follow from: quantities, and what looks like a year but may be a count."""
    counts = (
        Quantity(Decimal(said.year), "", Decimal(1))
        for said in figures.dates
        if said.year is not None and said.month is None
    )
    return (*figures.quantities, *counts)


def _follows(said: Quantity, other: Quantity) -> bool:
    value, unit = other.value, other.unit
    if unit in units.CONVERTED and said.unit == units.CONVERTED[unit][0]:
        unit, value = said.unit, value / units.CONVERTED[unit][1]
    if said.unit in units.CONVERTED and unit == units.CONVERTED[said.unit][0]:
        unit, value = said.unit, value * units.CONVERTED[said.unit][1]
    if not units.compatible(said.unit, unit):
        return False
    if value < 0:
        # Which way it went may be said in words: "fell 2.5%" follows from "-2.5%".
        said, value = replace(said, value=abs(said.value)), -value
    if said.value == value:
        return True
    if said.value < 0:
        return False
    if unit == "time":
        # "2.30" is 14:30 where half of the day is not said; both are kept as they were written.
        return (
            abs(said.value - value) == 12 * 60
            and min(said.value, value) < 13 * 60
            and said.hedge is Hedge.ABOUT
        )
    if unit == "ordinal":
        return False
    return _near(said, value, _step(value, min(other.resolution, Decimal(1))))


def _near(said: Quantity, value: Decimal, precision: Decimal) -> bool:
    """Whether the figure is the value, said less exactly; ``precision`` is the worth of its last digit."""
    step = _step(said.value, said.resolution)
    if said.hedge is not Hedge.NONE and step <= precision:
        # "Some 74,003" is not said of 74,000: a hedge excuses what is rounder.
        return False
    if said.hedge is Hedge.ABOUT:
        return abs(said.value - value) <= min(abs(value) * _NEAR, max(step / 2, abs(value) * _NEAR / 5))
    if said.hedge is Hedge.OVER:
        return said.value <= value <= said.value * (1 + _BEYOND)
    if said.hedge in (Hedge.UNDER, Hedge.NEARLY):
        return said.value * (1 - _BEYOND) <= value <= said.value
    # 1.2 billion of 1,187,432,000; but not 1 billion, and not 500 of 480.
    precise = abs(said.value) >= 10 * said.resolution and said.resolution != 1
    return precise and abs(said.value - value) <= said.resolution / 2


def _step(value: Decimal, resolution: Decimal) -> Decimal:
    """The worth of the last digit that is not a nought: 100 for 500, 10 for 480."""
    step = resolution
    if value.adjusted() - step.adjusted() > _LONGEST:
        return step
    while value and value % (step * 10) == 0:
        step *= 10
    return step


def _plain(text: str, language: str) -> Iterator[Quantity]:
    """Numbers in digits, with the unit of measure after them; a range's unit is that of both its ends."""
    found = numbers(text, language)
    read = [number.unit or units.measured(text, number.end) for number in found]
    for place in range(len(found) - 1, 0, -1):
        before, after = found[place - 1], found[place]
        if not read[place - 1] and _BETWEEN.match(text[before.end : after.start]):
            read[place - 1] = read[place]
    for number, unit in zip(found, read, strict=True):
        resolution = number.resolution
        if number.value >= 1_000_000 and resolution == 1:
            # Written out or in words, millions are rounded as "21 million" is.
            resolution = _step(number.value, Decimal(1))
        unit = "" if unit == "year" else unit
        yield Quantity(number.value, unit, resolution, hedge(text, number.start, number.end))


def _in_digits(text: str, language: str) -> tuple[str, list[Decimal]]:
    """The text with its numbers in words written in digits, and its ordinals in words."""
    text = _HALF_A_DOZEN.sub("about 6", text)
    text = _DOZEN.sub(lambda match: f"about {_DOZENS.get(folded(match.group(1)), 12)}", text)
    if language not in SPELLED:
        return text, []
    # text2num knows the Spanish word in one of its forms.
    text = text.replace("eintiún", "eintiuno")
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        tokens.append(_Token(match, tokens[-1] if tokens else None))
    parts: list[str] = []
    ordinals: list[Decimal] = []
    end = 0
    for each in find_numbers(tokens, language, threshold=0):
        value = Decimal(str(each.value))
        if each.is_ordinal:
            ordinals += [value] if value > 1 else []
        # "One" and "a" are seldom figures.
        elif value != 1 and not tokens[each.start].of_digits:
            parts += [text[end : tokens[each.start].start], _written(value)]
            end = tokens[each.end - 1].end
    written = "".join([*parts, text[end:]])
    return _OF_DOZENS.sub(lambda match: str(12 * int(match[1])), written), ordinals


def _written(value: Decimal) -> str:
    """In digits, thousands apart, so that fifteen hundred is no year."""
    if value != value.to_integral_value():
        return format(value.normalize(), "f")
    return f"{int(value):,}".replace(",", "\u00a0")


def _without(text: str, found: Iterable[Said]) -> str:
    """The text with its dates blanked, of the same length."""
    parts, end = [], 0
    # In order of appearance; two dates of one match, as in "3 to 5 May", share their place.
    for said in found:
        if said.start >= end:
            parts += [text[end : said.start], " " * (said.end - said.start)]
            end = said.end
    return "".join([*parts, text[end:]])


def _times(text: str) -> tuple[str, list[Decimal]]:
    """The text with its times of day blanked, and these in minutes."""
    times: list[Decimal] = []

    def blank(match: re.Match[str]) -> str:
        if not _is_time(match):
            return match.group()
        hour = int(match["hour"])
        if match["half"]:
            hour = hour % 12 + (12 if folded(match["half"]) == "p" else 0)
        times.append(Decimal(hour * 60 + int(match["minute"] or 0)))
        return " " * len(match.group())

    return _TIME.sub(blank, text), times


def _is_time(match: re.Match[str]) -> bool:
    """A time of day; "3 hours" is a length of time, and "2.5" a figure."""
    clock = ":" in match.group() or (match["minute"] and "h" in match.group().casefold())
    mark = folded(match["mark"] or "")
    return bool(clock or match["half"] or (mark and match["minute"]) or mark in ("uhr", "gmt", "utc"))
