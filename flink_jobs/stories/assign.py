"""When a story that moved goes to a desk: material news, gathered for a while, on logged time.

Material are: a new independent family, new names, new numbers, a correction. A copy, and a text that
says nothing new, are not. What was material is counted for good; a desk is given the difference since
its last assignment, so a desk that a story drifts to later hears everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desks.loader import Desk
from desks.routing import Routed, route
from schemas.records import Assignment, Story

# What one of each is worth, and the most its kind may add.
FIRST_WORTH = 0.25
WORTHS = {"families": (0.25, 0.5), "names": (0.05, 0.2), "numbers": (0.05, 0.2), "corrections": (0.3, 0.6)}
_SINGULAR = {
    "families": "new independent source",
    "names": "new name",
    "numbers": "new number",
    "corrections": "correction",
}


class Ledger(NamedTuple):
    """Counts of what was material in a story so far."""

    families: int = 0
    names: int = 0
    numbers: int = 0
    corrections: int = 0

    def since(self, earlier: Ledger) -> Ledger:
        return Ledger(*(now - then for now, then in zip(self, earlier, strict=True)))

    def plus(self, more: Ledger) -> Ledger:
        return Ledger(*(a + b for a, b in zip(self, more, strict=True)))


def materiality(news: Ledger, first: bool) -> float:
    """0 (nothing) to 1, rounded to hundredths. `first`: the desk has not had this story yet."""
    if not any(news):
        return 0.0
    worth = FIRST_WORTH if first else 0.0
    for kind, count in news._asdict().items():
        each, most = WORTHS[kind]
        worth += min(count * each, most)
    return round(min(1.0, worth), 2)


def due_at(at: int, assigned: bool, first_debounce_ms: int, debounce_ms: int) -> int:
    """When news of `at` goes out. Later news does not put it off."""
    return at + (debounce_ms if assigned else first_debounce_ms)


def assignments(
    story: Story,
    at: int,
    ledger: Ledger,
    given: dict[str, Ledger],
    categories: Sequence[str],
    feed_desks: Sequence[str],
    desks: Sequence[Desk],
    warmup: bool,
) -> list[Assignment]:
    """The assignments due at `at`, best desk first; `given` is what each desk had, and is brought up to date.

    A desk whose threshold is not reached keeps its claim: the news counts with what comes next.
    """
    result = []
    for routed in route(story, categories, feed_desks, desks):
        name = routed.desk.name
        news = ledger.since(given.get(name, Ledger()))
        worth = materiality(news, name not in given)
        if worth > 0 and worth >= routed.desk.min_materiality:
            result.append(_assignment(story, at, routed, news, worth, name not in given, warmup))
            given[name] = ledger
    return result


def _assignment(
    story: Story, at: int, routed: Routed, news: Ledger, worth: float, first: bool, warmup: bool
) -> Assignment:
    what = [
        f"{count} {_SINGULAR[kind]}{'s' * (count > 1)}" for kind, count in news._asdict().items() if count
    ]
    opening = ["new story"] if first else []
    return Assignment(
        story_id=story.story_id,
        assigned_at=at,
        story=story,
        desk=routed.desk.name,
        desk_hash=routed.desk.file_hash,
        reason=f"{', '.join([*opening, *what])} ({routed.reason})",
        materiality=worth,
        warmup=warmup,
    )
