"""A quote must stand in the text it cites.

Compared after folding: NFKC, one kind of quotation mark, dash and space. Folding may change lengths,
so each folded character remembers the code points it came from, and what is found is given as
offsets into the text as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

ALIKE = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


def fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index of the one it came from.

    Runs of white space become one space. Composition across characters is kept: a letter and the
    combining marks after it are folded together.
    """
    out: list[str] = []
    origins: list[int] = []
    for index, cluster in _clusters(text):
        for character in unicodedata.normalize("NFKC", cluster):
            plain = " " if character.isspace() else ALIKE.get(character, character)
            if plain == " " and out and out[-1] == " ":
                continue
            out.append(plain)
            origins.append(index)
    return "".join(out), origins


def find(quote: str, text: str) -> tuple[int, int] | None:
    """Where the quote stands in the text, as (start, end) in code points; the first place, or None."""
    exact = text.find(quote)
    if exact >= 0 and quote:
        return exact, exact + len(quote)
    folded, origins = fold(text)
    wanted = fold(quote)[0].strip()
    at = folded.find(wanted) if wanted else -1
    if at < 0:
        return None
    after = at + len(wanted)
    end = origins[after] if after < len(folded) else len(text)
    while end > origins[at] and text[end - 1].isspace():
        end -= 1
    return origins[at], end


def stands(quote: str, text: str, start: int, end: int) -> bool:
    """Whether the quote is what the text has from start to end, after folding."""
    if not 0 <= start < end <= len(text):
        return False
    piece = text[start:end]
    return piece == quote or fold(piece)[0].strip() == fold(quote)[0].strip() != ""


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """A character with what composes with it: combining marks, and the vowels and finals of Hangul."""
    begin = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not (
            unicodedata.combining(text[index]) or "\u1160" <= text[index] <= "\u11ff"
        ):
            yield begin, text[begin:index]
            begin = index
