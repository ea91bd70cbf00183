"""Numbers in running text, with scale and unit: percentages, currencies, thousands to trillions.

Scales of any language are CLDR's (through Babel), with the short forms of the press beside them.

Decimal and thousands separators follow the language, unless the digits allow one reading only.
Digits inside words (G20), times of day and dates are no numbers; a bare year has the unit "year".
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from babel import Locale, UnknownLocaleError

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
    # What the word of scale multiplies by; 1 without one.
    scale: Decimal = Decimal(1)

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

# Of the English of India, which its press writes in any language.
_INDIAN = {"lakh": 5, "lakhs": 5, "crore": 7, "crores": 7, "lakh crore": 12, "lakh crores": 12}

# Abbreviations written with a full stop.
_WITH_POINT = {"mio", "mrd", "tsd", "bio", "md"}
_SYMBOLS = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "US$": "USD", "$": "USD",
    "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL",
    "NT$": "TWD", "MX$": "MXN", "CN¥": "CNY", "RS": "INR", "RS.": "INR", "₩": "KRW", "₺": "TRY", "₴": "UAH",
    "₪": "ILS", "₱": "PHP", "₫": "VND", "₦": "NGN", "฿": "THB", "₸": "KZT", "₾": "GEL",
}  # fmt: skip
_UNITS = {
    "%": "%", "٪": "%", "في المئة": "%", "بالمئة": "%", "في المائة": "%", "بالمائة": "%",
    "percent": "%", "per cent": "%", "prozent": "%", "por ciento": "%", "pour cent": "%",
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
# 1,20,000 is written in India.
_INDIAN_GROUPS = r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)(?:\.\d+)?"
_VULGAR = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
# A sign is one only where nothing stands before it: "-2.5%", not "5-6".
_SIGN = r"(?:(?<=\s)|(?<=\()|^)[-−]"
_GROUPED = r"\d{1,3}(?:[.,'’\u00a0\u202f\u066c ]\d{3})+(?!\d)(?:[.,\u066b]\d+)?"
_DIGITS = rf"(?:{_INDIAN_GROUPS}|{_GROUPED}|\d+(?:[.,\u066b]\d+)?)"
_RANGE = re.compile(r"[-–—]")
_SKIPPED = re.compile(
    r"\d{1,4}(?P<mark>[-./])\d{1,2}(?P=mark)\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}\s?h\s?\d{2}\b|\d{1,2}\s?(?:[ap]\.?m\b\.?)"
)


def numbers(text: str, language: str) -> tuple[Number, ...]:
    """The first FIGURES numbers in order of appearance; none has more than DIGITS characters.

    Of "5-6 million" and "20-30%" both ends have the scale and the unit.
    """
    found = _outside(_read(text, language, _pattern(language)), _SKIPPED.finditer(text))
    return tuple(islice(_ranged(found, text), FIGURES))


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


def _ranged(found: Iterable[Number], text: str) -> Iterator[Number]:
    """Either end of a range takes the other's unit, and the first one the second's scale, if it has none."""
    before: Number | None = None
    for number in found:
        after: Number | None = number
        if before is not None:
            if _RANGE.fullmatch(text, before.end, number.start) and "year" not in (before.unit, number.unit):
                after = replace(number, unit=number.unit or before.unit)
                before = _as_end(before, after)
            yield before
            if _result(before, number, text):
                after = None
        before = after
    if before is not None:
        yield before


def _result(first: Number, second: Number, text: str) -> bool:
    """Whether two bare numbers joined by a hyphen do not ascend: a result, said of its first number."""
    bare = not (first.unit or second.unit) and first.scale == second.scale == 1
    return bare and second.value <= first.value and text[first.end : second.start] == "-"


def _as_end(first: Number, second: Number) -> Number:
    by = second.scale if first.scale == 1 and first.value * second.scale < second.value else Decimal(1)
    scaled = replace(first, value=first.value * by, resolution=first.resolution * by, scale=first.scale * by)
    return replace(scaled, unit=first.unit or second.unit)


def _read(text: str, language: str, pattern: re.Pattern[str]) -> Iterator[Number]:
    scales = _scales(language)
    for match in pattern.finditer(text):
        word, digits = match["word"], match["digits"]
        if digits and len(digits) > DIGITS:
            continue
        if word:
            value, places = Decimal(_small(folded(word), language)), 0
        else:
            value, places = _decimal(digits, language)
        if match["vulgar"]:
            value, places = value + _fraction(match["vulgar"]), 3
        scale_word = match["long"] or match["attached"] or match["spaced"]
        power = scales.get(_spaced(scale_word), 0) if scale_word else 0
        unit = _unit(match["before"] or match["after"])
        if not unit and not power and re.fullmatch(r"(?:19|20)\d{2}", digits or ""):
            unit = "year"
        scale = Decimal(10) ** power
        sign = -1 if match["sign"] else 1
        resolution = Decimal(10) ** -places * scale
        yield Number(sign * value * scale, unit, resolution, match.start(), match.end(), scale)


def _fraction(character: str) -> Decimal:
    return Decimal(str(round(unicodedata.numeric(character), 3)))


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
    plain = re.sub(r"['’\u00a0\u202f\u066c ]", "", digits).replace("\u066b", ".")
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
    if mark + 1 < len(plain) and not plain.isascii():
        # Arabic and Indian digits have marks of their own.
        return plain[mark] == "."
    if len(plain) - mark - 1 != 3 or mark > 3 or plain.startswith("0"):
        return True
    return (plain[mark] == ".") == (language in _POINT_LANGUAGES)


@lru_cache(maxsize=64)
def _scales(language: str) -> dict[str, int]:
    """Words and letters for powers of ten, folded: CLDR's whole words, and those of the press."""
    try:
        long = Locale.parse(language).compact_decimal_formats["long"]
    except (UnknownLocaleError, ValueError, KeyError):
        return _SCALES["en"] | _INDIAN
    found: dict[str, int] = {}
    for forms in long.values():
        for least, pattern in forms.items():
            zeros = pattern.pattern.count("0")
            word = _spaced(re.sub(r"[0'\u200e\u200f]", " ", pattern.pattern))
            power = len(least) - max(zeros, 1)
            if zeros and power > 0 and len(word) > 1:
                found[word] = power
    return found | _INDIAN | _SCALES.get(language, {} if found else _SCALES["en"])


