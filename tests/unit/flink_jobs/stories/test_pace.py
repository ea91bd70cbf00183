"""Acceleration, on logged time."""

from __future__ import annotations

import pytest

from flink_jobs.stories.pace import AT_LEAST, STEPS, Pace
from flink_jobs.stories.settings import HOUR_MS

MINUTE_MS = 60_000


def accelerations(minutes, opened_at=0) -> list[int]:
    pace = Pace()
    return [minute for minute in minutes if pace.counts(minute * MINUTE_MS, opened_at)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        # A burst in a story's first hour is how it began.
        (range(50), []),
        # Two an hour for ten hours, then one a minute: nine in the hour, and 28 in 10.1 hours.
        ([*range(0, 600, 30), *range(601, 620)], [608]),
        # Steady, however much.
        (range(0, 1200, 2), []),
        # Four in an hour are too few.
        ([0, 1000, 1001, 1002, 1003], []),
        ([0, 1000, 1001, 1002, 1003, 1004], [1004]),
    ],
)
def test_a_story_accelerates_when_many_come_in_an_hour(minutes, expected):
    assert accelerations(minutes) == expected


def test_a_burst_counts_once_and_the_next_an_hour_later():
    burst = [0, *range(6000, 6090)]
    first, second = accelerations(burst)
    assert first == 6000 + AT_LEAST - 1
    assert second == first + 60


def test_what_is_remembered_is_bounded():
    pace = Pace()
    for second in range(0, 3 * 3600, 5):
        pace.counts(second * 1000, 0)
    assert len(pace.steps) == STEPS
    assert sum(pace.steps.values()) <= HOUR_MS // 5000 + 60
    assert pace.total == 3 * 720
