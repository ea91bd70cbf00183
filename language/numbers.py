"""Numbers in running text, with scale and unit: percentages, currencies, thousands to trillions.

Decimal and thousands separators follow the language, unless the digits allow one reading only.
Digits inside words (G20), times of day and dates are no numbers; a bare year has the unit "year".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from language.folding import folded
from schemas.limits import DIGITS, FIGURES


@dataclass(frozen=True, slots=True)
class Number:
    """``text[start:end]`` of the source, in code points."""

    # Scale applied: "3.2 billion" is 3200000000.
    value: Decimal
    # "%", "pp" (percentage points), "bp", an ISO 4217 code, "year", or "" for a plain count.
    unit: str
    # Worth of the last digit given: 100000000 for "3.2 billion".
    resolution: Decimal
    start: int
    end: int

    @property
    def key(self) -> str:
        """Equal for equal quantities, however they were written."""
        return f"{format(self.value.normalize(), 'f')} {self.unit}".strip()


_POINT_LANGUAGES = {"en", "zh", "ja", "ko", "th", "he", "hi", "ms", "sw"}

_SCALES: dict[str, dict[str, int]] = {
    "en": {"thousand": 3, "k": 3, "million": 6, "millions": 6, "mn": 6, "m": 6, "billion": 9, "billions": 9,
           "bn": 9, "b": 9, "trillion": 12, "trillions": 12, "tn": 12},
    "de": {"tausend": 3, "tsd": 3, "million": 6, "millionen": 6, "mio": 6, "milliarde": 9, "milliarden": 9,
           "mrd": 9, "billion": 12, "billionen": 12, "bio": 12},
    "es": {"mil": 3, "millón": 6, "millones": 6, "mil millones": 9, "billón": 12, "billones": 12},
    "fr": {"mille": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9, "md": 9, "mds": 9,
           "billion": 12, "billions": 12},
}  # fmt: skip

# Abbreviations written with a full stop.
_WITH_POINT = {"mio", "mrd", "tsd", "bio", "md"}
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "US$": "USD", "$": "USD"}
_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "prozent": "%", "por ciento": "%", "pour cent": "%",
    "percentage points": "pp", "percentage point": "pp", "prozentpunkte": "pp", "prozentpunkt": "pp",
    "prozentpunkten": "pp", "puntos porcentuales": "pp", "punto porcentual": "pp",
    "points de pourcentage": "pp", "point de pourcentage": "pp", "basis points": "bp", "basispunkte": "bp",
    "puntos básicos": "bp", "points de base": "bp",
    "dollars": "USD", "dollar": "USD", "dólares": "USD", "dólar": "USD", "us-dollar": "USD", "usd": "USD",
    "euros": "EUR", "euro": "EUR", "eur": "EUR", "pounds": "GBP", "pound": "GBP", "pfund": "GBP",
    "libras": "GBP", "livres": "GBP", "gbp": "GBP", "yen": "JPY", "jpy": "JPY", "yuan": "CNY", "cny": "CNY",
    "francs suisses": "CHF", "franken": "CHF", "chf": "CHF",
}  # fmt: skip
_WORDS = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
}
_ONES = {"en": "a|one", "de": "einer|eine|ein", "es": "un", "fr": "un"}

_SPACE = r"[ \u00a0\u202f]"
_GROUPED = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?"
_DIGITS = rf"(?:{_GROUPED}|\d+(?:[.,]\d+)?)"
_SKIPPED = re.compile(
    r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}\s?h\s?\d{2}\b|\d{1,2}\s?(?:[ap]\.?m\b\.?)"
)


def numbers(text: str, language: str) -> tuple[Number, ...]:
    """The first FIGURES numbers in order of appearance; none has more than DIGITS characters.

    Other languages than en, de, es, fr know English scale words.
    """
    pattern = _PATTERNS.get(language, _PATTERNS["en"])
    return tuple(islice(_outside(_read(text, language, pattern), _SKIPPED.finditer(text)), FIGURES))


def _outside(found: Iterable[Number], skipped: Iterator[re.Match[str]]) -> Iterator[Number]:
    """Those that neither begin nor end within what is skipped. Both come in order, and none overlap."""
    spans: deque[tuple[int, int]] = deque()
    for number in found:
        while spans and spans[0][1] <= number.start:
            spans.popleft()
        while (not spans or spans[-1][0] < number.end) and (match := next(skipped, None)) is not None:
            spans.append(match.span())
        if not any(start <= number.start < end or start < number.end <= end for start, end in spans):
            yield number


def _read(text: str, language: str, pattern: re.Pattern[str]) -> Iterator[Number]:
    scales = _SCALES.get(language, _SCALES["en"])
    for match in pattern.finditer(text):
        word, digits = match["word"], match["digits"]
        if digits and len(digits) > DIGITS:
            continue
        if word:
            value, places = Decimal(_small(folded(word), language)), 0
        else:
            value, places = _decimal(digits, language)
        scale_word = match["long"] or match["attached"]
        power = scales.get(_spaced(scale_word), 0) if scale_word else 0
        unit = _unit(match["before"] or match["after"])
        if not unit and not power and re.fullmatch(r"(?:19|20)\d{2}", digits or ""):
            unit = "year"
        scale = Decimal(10) ** power
        yield Number(value * scale, unit, Decimal(10) ** -places * scale, match.start(), match.end())


def _unit(written: str | None) -> str:
    if not written:
        return ""
    return _SYMBOLS.get(written.upper()) or _UNITS.get(_spaced(written), "")


def _spaced(words: str) -> str:
    return " ".join(folded(words).rstrip(".").split())


def _small(word: str, language: str) -> int:
    words = _WORDS.get(language, _WORDS["en"]).split()
    return words.index(word) + 2 if word in words else 1


def _decimal(digits: str, language: str) -> tuple[Decimal, int]:
    """The value and its number of decimal places."""
    plain = re.sub(r"['’\u00a0\u202f ]", "", digits)
    point, comma = plain.rfind("."), plain.rfind(",")
    if point >= 0 and comma >= 0:
        mark = max(point, comma)
    else:
        mark = max(point, comma)
        if mark >= 0 and not _is_decimal_mark(plain, mark, language):
            mark = -1
    whole = re.sub(r"[.,]", "", plain[:mark] if mark >= 0 else plain)
    fraction = plain[mark + 1 :] if mark >= 0 else ""
    return Decimal(f"{whole}.{fraction}" if fraction else whole), len(fraction)


def _is_decimal_mark(plain: str, mark: int, language: str) -> bool:
    """Whether the only kind of mark in these digits separates decimals."""
    if plain.count(plain[mark]) > 1:
        return False
    if len(plain) - mark - 1 != 3 or mark > 3 or plain.startswith("0"):
        return True
    return (plain[mark] == ".") == (language in _POINT_LANGUAGES)


def _pattern(language: str) -> re.Pattern[str]:
    scales = sorted(_SCALES[language], key=lambda word: (-len(word), word))
    long = "|".join(
        word.replace(" ", r"\s") + (r"\.?" if word in _WITH_POINT else r"\b")
        for word in scales
        if len(word) > 1
    )
    attached = "|".join(word for word in scales if len(word) == 1) or r"(?!)"
    units = "|".join(
        re.escape(word).replace(r"\ ", r"\s") for word in sorted(_UNITS, key=lambda word: (-len(word), word))
    )
    symbols = "|".join(re.escape(symbol) for symbol in sorted(_SYMBOLS, key=lambda s: (-len(s), s)))
    words = "|".join(_WORDS[language].split()) + "|" + _ONES[language]
    # Single letters are scales only when written onto the digits.
    joint = rf"{_SPACE}?(?:de{_SPACE}|d['’]|of{_SPACE})?"
    return re.compile(
        rf"(?<![\w.,-])(?:(?P<before>{symbols}){_SPACE}?)?"
        rf"(?:(?P<digits>{_DIGITS})(?![\d])|(?P<word>{words})(?={_SPACE}(?:{long})))"
        rf"(?:[-]?{_SPACE}?(?P<long>{long})|(?P<attached>{attached})\b)?"
        rf"(?:{joint}(?P<after>{symbols}|(?:{units})(?!\w)))?"
        rf"(?![\w])",
        re.IGNORECASE,
    )


_PATTERNS = {language: _pattern(language) for language in _SCALES}
