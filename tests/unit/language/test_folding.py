"""What a pattern does not tell apart is one key."""

from __future__ import annotations

import re
import sys
import unicodedata

from language.folding import folded


def test_whatever_ignoring_case_takes_for_equal_is_folded_to_the_same() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    letters = [each for each in every if unicodedata.category(each) in ("Lu", "Ll", "Lt")]
    by_first: dict[str, list[str]] = {}
    everything = "".join(letters)
    for letter in letters:
        if len(letter.casefold()) == 1 and letter.casefold() == letter:
            by_first[letter] = re.findall(re.escape(letter), everything, re.IGNORECASE)
        if len(by_first) > 400:
            break
    assert by_first["i"] == ["I", "i", "\u0130", "\u0131"]
    for letter, equal in by_first.items():
        assert {folded(each) for each in equal} == {folded(letter)}, letter
