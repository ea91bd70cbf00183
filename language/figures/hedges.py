"""How a figure is hedged: "at least 50", "some 300", "500 or more"; one table for all that weighs figures.

Where two hedges end at the figure, the one that begins first holds: "no more than" is not "more than".
"""

from __future__ import annotations

import re
from enum import Enum

# Characters before a figure in which it is hedged.
BEFORE = 40


class Hedge(Enum):
    """How a figure is said: the true one may lie on one side, or near; NEARLY is near and below."""

    NONE = "none"
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "over"
    UNDER = "under"


_WORDS = {
    Hedge.ABOUT: r"about|around|some|roughly|approximately|estimated|circa|an estimated|or so|~|≈|rund|etwa|"
    r"ungefähr|ca\.|zirka|unos|unas|alrededor de|cerca de|aproximadamente|environ|autour de|quelque|"
    r"à peu près|quelques|verso|all'incirca|ongeveer|cerca di",
    Hedge.NEARLY: r"nearly|almost|close to|just short of|just under|fast|knapp|beinahe|casi|près de|presque|"
    r"quasi|quase|bijna",
    Hedge.OVER: r"more than|over|above|at least|upwards? of|in excess of|a minimum of|exceed(?:s|ing|ed)?|"
    r"no (?:less|fewer) than|not (?:less|fewer) than|well over|>|≥|mehr als|über|mindestens|wenigstens|"
    r"nicht weniger als|más de|al menos|por encima de|por lo menos|no menos de|plus de|au moins|"
    r"pas moins de|più di|almeno|oltre|mais de|pelo menos|meer dan|minstens|ruim",
    Hedge.UNDER: r"fewer than|less than|under|below|up to|as many as|as much as|at most|no more than|"
    r"not more than|a maximum of|<|≤|weniger als|unter|bis zu|höchstens|maximal|nicht mehr als|menos de|"
    r"hasta|como máximo|no más de|moins de|jusqu['’]à|au plus|pas plus de|meno di|fino a|até|"
    r"minder dan|hooguit",
}
_LED_BY = {
    hedge: re.compile(
        rf"(?<!\w)(?:{words})\s*(?:a |an |the |les? |los |las )?(?:US|[A-Z]{{1,2}})?[$€£¥₹]?\s*\Z", re.I
    )
    for hedge, words in _WORDS.items()
}
_FOLLOWED_BY = re.compile(
    r"\+(?!\w)|\s(?:or more|and more|oder mehr|und mehr|o más|ou plus|ou mais|o più|of meer)\b", re.IGNORECASE
)


def hedge(text: str, start: int, end: int) -> Hedge:
    """How the figure at ``text[start:end]`` is hedged by the words next to it."""
    if _FOLLOWED_BY.match(text, end):
        return Hedge.OVER
    before = text[max(0, start - BEFORE) : start]
    found = [(match.start(), each) for each, words in _LED_BY.items() if (match := words.search(before))]
    return min(found, key=lambda one: one[0], default=(0, Hedge.NONE))[1]
