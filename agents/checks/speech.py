"""What stands between quotation marks in prose must be a cited text's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from language.reading import quotes

_MARKED = re.compile(
    r"“([^“”]+)”|„([^„“”]+)[“”]|«\s?([^«»]+?)\s?»|»([^«»]+)«|\"([^\"]+)\"|(?<!\w)‘([^‘’]+(?:’\w[^‘’]*)*)’(?!\w)|"
    r"(?<![\w])'([^']+(?:'\w[^']*)*)'(?!\w)"
)
# Left out by the writer, or put in for clearness.
_ELLIPSIS = re.compile(r"\s*(?:\[[^\]]*\]|\.\.\.|…)\s*")
_EDGES = " ,.;:!?-–—"
_LETTER = re.compile(r"[^\W\d_]")


def invented(text: str, sources: Sequence[str]) -> str | None:
    """The first quoted words that no source has; None when all stand."""
    for said in _said(text):
        if not any(_stands(said, source) for source in sources):
            return said
    return None


def _said(text: str) -> Iterator[str]:
    for match in _MARKED.finditer(text):
        for piece in _ELLIPSIS.split(next(filter(None, match.groups()))):
            stripped = piece.strip(_EDGES)
            if _LETTER.search(stripped):
                yield stripped


def _stands(said: str, source: str) -> bool:
    """The first letter's case is the sentence's, not the speaker's."""
    return any(
        quotes.find(first + said[1:], source) is not None
        for first in dict.fromkeys((said[0], said[0].lower(), said[0].upper()))
    )
