"""Quiet hours of a desk, told on the clock of a place. Pure: no clock is read here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _known(name: str) -> str:
    try:
        _zone(name)
    # A name with a null or with a folder's path raises ValueError, a folder's own an OSError.
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Berlin") from error
    return name


# Quoted in YAML: 22:00 without quotes is the number 1320 there.
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Zone = Annotated[str, AfterValidator(_known)]


class QuietHours(BaseModel):
    """A span of every day, over midnight if it ends before it begins."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    # As the IANA names it.
    zone: Zone = "UTC"
    # News of this materiality goes out all the same; 1 is the most there is.
    except_from: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("they end when they begin; leave them out, or name another end")
        return self

    def until(self, at: int) -> int | None:
        """When the quiet hours that a time (epoch ms) falls into end, in epoch ms; None outside of them.

        Where clocks are put back inside the span it is the end that is still to come.
        """
        zone = _zone(self.zone)
        local = datetime.fromtimestamp(at // 1000, zone)
        begins, ends, now = time.fromisoformat(self.begins), time.fromisoformat(self.ends), local.time()
        over_midnight = ends < begins
        inside = (now >= begins or now < ends) if over_midnight else begins <= now < ends
        if not inside:
            return None
        day = local.date() + timedelta(days=1) if over_midnight and now >= begins else local.date()
        return next(end for end in self._ends(datetime.combine(day, ends, zone)) if end > at)

    def _ends(self, end: datetime) -> Iterator[int]:
        """An hour that comes twice has two ends; the next day's is there for one that was left out."""
        for each in (end, end.replace(fold=1), end + timedelta(days=1)):
            yield int(each.astimezone(UTC).timestamp()) * 1000

    def clock(self, at: int) -> str:
        """A time (epoch ms) as the place's clock shows it."""
        return f"{datetime.fromtimestamp(at // 1000, _zone(self.zone)):%Y-%m-%d %H:%M} {self.zone}"
