"""How common a word is, from the frequency lists that come with wordfreq.

The small lists (words down to about one in a million) are enough to tell common from rare and take
a few megabytes a language; the large ones take ten times as much and changed no result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from wordfreq import available_languages, get_frequency_dict

# Zipf value of words that a list does not hold: rarer than one in a million.
UNLISTED = 2.5


@cache
def _listed(language: str) -> Mapping[str, float]:
    if language not in available_languages("small"):
        return {}
    words: Mapping[str, float] = get_frequency_dict(language, "small")
    return words


def listed(word: str, language: str) -> bool:
    """Whether a folded word is in the language's list; False for a language without one."""
    return word in _listed(language)


def has_list(language: str) -> bool:
    return bool(_listed(language))


def zipf(word: str, language: str) -> float:
    """log10 of occurrences in a thousand million words: "the" 7.7, "harbour" 4; folded words only.

    Words that are not listed, and all words of a language without a list, give UNLISTED.
    """
    share = _listed(language).get(word)
    return UNLISTED if share is None else max(UNLISTED, math.log10(share) + 9)
