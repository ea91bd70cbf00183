"""For how long a server does not want to be asked again, from the headers of its answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from schemas.limits import DATE_CHARACTERS


def server_delay_s(headers: Mapping[str, str]) -> float:
    """Seconds for which the server does not want to be asked: Retry-After, max-age, Expires."""
    date = _http_date(headers.get("Date"))
    fresh = _max_age_s(headers.get("Cache-Control"))
    if fresh is None:
        fresh = _seconds_between(date, _http_date(headers.get("Expires")))
    return max(_retry_after_s(headers.get("Retry-After"), date), fresh)


def _retry_after_s(value: str | None, date: float | None) -> float:
    if not value:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    return _seconds_between(date, _http_date(value))


def _max_age_s(value: str | None) -> float | None:
    """None when nothing is said, so that Expires may be asked."""
    for directive in (value or "").lower().split(","):
        name, _, seconds = directive.strip().partition("=")
        if name == "max-age" and seconds.strip('"').isdecimal():
            return float(seconds.strip('"'))
        if name in ("no-cache", "no-store"):
            return 0.0
    return None


def _http_date(value: str | None) -> float | None:
    try:
        return parsedate_to_datetime(value[:DATE_CHARACTERS]).timestamp() if value else None
    except (ValueError, OverflowError, TypeError, IndexError):
        # The library (3.11) fails in all these ways on what is no date.
        return None


def _seconds_between(start: float | None, end: float | None) -> float:
    return max(0.0, end - start) if start is not None and end is not None else 0.0
