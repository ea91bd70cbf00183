"""Ids by their beginnings."""

from __future__ import annotations

import pytest

from schemas.prefixes import SHOWN, Ambiguous, whole

IDS = ("abcd-1", "abcd-12", "bcde-1", "bcde-1", "ab")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("abcd-1", "abcd-1"),
        ("abcd-12", "abcd-12"),
        ("bcde", "bcde-1"),
        ("bcd", None),
        ("ab", "ab"),
        ("", None),
    ],
)
def test_an_id_or_the_beginning_of_one_alone(said: str, expected: str | None) -> None:
    assert whole(said, IDS) == expected
    assert whole(said, reversed(IDS)) == expected


def test_the_beginning_of_several_names_some_of_them() -> None:
    with pytest.raises(Ambiguous, match=r"2 ids begin with abcd: abcd-1, abcd-12\. Write more"):
        whole("abcd", IDS)
    many = [f"abcd-{number}" for number in range(SHOWN + 5)]
    with pytest.raises(Ambiguous, match=" and 5 more"):
        whole("abcd", many)
