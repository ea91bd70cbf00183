"""Which indicators a brief may use: a function of the log, not of the moment of asking.

A window [start, end) closes at logged time ``end + lateness + skew``. A brief uses windows that had
closed by its information cut-off, in their first revision. To use them it must have seen all of
them, so a brief waits until the job that cuts windows has passed the last such closing (see
``rail``). Windows end at multiples of a step, hence the wait happens once a step, not once a brief.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.records import BriefIndicator, Indicator

# Older windows say nothing about now.
RECENT_MS = 48 * 3_600_000


def last_end(cutoff: int, step_ms: int, delay_ms: int) -> int:
    """The end of the last window that had closed by ``cutoff`` (logged, epoch ms)."""
    return (cutoff - delay_ms) // step_ms * step_ms


class Indicators:
    """First revisions, by scope. What was read twice counts once."""

    def __init__(self) -> None:
        self._by_scope: dict[str, dict[tuple[str, int, int], Indicator]] = {}

    def add(self, indicator: Indicator) -> None:
        """Keeps the lowest revision of each window; of equals the one read first."""
        windows = self._by_scope.setdefault(indicator.scope, {})
        place = (indicator.name, indicator.window_start, indicator.window_end)
        known = windows.get(place)
        if known is None or indicator.revision < known.revision:
            windows[place] = indicator

    def closed(self, desk: str, until: int) -> tuple[BriefIndicator, ...]:
        """The desk's latest window of each name that ends by ``until``, in order of names."""
        latest: dict[str, Indicator] = {}
        for indicator in self._usable(self._by_scope.get(f"desk:{desk}", {}).values(), until):
            known = latest.get(indicator.name)
            if known is None or known.window_end < indicator.window_end:
                latest[indicator.name] = indicator
        return tuple(_shown(latest[name]) for name in sorted(latest))

    def forget_before(self, end: int) -> None:
        """Drops windows that no brief with a later cut-off will use."""
        for scope, windows in self._by_scope.items():
            self._by_scope[scope] = {
                place: each for place, each in windows.items() if place[2] > end - RECENT_MS
            }

    @staticmethod
    def _usable(indicators: Iterable[Indicator], until: int) -> Iterable[Indicator]:
        return (each for each in indicators if until - RECENT_MS < each.window_end <= until)


def _shown(indicator: Indicator) -> BriefIndicator:
    return BriefIndicator(
        name=indicator.name,
        scope=indicator.scope,
        window_start=indicator.window_start,
        window_end=indicator.window_end,
        value=indicator.value,
        z=indicator.z,
    )
