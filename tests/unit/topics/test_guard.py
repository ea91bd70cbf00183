"""A record that fails is put aside; a flood of them stops."""

from __future__ import annotations

import pytest

from topics.guard import Flood, FloodLimit, Guard

ERROR = KeyError("x")


def test_a_few_failures_stop_nothing() -> None:
    guard = Guard("stories")
    for at in range(99):
        guard.failed(f"feed {at}", ERROR)


def test_a_flood_says_where_how_many_and_why() -> None:
    guard = Guard("stories")
    for at in range(99):
        guard.failed(f"feed {at}", ERROR)
    with pytest.raises(Flood, match=r"stories: 100 of the last 100 records failed, from 100 .*KeyError: 'x'"):
        guard.failed("feed 99", ERROR)


def test_one_source_alone_can_stop_nothing() -> None:
    guard = Guard("stories")
    for _ in range(10_000):
        guard.failed("evil", ERROR)


def test_what_nobody_knows_the_source_of_counts_whole() -> None:
    guard = Guard("raw")
    for _ in range(99):
        guard.failed("", ERROR)
    with pytest.raises(Flood):
        guard.failed("", ERROR)


def test_many_failures_among_many_more_records_are_no_flood() -> None:
    guard = Guard("stories", FloodLimit(window=1_000, failures=100, share=0.5))
    for at in range(3_000):
        if at % 3:
            guard.passed()
        else:
            guard.failed(f"feed {at}", ERROR)


def test_what_is_long_ago_is_forgotten() -> None:
    guard = Guard("stories", FloodLimit(window=10, failures=5, share=0.5))
    for at in range(50):
        if at % 10 < 4:
            guard.failed("", ERROR)
        else:
            guard.passed()
