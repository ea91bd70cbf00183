"""What a stranger said becomes a string that any record can hold."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.strings import LAST_COMBINING, MOST_COMBINING, normal, sanitised

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@given(st.one_of(ANYTHING, st.binary(max_size=300)), st.integers(0, 100), st.booleans())
def test_whatever_was_said_can_be_encoded_and_is_bounded(said: str | bytes, most: int, lines: bool) -> None:
    text = sanitised(said, most, lines)
    assert len(text) <= most
    assert text.encode().decode() == text
    assert unicodedata.is_normalized("NFC", text)
    allowed = {"\n", "\t"} if lines else set()
    assert {each for each in text if unicodedata.category(each) in ("Cc", "Cs")} <= allowed


@given(ANYTHING)
def test_saying_it_again_changes_nothing(said: str) -> None:
    once = sanitised(said, 400, lines=True)
    assert sanitised(once, 400, lines=True) == once


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('"caf\udce9"', '"caf\ufffd"'),
        (b'"caf\xe9"', '"caf\ufffd"'),
        ("Not\x1b[31m Found\x07", "Not[31m Found"),
        ("one\r\ntwo\nthree", "one two three"),
        ("a\u202eexe.txt", "aexe.txt"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("x\U000e0041\ufdd0\U0010ffff", "x"),
    ],
)
def test_kinds(said: str | bytes, text: str) -> None:
    assert sanitised(said, 100) == text


def test_lines_are_kept_where_they_are_wanted() -> None:
    assert sanitised("one\r\ntwo\u2028three\tfour", 100, lines=True) == "one\ntwo\nthree\tfour"


def test_what_grows_when_normalised_is_still_bounded() -> None:
    assert len(sanitised("\U0001d160" * 100, 50)) <= 50


def test_runs_of_combining_marks_are_cut() -> None:
    marks = "\u0301\u0323" * 100_000
    assert len(normal("a" + marks)) <= MOST_COMBINING + 1


def test_every_combining_mark_is_known() -> None:
    beyond = range(LAST_COMBINING + 1, sys.maxunicode + 1)
    assert not any(unicodedata.combining(chr(point)) for point in beyond)
