"""Dates in prose and in sources: absolute, partial, and relative to the day a source was published.

A date is kept as what was said of it. Two are the same when nothing said of one contradicts the other and the
vaguer one follows from the clearer: "Tuesday" in a report of 6 January 2026 is 6 January, and is in January.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from language.figures.calendar import Calendar, calendar, period, shift
from language.folding import folded
from language.moment import moment

# The day of writing may be the day before or after in UTC.
_SLOP = timedelta(hours=12)
_CAPITALS = {"en", "de"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of a date; None where it says nothing.

    ``offset`` counts ``unit`` ("day", "week", "month", "year") from the day of writing.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    offset: int | None = None
    unit: str = "day"
    # 3/4/2026 is read both ways.
    swapped: bool = False

    @property
    def words(self) -> tuple[object, ...]:
        """Equal for the same said in the same way."""
        return (self.year, self.month, self.day, self.weekday, self.offset, self.unit)


def dates(text: str, language: str) -> tuple[Said, ...]:
    """All dates of a text in order of appearance; bare years too."""
    known = calendar(language)
    return tuple(said for match in known.pattern.finditer(text) for said in _read(match, known))


def supported(said: Said, sources: Iterable[tuple[Said, int]]) -> bool:
    """Whether a date follows from one of the sources', each with the time its text was published
    (epoch milliseconds; 0 when not known)."""
    return any(_follows(said, other, published_at) for other, published_at in sources)


def days(said: Said, published_at: int) -> frozenset[date]:
    """The days that this may be, said in a text of that time; none if it is no day, or the time is not
    known."""
    readings = {(said.month, said.day)} | ({(said.day, said.month)} if said.swapped else set())
    if said.year is not None:
        return frozenset(d for month, day in readings if (d := _day(said.year, month, day)) is not None)
    if not published_at:
        return frozenset()
    writing = _writing(published_at)
    if said.offset is not None:
        return (
            frozenset(d + timedelta(days=said.offset) for d in writing) if said.unit == "day" else frozenset()
        )
    if said.weekday is not None:
        ahead = {timedelta(days=n) for n in range(-7, 8)}
        return frozenset(d + n for d in writing for n in ahead if (d + n).weekday() == said.weekday)
    near = [
        found
        for d in writing
        for year in (d.year - 1, d.year, d.year + 1)
        if (found := _day(year, said.month, said.day)) is not None
    ]
    close = min((abs((found - d).days) for found in near for d in writing), default=0)
    return frozenset(found for found in near if min(abs((found - d).days) for d in writing) <= close + 1)


def published(said: Said, published_at: int) -> bool:
    """Whether the date is the day on which a text of that time was published."""
    return said.day is not None and bool(days(said, published_at) & _writing(published_at))


def after(said: Said, published_at: int, cutoff: int) -> bool:
    """Whether the date is surely later than the day of the cut-off."""
    last = moment(cutoff).date() + timedelta(days=1)
    if said.year is not None and said.day is None:
        return date(said.year, said.month or 1, 1) > last
    found = days(said, published_at)
    return bool(found) and min(found) > last


def _follows(said: Said, other: Said, published_at: int) -> bool:
    if said.words == other.words or None not in (said.offset, other.offset):
        return said.words == other.words
    if said.day is None and said.weekday is None and said.offset is None:
        return _in_period(said, other, published_at)
    mine, theirs = days(said, published_at), days(other, published_at)
    if mine & theirs:
        return said.weekday is None or other.weekday is None or said.weekday == other.weekday
    both = (said.month, said.day) == (other.month, other.day) and said.day is not None
    # Where a year is said on one side only and the day of writing is not known, it cannot be told.
    if both and not published_at:
        return said.year is None or other.year is None
    return _same_period(said, other, published_at)


def _in_period(said: Said, other: Said, published_at: int) -> bool:
    """A month or a year, of which the other is a day or a part."""
    found = days(other, published_at)
    if found:
        return any(_within(said, each) for each in found)
    year = other.year
    if year is None and published_at and other.offset is not None and other.unit == "year":
        return said.month is None and said.year in {d.year + other.offset for d in _writing(published_at)}
    if year is None and published_at and other.month is not None:
        return said.month in (None, other.month) and (
            said.year is None or any(abs(said.year - d.year) <= 1 for d in _writing(published_at))
        )
    return (said.year is None or year in (None, said.year)) and (
        said.month in (None, other.month) if said.year == year or said.month is not None else False
    )


def _same_period(said: Said, other: Said, published_at: int) -> bool:
    """ "Last year" and "2025"."""
    if said.offset is None or said.unit != "year" or not published_at:
        return False
    return other.year in {d.year + said.offset for d in _writing(published_at)}


def _within(said: Said, day: date) -> bool:
    return said.year in (None, day.year) and said.month in (None, day.month)


def _writing(published_at: int) -> set[date]:
    written = moment(published_at)
    return {(written - _SLOP).date(), written.date(), (written + _SLOP).date()}


def _day(year: int, month: int | None, day: int | None) -> date | None:
    if month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read(match: re.Match[str], known: Calendar) -> Iterator[Said]:
    """The dates of one match: two for "3 to 5 May"."""
    group = match.groupdict()
    start, end = match.span()

    def month(word: str | None) -> int | None:
        return known.months.get(folded(word).rstrip(".")) if word else None

    def number(name: str) -> int | None:
        return int(group[name]) if group.get(name) else None

    if group["iso"]:
        year, of_year, day = map(int, group["iso"].split("-"))
        yield Said(start, end, year, of_year, day)
    elif group["n1"]:
        yield from _numeric(start, end, group, known.language)
    elif group["d1"]:
        for day in filter(None, (number("d1"), number("d1b"))):
            yield Said(start, end, number("y1"), month(group["m1"]), day)
    elif group["m2"]:
        for day in filter(None, (number("d2"), number("d2b"))):
            yield Said(start, end, number("y2"), month(group["m2"]), day)
    elif word := group["m3"] or group["m4"] or group["m5"]:
        if _capital(word, known) or not group["m4"]:
            yield Said(start, end, number("y3"), month(word))
    elif group["weekday"]:
        yield Said(start, end, weekday=known.weekdays.get(folded(group["weekday"])))
    elif group["ago"]:
        yield Said(start, end, offset=-_count(group["n"]), unit=period(known.language, group["unit"]))
    elif word := group["relative"]:
        # German "Morgen" is the morning.
        if not (known.language == "de" and word[0].isupper() and match.start() > 0):
            yield Said(start, end, offset=known.relative.get(folded(word).replace("’", "'")))
    elif word := group["shift"] or group.get("period2"):
        back = shift(known.language, group["shift"] or group["shift2"])
        yield Said(start, end, offset=back, unit=period(known.language, group["period"] or group["period2"]))
    else:
        yield Said(start, end, number("year"))


def _count(word: str) -> int:
    """ "A year ago" is one year ago."""
    return int(word) if word.isdecimal() else 1


def _capital(word: str, known: Calendar) -> bool:
    """In English and German, what stands beside no day and has no capital is no month: "this may"."""
    return known.language not in _CAPITALS or word[0].isupper()


def _numeric(start: int, end: int, group: dict[str, str], language: str) -> Iterator[Said]:
    one, two, year = int(group["n1"]), int(group["n2"]), int(group["n3"])
    year += 2000 if year < 100 else 0
    if two > 12 >= one > 0:
        yield Said(start, end, year, one, two)
    elif 0 < one <= 31 and 0 < two <= 12:
        yield Said(start, end, year, two, one, swapped=language == "en" and one <= 12)
