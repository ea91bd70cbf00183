"""Letters that a pattern which ignores case takes for one another, as one letter.

``re.IGNORECASE`` takes the dotless i and the dotted capital for an i, and casefold() does not: a table that
is looked up by what such a pattern matched is keyed, and asked, by ``folded`` alone.
"""

from __future__ import annotations

# Turkish i, folded as the pattern does; the rest of what sre takes for equal casefold() folds, too.
_LIKE_SRE = str.maketrans({"\u0130": "i", "\u0131": "i"})


def folded(word: str) -> str:
    """Equal for all words that a pattern which ignores case does not tell apart."""
    return word.translate(_LIKE_SRE).casefold()
