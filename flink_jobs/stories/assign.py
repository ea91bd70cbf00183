"""When a story that moved goes to a desk: material news, gathered for a while, on logged time.

Material are: a new independent family, new names, new numbers, a correction, acceleration. A copy, and a
text that says nothing new, are not. What was material is counted for good; a desk is given the difference
since its last assignment, so a desk that a story drifts to later hears everything.

Of every desk that a story is routed to it is said what it is given and why, or why nothing: the decision.
It follows from the story's state alone, so each revision of a story can say what follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from desks.loader import Desk
from desks.routing import NOTHING_ALIKE, Routed, route
from schemas.limits import REASON_CHARACTERS
from schemas.records import Assignment, Decision, DecisionKind, Story

# What one of each is worth, and the most its kind may add.
FIRST_WORTH = 0.25
WORTHS = {
    "families": (0.25, 0.5),
    "names": (0.05, 0.2),
    "numbers": (0.05, 0.2),
    "corrections": (0.3, 0.6),
    "accelerations": (0.2, 0.4),
    "merges": (0.3, 0.6),
}
_SINGULAR = {
    "families": "new independent source",
    "names": "new name",
    "numbers": "new number",
    "corrections": "correction",
    "accelerations": "acceleration",
    "merges": "merged story",
}


class Ledger(NamedTuple):
    """Counts of what was material in a story so far. It is in keyed state: a kind added later comes last."""

    families: int = 0
    names: int = 0
    numbers: int = 0
    corrections: int = 0
    accelerations: int = 0
    merges: int = 0

    def since(self, earlier: Ledger) -> Ledger:
        return Ledger(*(now - then for now, then in zip(self, earlier, strict=True)))

    def plus(self, more: Ledger) -> Ledger:
        return Ledger(*(a + b for a, b in zip(self, more, strict=True)))

    def at_most(self, most: Ledger) -> Ledger:
        return Ledger(*(min(a, b) for a, b in zip(self, most, strict=True)))


class Routing(NamedTuple):
    """What desks are found by, and those there are."""

    categories: Sequence[str]
    # The desks that the articles' feeds name, one an article.
    feed_desks: Sequence[str]
    desks: Sequence[Desk]
    # How near the story is to each desk's prototypes, for those that have some.
    likeness: Mapping[str, float] = NOTHING_ALIKE


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


def decisions(
    story: Story,
    due: int | None,
    ledger: Ledger,
    given: Mapping[str, Ledger],
    routing: Routing,
    closes_at: int,
    owed: Collection[str] = (),
) -> tuple[Decision, ...]:
    """What follows from a story, best desk first; at least one.

    ``owed``: desks that had a story which was merged since. They are given the whole, wherever it is routed.

    ``due``: when its news is looked at, None if none is waiting. ``given`` is what each desk had. Quiet hours
    that end only after the story closes (``closes_at``) hold nothing back: it would never go out.
    """
    routed = list(route(story, *routing))
    found = {each.desk.name for each in routed}
    routed += [
        Routed(desk, 0.0, "had a story that is now part of this one")
        for desk in routing.desks
        if desk.name in owed and desk.name not in found
    ]
    if not routed:
        return (Decision(reason="no desk found: no feed names one, and too little else speaks for any"),)
    return tuple(_decision(each, due, ledger, given, closes_at, each.desk.name in owed) for each in routed)


def assignments(story: Story, at: int, desks: Sequence[Desk], warmup: bool) -> list[Assignment]:
    """Those that the story's own decisions say, given at ``at``."""
    hashes = {desk.name: desk.file_hash for desk in desks}
    return [
        Assignment(
            story_id=story.story_id,
            assigned_at=at,
            story=story,
            desk=each.desk,
            desk_hash=hashes[each.desk],
            reason=each.reason,
            materiality=each.materiality,
            warmup=warmup,
        )
        for each in story.decisions
        if each.kind is DecisionKind.ASSIGN
    ]


def _decision(
    routed: Routed,
    due: int | None,
    ledger: Ledger,
    given: Mapping[str, Ledger],
    closes_at: int,
    owed: bool,
) -> Decision:
    desk = routed.desk
    news = ledger.since(given.get(desk.name, Ledger()))
    worth = materiality(news, desk.name not in given)

    def decided(kind: DecisionKind, why: str = "", at: int | None = None) -> Decision:
        said = ": ".join(part for part in (why, _what(news, desk.name not in given)) if part)
        reason = f"{said} ({routed.reason})"[:REASON_CHARACTERS]
        return Decision(desk=desk.name, kind=kind, materiality=worth, due_at=at, reason=reason)

    if not worth:
        return decided(DecisionKind.LEAVE, "repetition only")
    if worth < desk.min_materiality and not owed:
        return decided(DecisionKind.LEAVE, f"{worth:.2f} is below the desk's {desk.min_materiality:.2f}")
    if due is None:
        return decided(DecisionKind.LEAVE, "repetition only, goes with the next news")
    quiet = desk.quiet_hours
    until = quiet.until(due) if quiet else None
    if quiet and until and worth < quiet.except_from and until < closes_at:
        return decided(DecisionKind.HOLD, f"quiet hours until {quiet.clock(until)}", until)
    return decided(DecisionKind.ASSIGN, at=due)


def _what(news: Ledger, first: bool) -> str:
    what = [
        f"{count} {_SINGULAR[kind]}{'s' * (count > 1)}" for kind, count in news._asdict().items() if count
    ]
    return ", ".join([*(["new story"] if first and what else []), *what])
