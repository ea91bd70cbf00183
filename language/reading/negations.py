"""What denies: one list for all that tells a denial from a report, but for a hedge's "no more than"."""

from __future__ import annotations

import re

_DENYING = {
    *("not", "no", "never", "none", "nor", "neither", "cannot", "without", "denied", "denies", "deny"),
    *("nobody", "nothing", "nowhere", "no-one", "unhurt"),
    *("nicht", "kein", "keine", "keinen", "nie", "niemals", "weder", "ohne"),
    *("nichts", "nirgends", "unverletzt", "niemand", "niemanden", "niemandem", "niemands"),
    *("nunca", "jamás", "ningún", "ninguna", "ni", "sin", "nadie", "nada", "tampoco", "ileso", "ilesos"),
    *("ne", "pas", "jamais", "aucun", "aucune", "sans", "non", "personne", "rien"),
}
_CONTRACTED = re.compile(r"n['’]t$|^n['’]\w")
# These bound a figure; they deny nothing.
_HEDGES = re.compile(
    r"\s(?:(?:more|less|fewer) than|weniger als|mehr als|menos de|más de|moins de|plus de)\b", re.IGNORECASE
)


def denies(text: str, word: re.Match[str], bare: str) -> bool:
    """Whether a word of the text, ``bare`` without its article and possessive, denies something."""
    if _CONTRACTED.search(word.group().casefold()):
        return True
    return bare in _DENYING and _HEDGES.match(text, word.end()) is None
