"""Times of records as moments. A feed may say any time; what no calendar has is the nearest that one does."""

from __future__ import annotations

from datetime import UTC, datetime

# Within them, every sum of days and years that is made of a moment stays a date.
EARLIEST = int(datetime(1000, 1, 1, tzinfo=UTC).timestamp() * 1000)
LATEST = int(datetime(8999, 12, 31, tzinfo=UTC).timestamp() * 1000)


def moment(at_ms: int) -> datetime:
    """Of epoch milliseconds, in UTC."""
    return datetime.fromtimestamp(min(max(at_ms, EARLIEST), LATEST) / 1000, UTC)
