"""What a replay's briefs would ask of models, as its plan says it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from agents.foreseen import Foreseen, total
from agents.money.settings import MoneySettings

NO_KEY = "there is no key here: without one nothing is asked, and briefs quote their sources"


@dataclass(frozen=True)
class Requests:
    """Of a replay's briefs, by desk. ``has_key``: whether this process knows one. ``estimated``: why other
    assignments may be made than those that were looked at; empty if none can. ``unusable``: why nothing
    could be counted, which only matters with a key."""

    by_desk: Mapping[str, Foreseen]
    caps: MoneySettings
    has_key: bool
    estimated: tuple[str, ...] = ()
    unusable: str = ""

    @property
    def all(self) -> Foreseen:
        """Of all desks."""
        return total(self.by_desk)


def described(found: Requests) -> list[str]:
    """In lines, as a plan says it."""
    if found.unusable:
        return [f"requests cannot be counted: {found.unusable}", NO_KEY]
    whole = found.all
    lines = [f"{whole.briefs} briefs: {whole.recorded} requests of models are recorded, {_new(whole)}"]
    new = {desk: each for desk, each in found.by_desk.items() if each.most}
    if new:
        lines.append(f"new by desk: {', '.join(f'{desk} {_count(each)}' for desk, each in new.items())}")
        caps = found.caps
        costs = "COSTS" if found.has_key else "with a key it would cost"
        lines.append(
            f"{costs} {_usd(whole.worst_usd)} USD at worst, at {caps.per_brief_usd} USD a brief; beyond the "
            f"lane's other caps of {caps.per_desk_hour_usd} a desk and hour and {caps.per_day_usd} a day "
            f"briefs are written without a model"
        )
    if not found.has_key:
        lines.append(NO_KEY)
    if found.estimated:
        lines.append(
            f"an estimate from the live lane's assignments: {', '.join(found.estimated)} may make others"
        )
    return lines


def _new(each: Foreseen) -> str:
    return f"{_count(each)} new" if each.most else "none is new: nothing is paid"


def _count(each: Foreseen) -> str:
    return str(each.least) if each.least == each.most else f"{each.least} to {each.most}"


def _usd(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount >= 1 else f"{amount:.4f}"
