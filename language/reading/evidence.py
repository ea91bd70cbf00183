"""What a cited text says, read once: figures, dates, words and where they stand, weighted terms.

A story's texts serve many statements, and several revisions of a brief, so what was read is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from language.figures.quantities import Figures, figures_of
from language.reading.terms import Terms, terms_of

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_ELISION = re.compile(r"^(?:[dljmnstc]|qu)['’](?=\w)")
# Texts and quotes read of late, some 100 kB each at most; a story has at most 40 texts.
KEPT = 256


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text that a statement cites, or a passage of one."""

    text: str
    language: str
    figures: Figures
    # Folded words to the places (counted in words) where they stand; parts of compounds too.
    places: dict[str, tuple[int, ...]]
    # First letters of its capitalised words, in order.
    initials: str
    terms: Terms


def folded(text: str) -> str:
    """Compared without case, accents and typography: agencies write Zürich and Zurich."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


def words(text: str) -> Iterator[str]:
    """The words of a text as they are written, without possessives and elided articles."""
    for match in _WORD.finditer(text):
        yield _POSSESSIVE.sub("", _ELISION.sub("", match.group(), count=1) or match.group())


@lru_cache(maxsize=KEPT)
def evidence(text: str, language: str) -> Evidence:
    """Reads a text; the same text and language give the same evidence."""
    places: dict[str, list[int]] = {}
    initials: list[str] = []
    for place, word in enumerate(words(text)):
        plain = folded(word)
        parts = [part for part in re.split(r"[-'.&]", plain) if part]
        for form in dict.fromkeys((plain, *parts, plain.replace(".", ""))):
            places.setdefault(form, []).append(place)
        if word[0].isupper():
            initials.append(plain[0])
    return Evidence(
        text=text,
        language=language,
        figures=figures_of(text, language),
        places={word: tuple(where) for word, where in places.items()},
        initials="".join(initials),
        terms=terms_of(text, language),
    )
