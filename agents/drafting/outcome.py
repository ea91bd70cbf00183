"""From prose to what ships: the extractive floor with its prose replaced, or the floor and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agents.drafting.assemble import Checked
from agents.work import Draft
from schemas.records import Writer


@dataclass(frozen=True, slots=True)
class Prose:
    """What the steps made, and why it is less than was wanted."""

    checked: Checked
    headline: str = ""
    bottom_line: str = ""
    lacking: tuple[str, ...] = ()


def shipped(floor: Draft, prose: Prose) -> Draft:
    """The floor with its prose replaced, or the floor and why. What is computed stays as it is."""
    doubted = [each.dropped for each in prose.checked.doubted]
    lacking = [*prose.lacking]
    if doubted:
        lacking.append(f"{len(doubted)} of the model's statements did not pass the checks")
    if not prose.checked.statements:
        return replace(
            floor,
            refused=(*doubted, *floor.refused),
            degraded="written without a model: none of its statements passed the checks",
        )
    return replace(
        floor,
        writer=Writer.MODEL,
        headline=prose.headline or floor.headline,
        bottom_line=prose.bottom_line,
        statements=prose.checked.statements,
        refused=(*doubted, *floor.refused),
        degraded="; ".join(lacking),
    )
