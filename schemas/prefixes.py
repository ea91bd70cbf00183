"""Ids that people write by their beginning, as far as one alone begins so."""

from __future__ import annotations

from collections.abc import Iterable

FEWEST = 4
"""Characters of an id; fewer would soon mean another one."""
SHOWN = 8


class Ambiguous(ValueError):
    """More than one begins so."""


def whole(said: str, ids: Iterable[str], fewest: int = FEWEST) -> str | None:
    """The id that is ``said``, or else the one that begins so; None if there is none.

    Raises Ambiguous, which names some.
    """
    found = set()
    for each in ids:
        if each == said:
            return each
        if len(said) >= fewest and each.startswith(said):
            found.add(each)
    if len(found) > 1:
        some = ", ".join(sorted(found)[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Ambiguous(f"{len(found)} ids begin with {said}: {some}{more}. Write more of the one you mean.")
    return found.pop() if found else None
