"""Times of records as moments, whatever a feed says."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from language.moment import moment

DAY_MS = 86_400_000


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_time_that_a_record_can_hold_has_a_moment_with_days_around_it(at_ms: int) -> None:
    found = moment(at_ms)
    assert found - timedelta(days=366_000 // 2) < found < found + timedelta(days=366_000 // 2)


def test_a_time_within_the_calendar_is_that_time() -> None:
    assert moment(1_700_000_000_000).isoformat() == "2023-11-14T22:13:20+00:00"
    assert moment(-DAY_MS).isoformat() == "1969-12-31T00:00:00+00:00"
