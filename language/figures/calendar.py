"""The words of dates: months and weekdays of any language from CLDR (through Babel), and a table of what is
said relative to the day of writing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from language.folding import folded

# Months that are other words too: alone they count only after a preposition.
AMBIGUOUS = {"may", "march", "mars", "mai", "mayo", "mar", "august", "juin", "julio", "enero"}
_BEFORE_MONTH = {
    "en": "in for since by until till through during last next early late mid of this",
    "de": "im seit bis ende anfang mitte vom nächsten letzten ab für",
    "fr": "en de depuis dès fin début mi jusqu'en",
    "es": "en de desde hasta fines finales principios mediados",
}
# Days from the day of writing.
_DAYS = {
    "en": {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1},
    "de": {"heute": 0, "gestern": -1, "vorgestern": -2, "morgen": 1, "übermorgen": 2},
    "fr": {"aujourd'hui": 0, "hier": -1, "avant-hier": -2, "demain": 1, "après-demain": 2},
    "es": {"hoy": 0, "ayer": -1, "anteayer": -2, "mañana": 1},
}
# "la mañana" is the morning; so is "am Dienstagmorgen", one word.
_NOT_TOMORROW = {"es": r"(?<!la )(?<!esta )(?<!una )"}
_PERIODS = {
    "en": {
        "week": r"week",
        "month": r"month",
        "year": r"year",
        "decade": r"decade",
        "century": r"century",
    },
    "de": {"week": r"woche", "month": r"monat", "year": r"jahr", "decade": r"jahrzehnt"},
    "fr": {"week": r"semaine", "month": r"mois", "year": r"ann[ée]e|an", "decade": r"décennie"},
    "es": {"week": r"semana", "month": r"mes", "year": r"año", "decade": r"década"},
}
_LAST_THIS_NEXT = {
    "en": (r"last|previous|past", r"this|current", r"next|coming"),
    "de": (
        r"letzt\w+|vergangen\w+|vorig\w+",
        r"dies\w+|laufend\w+",
        r"nächst\w+|kommend\w+",
    ),
    "fr": (r"derni[eè]re?|passée?", r"cette|cet|ce", r"prochaine?"),
    "es": (r"pasad[oa]|último|última", r"este|esta", r"próxim[oa]|que viene"),
}
_AGO = {
    "en": r"(?P<n>{n}) (?P<unit>{units})s? ago",
    "de": r"vor (?P<n>{n}) (?P<unit>{units})(?:e?n|e)?",
    "fr": r"il y a (?P<n>{n}) (?P<unit>{units})s?",
    "es": r"hace (?P<n>{n}) (?P<unit>{units})(?:e?s)?",
}
_AGO_UNITS = {
    "en": {"day": "day", **_PERIODS["en"]},
    "de": {"day": "tag", **_PERIODS["de"]},
    "fr": {"day": "jour", **_PERIODS["fr"]},
    "es": {"day": "día", **_PERIODS["es"]},
}
_COUNT = r"\d{1,3}|an?|one|einem|einer|une?|una"


@dataclass(frozen=True, slots=True)
class Calendar:
    """One language's words for dates, folded, without full stops."""

    language: str
    months: dict[str, int]
    # Words that name a month even beside no day: the whole ones.
    whole_months: frozenset[str]
    # Monday is 0.
    weekdays: dict[str, int]
    relative: dict[str, int]
    pattern: re.Pattern[str]


