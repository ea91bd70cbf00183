"""Acceleration: texts of their own come much faster than they did since the story opened.

A story may be confirmed faster and faster by families that it has already, with no new name or number
in them. Counted on logged time in steps of five minutes, so what is remembered is bounded: at most twelve
counts a story, whatever it draws. After a burst the next one is an hour off at the soonest, when all that
was counted for the first has left the hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flink_jobs.stories.settings import HOUR_MS

STEP_MS = 300_000
STEPS = HOUR_MS // STEP_MS
# Texts of the last hour: no fewer, and this many times the mean hourly number since the story opened.
AT_LEAST = 5
TIMES = 3.0


@dataclass(slots=True)
class Pace:
    """A story's texts of their own, all of them and by step. Mutable."""

    total: int = 0
    # Number of the step since the epoch, and its texts; the last hour's alone.
    steps: dict[int, int] = field(default_factory=dict)
    accelerated_at: int | None = None

    def add(self, other: Pace) -> None:
        """Takes in what another story counted."""
        self.total += other.total
        for step, count in other.steps.items():
            self.steps[step] = self.steps.get(step, 0) + count
        self.accelerated_at = max(
            (at for at in (self.accelerated_at, other.accelerated_at) if at is not None), default=None
        )

    def counts(self, at: int, opened_at: int) -> bool:
        """Counts a text logged at ``at`` (epoch ms); True if with it the story accelerates."""
        step = at // STEP_MS
        self.total += 1
        self.steps = {each: count for each, count in self.steps.items() if each > step - STEPS}
        self.steps[step] = self.steps.get(step, 0) + 1
        if self.accelerated_at is not None and at < self.accelerated_at + HOUR_MS:
            return False
        recent = sum(self.steps.values())
        mean = self.total / max(1.0, (at - opened_at) / HOUR_MS)
        if recent < AT_LEAST or recent < TIMES * mean:
            return False
        self.accelerated_at = at
        return True
