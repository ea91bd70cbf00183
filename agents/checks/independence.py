"""Claims about how many say so: "several outlets", "independently confirmed", "laut mehreren Medien".

Each needs citations of as many independent families, unless it is the source's own word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBERS = {
    **dict.fromkeys(("two", "both", "zwei", "beide", "beiden", "deux", "dos", "ambos", "ambas"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres"), 3),
    **dict.fromkeys(("four", "vier", "quatre", "cuatro"), 4),
    **dict.fromkeys(("five", "fünf", "cinq", "cinco"), 5),
}
_COUNT = "|".join((*_NUMBERS, r"\d{1,2}"))
_CLAIM = re.compile(
    rf"\b(?:(?P<count>{_COUNT})|several|multiple|many|numerous|various|different|other|independent|separate|"
    r"mehrere[nr]?|verschiedene[nr]?|zahlreiche[nr]?|viele[nr]?|unabhängige[nr]?|andere[nr]?|"
    r"plusieurs|différents|différentes|de nombreux|de nombreuses|d['’]autres|"
    r"vari[oa]s|divers[oa]s|múltiples|numeros[oa]s|distint[oa]s|otr[oa]s)\s"
    r"(?:(?:independent|separate|different|other|local|international|unabhängige[nr]?|andere[nr]?|"
    r"international\w*|independientes)\s)?"
    r"(?:news\s|media\s)?(?:outlets?|sources?|newspapers?|news organi[sz]ations?|agencies|broadcasters?|"
    r"media\b|reports\b|medien\w*|quellen|zeitungen|agenturen|sender[n]?|medienberichte[n]?|"
    r"médias?|sources|journaux|agences|medios|fuentes|diarios|periódicos|agencias)",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(
    r"\b(?:independently (?:confirmed|verified|reported)|widely reported|confirmed independently|"
    r"unabhängig (?:voneinander )?bestätigt|übereinstimmend\w*|"
    r"confirmée?s? de (?:manière|façon) indépendante|"
    r"largement rapporté\w*|confirmad[oa]s? de forma independiente|ampliamente difundid[oa])\b",
    re.IGNORECASE,
)


def without(text: str) -> str:
    """The text without such claims: "two outlets" is no figure that a source would have."""
    return _CLAIM.sub("…", text)


def needed(text: str, cited: Iterable[str]) -> int:
    """How many independent families the text says there are; 0 when it says nothing of it.

    A claim that stands in a cited quote in the same words is the source's.
    """
    quotes = " ".join(cited).casefold()
    most = 0
    for match in (*_CLAIM.finditer(text), *_CONFIRMED.finditer(text)):
        if match.group().casefold() in quotes:
            continue
        count = (match.groupdict().get("count") or "").casefold()
        most = max(most, int(count) if count.isdecimal() else _NUMBERS.get(count, 2))
    return most
