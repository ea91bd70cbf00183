"""The budget: asked before a call, told after it. Pure; time comes from the caller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOTHING = Decimal(0)
# The reason under which the audit has a call that was refused.
BUDGET = "BUDGET"


@dataclass(frozen=True, slots=True)
class Caps:
    """US dollars. Those of an owner's family are what no single one may pass, however much it publishes."""

    brief: Decimal
    desk_hour: Decimal
    day: Decimal
    family_hour: Decimal = Decimal("Infinity")
    family_day: Decimal = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Account:
    """On whose account a call is made. ``family``: the owner whose article moved the story."""

    brief_id: str
    desk: str
    family: str = ""


class BudgetRefused(RuntimeError):
    """A call could cost more than is left. ``cap`` names which: brief, desk-hour, day, family-hour
    or family-day."""

    def __init__(self, cap: str, limit: Decimal, used: Decimal, wanted: Decimal) -> None:
        super().__init__(
            f"the {cap} cap of {limit:f} USD is reached: {used:f} spent or reserved, {wanted:f} wanted"
        )
        self.cap = cap


# A cap's name, what it is counted for, and the period, numbered since the epoch.
_Bucket = tuple[str, str, int]


@dataclass(slots=True)
class Reservation:
    """The worst case of one call, held until it is settled."""

    buckets: tuple[_Bucket, ...]
    amount: Decimal
    open: bool = True


class Budget:
    """What was spent and what is reserved, by cap. Periods are of UTC, by the time of the call."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._used: dict[_Bucket, Decimal] = {}

    def reserve(self, account: Account, worst: Decimal, at_ms: int) -> Reservation:
        """Holds the worst case. Raises BudgetRefused, holding nothing, if a cap would be passed."""
        self._forget(at_ms)
        buckets = tuple(self._buckets(account, at_ms))
        caps = self._caps
        limits = {
            "brief": caps.brief,
            "desk-hour": caps.desk_hour,
            "day": caps.day,
            "family-hour": caps.family_hour,
            "family-day": caps.family_day,
        }
        for bucket in buckets:
            limit = limits[bucket[0]]
            used = self._used.get(bucket, NOTHING)
            if used + worst > limit:
                raise BudgetRefused(bucket[0], limit, used, worst)
        self._add(buckets, worst)
        return Reservation(buckets, worst)

    def settle(self, reservation: Reservation, actual: Decimal) -> None:
        """Puts what was spent in the place of what was held. Settling twice is once."""
        if reservation.open:
            reservation.open = False
            self._add(reservation.buckets, actual - reservation.amount)

    def book(self, account: Account, spent: Decimal, at_ms: int) -> None:
        """Counts what was spent elsewhere or before."""
        self._add(tuple(self._buckets(account, at_ms)), spent)

    def _buckets(self, account: Account, at_ms: int) -> Iterator[_Bucket]:
        yield "brief", account.brief_id, at_ms // DAY_MS
        yield "desk-hour", account.desk, at_ms // HOUR_MS
        yield "day", "", at_ms // DAY_MS
        if account.family:
            yield "family-hour", account.family, at_ms // HOUR_MS
            yield "family-day", account.family, at_ms // DAY_MS

    def _add(self, buckets: tuple[_Bucket, ...], amount: Decimal) -> None:
        for bucket in buckets:
            self._used[bucket] = self._used.get(bucket, NOTHING) + amount

    def _forget(self, at_ms: int) -> None:
        """A period that is over is asked for no more; what runs across midnight is settled in its own."""
        days, hours = at_ms // DAY_MS - 1, at_ms // HOUR_MS - 2
        over = [each for each in self._used if each[2] < (hours if each[0].endswith("-hour") else days)]
        for bucket in over:
            del self._used[bucket]
