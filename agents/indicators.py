"""Which indicators a brief may use: a function of the log, not of the moment of asking.

A window [start, end) closes at logged time ``end + lateness + skew``. A brief uses windows that had
closed by its information cut-off, in their first revision. To use them it must have seen all of
them, so a brief waits until the job that cuts windows has passed the last such closing (see
``rail``). Windows end at multiples of a step, hence the wait happens once a step, not once a brief.
"""

from __future__ import annotations

from bisect import bisect_right, insort

from schemas.records import BriefIndicator, Indicator

# Older windows say nothing about now.
RECENT_MS = 48 * 3_600_000
# Briefs speak for a desk; indicators of countries and publishers are the reader's.
SCOPE = "desk:"


def last_end(cutoff: int, step_ms: int, delay_ms: int) -> int:
    """The end of the last window that had closed by ``cutoff`` (logged, epoch ms)."""
    return (cutoff - delay_ms) // step_ms * step_ms


class Indicators:
    """First revisions of the desks' windows. What was read twice counts once."""

    def __init__(self) -> None:
        # By scope, then name: ends in order, and the window of each end.
        self._series: dict[str, dict[str, tuple[list[int], dict[int, Indicator]]]] = {}

    def add(self, indicator: Indicator) -> None:
        """Keeps the lowest revision of each window; of equals the one read first."""
        if not indicator.scope.startswith(SCOPE):
            return
        ends, windows = self._series.setdefault(indicator.scope, {}).setdefault(indicator.name, ([], {}))
        known = windows.get(indicator.window_end)
        if known is None:
            insort(ends, indicator.window_end)
        if known is None or indicator.revision < known.revision:
            windows[indicator.window_end] = indicator

    def closed(self, desk: str, until: int) -> tuple[BriefIndicator, ...]:
        """The desk's latest window of each name that ends by ``until``, in order of names."""
        found = []
        for _, (ends, windows) in sorted(self._series.get(SCOPE + desk, {}).items()):
            at = bisect_right(ends, until)
            if at and ends[at - 1] > until - RECENT_MS:
                found.append(_shown(windows[ends[at - 1]]))
        return tuple(found)

    def series(self, desk: str, until: int, windows: int) -> list[Indicator]:
        """The desk's last windows of each name that end by ``until``, in order of names and time."""
        found = []
        for _, (ends, by_end) in sorted(self._series.get(SCOPE + desk, {}).items()):
            at = bisect_right(ends, until)
            found += [by_end[end] for end in ends[max(0, at - windows) : at] if end > until - RECENT_MS]
        return found


def _shown(indicator: Indicator) -> BriefIndicator:
    return BriefIndicator(
        name=indicator.name,
        scope=indicator.scope,
        window_start=indicator.window_start,
        window_end=indicator.window_end,
        value=indicator.value,
        z=indicator.z,
    )
