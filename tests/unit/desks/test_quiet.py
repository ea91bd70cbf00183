"""Quiet hours on the clock of a place."""

from datetime import datetime

import pytest

from desks.quiet import QuietHours

NIGHT = QuietHours(**{"from": "22:00", "to": "06:00", "zone": "Europe/Berlin"})


def ms(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-26T21:59:59.999+01:00", None),
        ("2026-11-26T22:00+01:00", "2026-11-27T06:00+01:00"),
        ("2026-11-27T05:59:59.999+01:00", "2026-11-27T06:00+01:00"),
        ("2026-11-27T06:00+01:00", None),
        # Summer begins in that night, and ends in the other.
        ("2026-03-28T23:00+01:00", "2026-03-29T06:00+02:00"),
        ("2026-10-24T23:00+02:00", "2026-10-25T06:00+01:00"),
    ],
)
def test_a_span_over_midnight(at: str, until: str | None) -> None:
    assert NIGHT.until(ms(at)) == (ms(until) if until else None)


def test_a_span_within_a_day() -> None:
    noon = QuietHours(**{"from": "12:00", "to": "13:30"})
    assert noon.until(ms("2026-01-01T12:30+00:00")) == ms("2026-01-01T13:30+00:00")
    assert noon.until(ms("2026-01-01T13:30+00:00")) is None
    assert noon.until(ms("2026-01-01T11:59+00:00")) is None


@pytest.mark.parametrize("ends", ["02:30", "03:00", "02:00"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_the_end_is_to_come_wherever_clocks_are_changed(day: str, ends: str) -> None:
    quiet = QuietHours(**{"from": "23:00", "to": ends, "zone": "Europe/Berlin"})
    start = ms(f"{day}T00:00+01:00")
    for at in range(start, start + 5 * 3_600_000, 600_000):
        until = quiet.until(at)
        assert until is None or at < until <= at + 4 * 3_600_000


def test_a_time_is_told_on_the_places_clock() -> None:
    assert NIGHT.clock(ms("2026-11-27T05:00+00:00")) == "2026-11-27 06:00 Europe/Berlin"
