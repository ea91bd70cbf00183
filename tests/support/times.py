"""A log of which only offsets and logged times matter."""

from __future__ import annotations

from collections.abc import Mapping


class Log:
    """Partitions of logged times; ``gone`` records at their beginning were taken away by retention."""

    topic = "articles.raw"

    def __init__(self, times: dict[int, list[int]], gone: dict[int, int] | None = None) -> None:
        self._times = times
        self.lows: Mapping[int, int] = {p: (gone or {}).get(p, 0) for p in times}
        self.highs: Mapping[int, int] = {p: len(each) for p, each in times.items()}

    def time_at(self, partition: int, offset: int) -> int | None:
        times = self._times[partition]
        return times[offset] if offset < len(times) else None

    def offsets_at(self, moment: int) -> Mapping[int, int]:
        return {
            p: next((n for n, at in enumerate(times) if at >= moment and n >= self.lows[p]), len(times))
            for p, times in self._times.items()
        }
