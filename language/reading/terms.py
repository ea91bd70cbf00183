"""The words and figures that carry a sentence's content, weighed by how rare they are in their language."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from language.frequency import zipf
from language.numbers import numbers
from language.reading.negations import denies

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Scripts written without spaces: pairs of characters stand in for words.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2,}")
PAIR_WEIGHT = 0.5
POSSESSIVE = re.compile(r"['’]s?$")
# French and Italian articles and pronouns before a vowel.
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)['’]")
# Inflections are told apart late in a word; six letters keep kin together in the languages we know.
STEM = 6
# Zipf values: a word in a thousand carries nothing, one in a million everything it can.
COMMON, RARE = 6.0, 3.0
# A year is in every second sentence.
YEAR_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sentence says, as far as words tell.

    ``words`` and ``figures`` weigh 0..1 by stem and by quantity; a quantity has the same key in whatever
    language it is written. ``negated``: whether the sentence denies something.
    """

    words: dict[str, float]
    figures: dict[str, float]
    negated: bool

    @property
    def weights(self) -> dict[str, float]:
        """Words and figures together."""
        return self.words | self.figures

    @property
    def telling(self) -> frozenset[str]:
        """Figures too particular to be shared by chance: two digits or more, years left out."""
        return frozenset(
            figure
            for figure in self.figures
            if sum(character.isdigit() for character in figure) > 1 and not figure.endswith("year")
        )


def terms_of(text: str, language: str) -> Terms:
    """The terms of a text, a pure function of both arguments."""
    weights: dict[str, float] = {}
    negated = False
    for match in WORD.finditer(text):
        word = ELIDED.sub("", POSSESSIVE.sub("", match.group().casefold()))
        negated = negated or denies(text, match, word)
        value = _rarity(word, language) if len(word) > 1 else 0.0
        if value:
            weights[word[:STEM]] = max(value, weights.get(word[:STEM], 0.0))
    for match in UNSPACED.finditer(text):
        run = match.group()
        weights.update((run[n : n + 2], PAIR_WEIGHT) for n in range(len(run) - 1))
    found = numbers(text, language)
    figures = {number.key: YEAR_WEIGHT if number.unit == "year" else 1.0 for number in found}
    return Terms(weights, figures, negated)


def common(one: dict[str, float], other: dict[str, float]) -> float:
    """The weight that two have in common, in whatever order they hold it."""
    return math.fsum(min(one[term], other[term]) for term in one.keys() & other.keys())


def shared(one: dict[str, float], other: dict[str, float]) -> float:
    """Weighted overlap coefficient: the share of the lighter one's weight that the heavier one has."""
    lighter = min(math.fsum(one.values()), math.fsum(other.values()))
    return common(one, other) / lighter if lighter else 0.0


@lru_cache(maxsize=100_000)
def _rarity(word: str, language: str) -> float:
    """0 for a common word, 1 for a rare one."""
    return round(min(1.0, max(0.0, (COMMON - zipf(word, language)) / (COMMON - RARE))), 3)
