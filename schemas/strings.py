"""Makes a string of what a stranger said. Every string from outside passes here before it is in a record.

The result encodes as UTF-8, has no surrogates, controls or noncharacters and nothing that turns the
direction of a line, is in NFC, and is no longer than it may be. Linear in the input.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

REPLACEMENT = "\ufffd"
# Unicode Standard Annex 15, stream-safe text: no word of any language has more in a row, and the time it
# takes to put them into their order grows with the square of their number.
MOST_COMBINING = 30
# Of the planes beyond, none has a combining mark in Unicode 16; a test looks.
LAST_COMBINING = 0x1FFFF

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[\n\t]+")
_UNSEEN = re.compile(
    # Controls but tab and line feed; marks of direction; tags, annotations, byte order marks; noncharacters.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def sanitised(said: str | bytes, most: int, lines: bool = False) -> str:
    """``said`` as a string of at most ``most`` characters; bytes are read as UTF-8.

    ``lines`` keeps line feeds and tabs; without it the string is one line. What is cut off is not marked.
    """
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    # Before anything else looks at it: whatever comes later costs no more than this much.
    text = unbroken(text[: 4 * most + 64])
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    if not lines:
        text = _BLANKS.sub(" ", text)
    return normal(text)[:most].strip()


def unbroken(text: str, instead: str = REPLACEMENT) -> str:
    """The text with something else for each half of a character, which no encoding can write."""
    return _SURROGATES.sub(instead, text)


def normal(text: str) -> str:
    """In NFC, which may be up to three times as long; combining marks beyond MOST_COMBINING in a row go."""
    if text.isascii():
        return text
    # First, for whether it is normal already takes a normalisation to find out.
    safe = _long_runs().sub(lambda run: run.group()[:MOST_COMBINING], text)
    return safe if unicodedata.is_normalized("NFC", safe) else unicodedata.normalize("NFC", safe)


@cache
def _long_runs() -> re.Pattern[str]:
    marks = "".join(chr(point) for point in range(LAST_COMBINING + 1) if unicodedata.combining(chr(point)))
    return re.compile(f"[{marks}]{{{MOST_COMBINING + 1},}}")