@lru_cache(maxsize=64)
def _pattern(language: str) -> re.Pattern[str]:
    scales = sorted(_scales(language), key=lambda word: (-len(word), word))
    long = "|".join(
        re.escape(word).replace(r"\ ", r"\s") + (r"\.?" if word in _WITH_POINT else r"\b")
        for word in scales
        if len(word) > 1
    )
    attached = "|".join(word for word in scales if len(word) == 1) or r"(?!)"
    units = "|".join(
        re.escape(word).replace(r"\ ", r"\s") for word in sorted(_UNITS, key=lambda word: (-len(word), word))
    )
    symbols = "|".join(re.escape(symbol) for symbol in sorted(_SYMBOLS, key=lambda s: (-len(s), s)))
    known = language if language in _WORDS else "en"
    words = "|".join(_WORDS[known].split()) + "|" + _ONES[known]
    # Single letters are scales only when written onto the digits.
    joint = rf"{_SPACE}?(?:de{_SPACE}|d['’]|of{_SPACE})?"
    return re.compile(
        rf"(?<![\w.,])(?<![^\W\d_]-)(?P<sign>{_SIGN})?(?:(?P<before>{symbols}){_SPACE}?)?"
        rf"(?:(?P<digits>{_DIGITS})(?![\d])(?P<vulgar>[{_VULGAR}])?|(?P<word>{words})(?={_SPACE}(?:{long})))"
        rf"(?:[-]?{_SPACE}?(?P<long>{long})|(?P<attached>{attached})\b|(?(before){_SPACE}(?P<spaced>{attached})\b))?"
        rf"(?:{joint}(?P<after>{symbols}|(?:{units})(?!\w)))?"
        rf"(?![\w])",
        re.IGNORECASE,
    )
