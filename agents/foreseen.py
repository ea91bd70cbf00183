"""What is known beforehand of the requests that briefs make of models. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Of some briefs: requests whose answers are recorded, those that are new at least and at most, and
    what the new ones can cost at most, US dollars."""

    briefs: int = 0
    recorded: int = 0
    least: int = 0
    most: int = 0
    worst_usd: Decimal = NOTHING

    def __add__(self, other: Foreseen) -> Foreseen:
        return Foreseen(
            self.briefs + other.briefs,
            self.recorded + other.recorded,
            self.least + other.least,
            self.most + other.most,
            self.worst_usd + other.worst_usd,
        )


def total(by_desk: Mapping[str, Foreseen]) -> Foreseen:
    """Of all desks."""
    return reduce(Foreseen.__add__, by_desk.values(), Foreseen())
