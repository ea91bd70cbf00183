"""The words that carry a sentence's content, weighed by how rare they are in their language.

Rarity comes from wordfreq's tables (static, so a weight never depends on what else was read).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from wordfreq import available_languages, get_frequency_dict

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
# Scripts written without spaces: pairs of characters stand in for words.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2,}")
POSSESSIVE = re.compile(r"['’]s?$")
# French and Italian articles and pronouns before a vowel.
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)['’]")
# Inflections are told apart late in a word; six letters keep kin together in the languages we know.
STEM = 6
COMMON = 1e-3  # More frequent than one word in a thousand: carries nothing.
RARE = 1e-6
NEGATIONS = {
    *("not", "no", "never", "none", "nor", "neither", "cannot", "without", "denied", "denies", "deny"),
    *("nicht", "kein", "keine", "keinen", "nie", "niemals", "weder", "ohne"),
    *("nunca", "jamás", "ningún", "ninguna", "ni", "sin"),
    *("ne", "pas", "jamais", "aucun", "aucune", "sans", "non"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sentence says, as far as words tell: weight by stem, the figures in it, whether it denies."""

    weights: dict[str, float]
    numbers: frozenset[str]
    negated: bool

    @property
    def weight(self) -> float:
        """Of all terms together."""
        return sum(self.weights.values())


def terms_of(text: str, language: str) -> Terms:
    """The terms of a text, a pure function of both arguments."""
    weights: dict[str, float] = {}
    negated = False
    for match in WORD.finditer(text):
        word = ELIDED.sub("", POSSESSIVE.sub("", match.group().casefold()))
        negated = negated or word in NEGATIONS or word.endswith(("n't", "n’t"))
        value = _rarity(word, language) if len(word) > 1 else 0.0
        if value:
            stem = word[:STEM]
            weights[stem] = max(value, weights.get(stem, 0.0))
    for match in UNSPACED.finditer(text):
        run = match.group()
        weights.update((run[n : n + 2], 0.5) for n in range(len(run) - 1))
    numbers = frozenset(NUMBER.findall(text))
    weights.update((number, 1.0) for number in numbers)
    return Terms(weights, numbers, negated)


def shared(one: Terms, other: Terms) -> float:
    """Weighted overlap coefficient: the share of the smaller one's weight that the larger one has."""
    common = sum(min(w, other.weights[t]) for t, w in one.weights.items() if t in other.weights)
    smaller = min(one.weight, other.weight)
    return common / smaller if smaller else 0.0


@lru_cache(maxsize=100_000)
def _rarity(word: str, language: str) -> float:
    """0 for a common word, 1 for a rare one, logarithmic between."""
    frequency = _frequencies(language).get(word, 0.0)
    if frequency >= COMMON:
        return 0.0
    if frequency <= RARE:
        return 1.0
    return round(math.log(COMMON / frequency) / math.log(COMMON / RARE), 3)


@lru_cache(maxsize=32)
def _frequencies(language: str) -> dict[str, float]:
    known = language if language in available_languages("small") else "en"
    table: dict[str, float] = get_frequency_dict(known, "small")
    return table
