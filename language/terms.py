"""Weighted terms of a text, with document frequencies taken from word lists instead of the stream.

A static inverse document frequency needs no state and gives a text the same weights at any time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from language.frequency import zipf

# Weights are whole numbers, so that sums of them do not depend on their order.
UNIT = 1_000
# Words more common than this (Zipf value) say nothing about an event.
COMMON = 5.3
TITLE_COUNTS = 2
# Words are cut to this length, a stemmer for many languages.
STEM = 7

_WORD = re.compile(r"[^\W_]+")
# Scripts written without spaces are cut into pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def rarity(word: str, language: str) -> float:
    """An inverse document frequency: 0 for the commonest words, about 5 for unlisted ones."""
    return max(0.0, 7.7 - zipf(word, language))


def terms(title: str, lead: str, language: str) -> dict[str, int]:
    """Term to weight: (1 + ln tf) · rarity, as a vector of length UNIT, rounded. Sorted by term.

    Words of the title count twice.
    """
    counts: dict[str, int] = {}
    rarest: dict[str, float] = {}
    for text, times in ((title, TITLE_COUNTS), (lead, 1)):
        for word in _words(text):
            if zipf(word, language) > COMMON:
                continue
            stem = word[:STEM]
            counts[stem] = counts.get(stem, 0) + times
            rarest[stem] = min(rarity(word, language), rarest.get(stem, math.inf))
    weights = {stem: (1 + math.log(counts[stem])) * rarest[stem] for stem in sorted(counts)}
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    scaled = {stem: round(UNIT * weight / norm) for stem, weight in weights.items()} if norm else {}
    return {stem: weight for stem, weight in scaled.items() if weight}


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        if _UNSPACED.match(word):
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) > 1:
            yield word
