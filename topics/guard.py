"""One guard around one record: what fails is put aside and the rest goes on, unless everything fails.

Every operator, consumer and worker that meets what feeds said has one. A single record that cannot be used
becomes a dead letter; a flood of them is no fault of records, and stops with an error instead of emptying
the log into the dead letters. Pure, so that a job that runs again decides as it did before.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass


class Flood(RuntimeError):
    """So much fails that it is not the records: something is broken, and going on would only lose more."""


@dataclass(frozen=True, slots=True)
class FloodLimit:
    """Of the last ``window`` records, ``failures`` failed, and at least this ``share`` of them.

    A source (a feed, a publisher) counts for at most ``of_one_source`` failures, so that no single one
    can stop what stands beside it.
    """

    window: int = 1_000
    failures: int = 100
    share: float = 0.5
    of_one_source: int = 20


class Guard:
    """Counts what passed and what failed at one stage, over the last records."""

    def __init__(self, stage: str, limit: FloodLimit | None = None) -> None:
        self.stage = stage
        self._limit = limit or FloodLimit()
        # Of each record the source if it failed, else None.
        self._last: deque[str | None] = deque()
        self._failed: Counter[str] = Counter()

    def passed(self) -> None:
        """A record went through."""
        self._note(None)

    def failed(self, source: str, error: BaseException) -> None:
        """A record of ``source`` (empty: nobody knows) failed, and is to become a dead letter.

        Raises Flood when too much fails; then nothing of it is to be committed.
        """
        self._note(source)
        most = self._limit.of_one_source
        # Those without a source may come from anywhere, and count one by one.
        counted = sum(count if not each else min(count, most) for each, count in self._failed.items())
        if counted >= self._limit.failures and counted >= self._limit.share * len(self._last):
            raise Flood(
                f"{self.stage}: {sum(self._failed.values())} of the last {len(self._last)} records failed, "
                f"from {len(self._failed)} sources, the last with {type(error).__name__}: {error}. "
                "Nothing was put aside for it; mend the cause and start again"
            )

    def _note(self, source: str | None) -> None:
        self._last.append(source)
        if source is not None:
            self._failed[source] += 1
        if len(self._last) > self._limit.window:
            oldest = self._last.popleft()
            if oldest is not None:
                self._failed[oldest] -= 1
                if not self._failed[oldest]:
                    del self._failed[oldest]
