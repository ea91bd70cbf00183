"""Sentences of a citable text with their offsets.

sentencex (Wikimedia's rules for some 300 languages) finds the boundaries. What it gets wrong in
news text is joined again here: ordinals and dates ("am 3. | Oktober"), titles ("M. | Dupont"),
times ("3 a.m. | Friday"), and anything that would start with a small letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

# Never the end of a sentence: what follows belongs to them.
ABBREVIATIONS = {
    "en": "mr. mrs. ms. dr. prof. gov. sen. rep. gen. lt. col. sgt. capt. rev. hon. st. mt. vs. jan. feb. "
    "aug. sept. oct. nov. dec. approx. est. e.g. i.e.",
    "de": "dr. prof. hr. fr. fa. nr. st. bzw. ca. z. z.b. d. d.h. u. u.a. o. s. abs. art. bd. evtl. ggf. "
    "inkl. mio. mrd. sog. vgl. zzgl. dipl. ing. str. jan. feb. aug. sept. okt. nov. dez.",
    "es": "sr. sra. srta. dr. dra. prof. d. dña. ee. art. pág. núm. aprox. gral. tte. ud. uds. sta. sto.",
    "fr": "m. mm. mme. mmes. mlle. mgr. me. dr. pr. st. p. ex. art. env. janv. févr. avr. juill. sept. oct. "
    "nov. déc. n°. vol. chap.",
}
OPEN_ENDED = {language: frozenset(words.split()) for language, words in ABBREVIATIONS.items()}
ELISION = re.compile(r"^[\W_]*(?:[ldnsc]['’])?", re.IGNORECASE)
INITIAL = re.compile(r"(?:^|[\s.(])[A-ZÀ-Þ]\.$")
ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")
# Languages that write ordinals with a full stop.
ORDINAL_LANGUAGES = {
    *("cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv"),
    *("nb", "nn", "no", "pl", "sk", "sl", "sr"),
}
# sentencex never begins a sentence with a figure; after a word of some length one may.
BEFORE_FIGURE = re.compile(r"(?<=[^\W\d_]{4}[.!?])\s+(?=\d)")
HALF_OF_DAY = re.compile(r"(?i)\b[ap]\.m\.$")
AFTER_HALF_OF_DAY = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b|[A-Z]{2,4}\b|(?:Eastern|Central|Pacific|Local)\b"
)
CLOSING = re.compile(r"[\s\"'’”»)\]]+$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text == citable[start:end]``, in code points, without white space around it."""

    text: str
    start: int
    end: int
    # 0 for the first sentence of the text's body, which leads.
    position: int


def sentences(text: str, language: str, start: int = 0) -> tuple[Sentence, ...]:
    """The sentences of ``text[start:]`` in order; a line feed always ends one.

    Raises nothing: an unknown language is split by the rules for English.
    """
    found: list[Sentence] = []
    for line_start, line in _lines(text, start):
        for first, last in _joined(line, language):
            piece = line[first:last]
            content = piece.strip()
            if content:
                begin = line_start + first + len(piece) - len(piece.lstrip())
                found.append(Sentence(content, begin, begin + len(content), len(found)))
    return tuple(found)


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    position = start
    for line in text[start:].split("\n"):
        yield position, line
        position += len(line) + 1


def _joined(line: str, language: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for first, last in _boundaries(line, language):
        if spans and _belongs(
            line[spans[-1][0] : spans[-1][1]].rstrip(), line[first:last].lstrip(), language
        ):
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _boundaries(line: str, language: str) -> Iterator[tuple[int, int]]:
    for boundary in sentencex.get_sentence_boundaries(language or "en", line):
        first, last = boundary["start_index"], boundary["end_index"]
        for match in BEFORE_FIGURE.finditer(line, first, last):
            yield first, match.end()
            first = match.end()
        yield first, last


def _belongs(before: str, after: str, language: str) -> bool:
    """Whether a boundary between the two is no end of a sentence."""
    if not before or not after:
        return True
    if after[0].islower() or CLOSING.match(after) or after[0] in ",;:":
        return True
    if not before.endswith("."):
        return False
    if ORDINAL.search(before):
        return language in ORDINAL_LANGUAGES
    if HALF_OF_DAY.search(before):
        return AFTER_HALF_OF_DAY.match(after) is not None
    last = ELISION.sub("", before.rsplit(None, 1)[-1].casefold())
    return last in OPEN_ENDED.get(language, OPEN_ENDED["en"]) or INITIAL.search(before) is not None