@lru_cache(maxsize=32)
def calendar(language: str) -> Calendar:
    """The language's calendar, English for one that CLDR does not have."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale, language = Locale.parse("en"), "en"
    months: dict[str, int] = {}
    whole: set[str] = set()
    weekdays: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                months[_folded(name)] = number
                if width == "wide":
                    whole.add(_folded(name))
        for number, name in locale.days[context]["wide"].items():
            weekdays[_folded(name)] = number
    if language == "en":
        months["sept"] = 9
    if language == "de":
        weekdays["sonnabend"] = 5
    relative = _DAYS.get(language, {})
    pattern = _pattern(language, months, whole, weekdays, relative)
    return Calendar(language, months, frozenset(whole), weekdays, relative, pattern)


def period(language: str, word: str) -> str:
    """The period that a word names: week, month, year."""
    units = _AGO_UNITS.get(language, _AGO_UNITS["en"])
    return next((unit for unit, pattern in units.items() if re.fullmatch(pattern, folded(word))), "")


def shift(language: str, word: str) -> int:
    """-1 for last, 0 for this, 1 for next."""
    words = _LAST_THIS_NEXT.get(language, _LAST_THIS_NEXT["en"])
    return next((n - 1 for n, pattern in enumerate(words) if re.fullmatch(pattern, folded(word))), 0)


def _folded(name: str) -> str:
    return folded(name).rstrip(".")


def _any(words: object) -> str:
    return "|".join(re.escape(w).replace("'", "['’]") for w in sorted(words, key=lambda w: (-len(w), w)))  # type: ignore[call-overload]


def _pattern(
    language: str, months: dict[str, int], whole: set[str], weekdays: dict[str, int], relative: dict[str, int]
) -> re.Pattern[str]:
    """All forms, the most telling first; each has its own named groups."""
    month = rf"(?:{_any(months)})\b\.?"
    year = r"(?:1[5-9]|2[01])\d\d"
    link = r"\s?(?:of|de[l']?|d['’])?\s?"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    ordinal = r"(?:st|nd|rd|th|\.|er|º|°)?"
    before = _any(_BEFORE_MONTH.get(language, "").split()) or "(?!)"
    clear = _any(whole - AMBIGUOUS)
    periods = _PERIODS.get(language, _PERIODS["en"])
    period_words = "|".join(periods.values())
    last, this, following = _LAST_THIS_NEXT.get(language, _LAST_THIS_NEXT["en"])
    ago_units = "|".join(_AGO_UNITS.get(language, _AGO_UNITS["en"]).values())
    ago = _AGO.get(language, _AGO["en"]).format(n=_COUNT, units=ago_units)
    shifts = rf"(?P<shift>{last}|{this}|{following})\s(?P<period>{period_words})"
    shifted = (
        rf"|(?P<period2>{period_words})\s(?P<shift2>{last}|{following})" if language in ("fr", "es") else ""
    )
    words = _any(relative)
    not_tomorrow = _NOT_TOMORROW.get(language, "")
    forms = (
        r"(?P<iso>\d{4}-\d{2}-\d{2})",
        r"(?P<n1>\d{1,2})(?P<sep>[./])\s?(?P<n2>\d{1,2})(?P=sep)\s?(?P<n3>\d{4}|\d{2}(?!\d))",
        rf"(?P<d1>{day}){ordinal}(?:\s?(?:[-–]|to|and|bis|und|et|au|y|al)\s?(?P<d1b>{day}){ordinal})?{link}"
        rf"(?P<m1>{month})(?:,?{link}(?P<y1>{year})\b)?",
        rf"(?P<m2>{month})\s(?P<d2>{day})(?!\d|[.,]\d|\s?(?:%|percent|million|billion)){ordinal}"
        rf"(?:\s?(?:[-–]|to|and)\s?(?P<d2b>{day}){ordinal}(?!\d))?(?:,?\s(?P<y2>{year})\b)?",
        rf"(?P<m3>{month})(?:,|\s(?:of|de[l]?))?\s(?P<y3>{year})\b",
        rf"(?:{before})[\s-](?:(?:the|den|dem)\s)?(?P<m4>{_any(whole)})\b(?!\.?\s(?:de[l]?\s)?\d)",
        rf"(?P<m5>{clear or '(?!)'})\b",
        rf"(?P<weekday>{_any(weekdays)})(?:s|morning|abend|morgen|nachmittag|nacht|vormittag|früh)?\b",
        rf"(?P<ago>{ago})\b",
        rf"{not_tomorrow}(?P<relative>{words or '(?!)'})\b",
        rf"(?:{shifts}{shifted})(?:e?s|n)?\b",
        rf"(?P<year>{year})(?![\d.,]*\d|\s?(?:%|per|million|billion|people|€|\$|euro|dollar))\b",
    )
    return re.compile(r"(?<![\w./-])(?:" + "|".join(forms) + ")", re.IGNORECASE)
