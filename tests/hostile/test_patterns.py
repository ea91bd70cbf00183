"""No pattern goes back and forth for long, whatever text is made for it."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from language.figures.calendar import calendar
from tests.hostile.line import TooSlow, limited
from tests.hostile.patterns import compiled, texts

# Where texts of feeds are looked at sentence by sentence, or as much of an article as a story shows.
OF_EXCERPTS = {
    **compiled(("agents", "language", "desks", "reader", "sinks", "producers", "schemas", "telemetry")),
    **{f"calendar of {each}": calendar(each).pattern for each in ("en", "de", "fr", "es", "tr", "ja")},
}
EXCERPT = 1_200
MANY = 80
# All texts of one pattern, in seconds of this process: what goes back and forth takes hours.
LIMIT_S = 10.0


@pytest.mark.parametrize("name", sorted(OF_EXCERPTS))
def test_a_pattern_is_done_with_an_excerpt_at_once(name: str) -> None:
    _tried(name, OF_EXCERPTS[name], LIMIT_S)


def test_what_goes_back_and_forth_is_found() -> None:
    """The pattern of datelines as it was: initials could be parted between four words in any way."""
    slow = re.compile(r"^[A-ZÀ-Þ]{3,}(?:[ ,.]+[A-ZÀ-Þ][\w.]*){0,4}\s*(?:[–—]+|\s-+)\s*(?=\w)")
    with pytest.raises(TooSlow):
        _tried("datelines", slow, 1.0)


def _tried(name: str, pattern: re.Pattern[Any], seconds: float) -> None:
    with limited(name, seconds):
        for said in texts(pattern, Random(1), MANY, EXCERPT):
            text = said.encode() if isinstance(pattern.pattern, bytes) else said
            pattern.match(text)
            for _ in pattern.finditer(text):
                pass
