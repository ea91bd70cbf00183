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
    """US dollars."""

    brief: Decimal
    desk_hour: Decimal
    day: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """On whose account a call is made."""

    brief_id: str
    desk: str


class BudgetRefused(RuntimeError):
    """A call could cost more than is left. ``cap`` names which: brief, desk-hour or day."""

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
        limits = (self._caps.brief, self._caps.desk_hour, self._caps.day)
        for bucket, limit in zip(buckets, limits, strict=True):
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

    def _add(self, buckets: tuple[_Bucket, ...], amount: Decimal) -> None:
        for bucket in buckets:
            self._used[bucket] = self._used.get(bucket, NOTHING) + amount

    def _forget(self, at_ms: int) -> None:
        """A period that is over is asked for no more; what runs across midnight is settled in its own."""
        oldest = {"brief": at_ms // DAY_MS - 1, "day": at_ms // DAY_MS - 1, "desk-hour": at_ms // HOUR_MS - 2}
        over = [bucket for bucket in self._used if bucket[2] < oldest[bucket[0]]]
        for bucket in over:
            del self._used[bucket]
