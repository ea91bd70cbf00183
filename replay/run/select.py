"""What of the log is to be run again: from where, with what before it as a warm-up, and to where.

Whatever names a beginning (offsets, a time, a brief's sources) names a *moment*: the logged time of the
earliest record it means. The range is all that was logged from that moment on, in every partition, so
it does not depend on how entries were spread. Pure: the log is asked through a small port.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

OFFSETS = re.compile(r"(?P<topic>[a-z.]+):(?P<places>earliest|\d+=\d+(?:,\d+=\d+)*)")
DURATION = re.compile(r"(\d+)\s*(ms|s|min|m|h|d)")
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


class SelectionError(ValueError):
    """What was asked for cannot be a range of this log; the message says why and what could be."""


class Overtaken(SelectionError):
    """Retention has taken away the beginning of what was asked for."""


class Log(Protocol):
    """Where the source stands now. Times are logged ones, in epoch milliseconds."""

    topic: str
    # By partition: the earliest offset retention has left, and the offset after the last record.
    lows: Mapping[int, int]
    highs: Mapping[int, int]

    def time_at(self, partition: int, offset: int) -> int | None:
        """When the first record at or after an offset was logged; None where there is none."""

    def offsets_at(self, moment: int) -> Mapping[int, int]:
        """By partition, the first record logged at a moment or later; the end where there is none."""


@dataclass(frozen=True, slots=True)
class Earliest:
    """All that retention has left."""


@dataclass(frozen=True, slots=True)
class Places:
    """From these records on; ``what`` is how an error names them."""

    offsets: tuple[tuple[int, int], ...]
    what: str


@dataclass(frozen=True, slots=True)
class Moment:
    """From what was logged at this time on (epoch ms)."""

    at: int


@dataclass(frozen=True, slots=True)
class Last:
    """So many milliseconds before the end of what is read."""

    milliseconds: int


Where = Earliest | Places | Moment | Last


@dataclass(frozen=True, slots=True)
class Reach:
    """Where reading begins. ``offsets``: the first record read, warm-up included; ``range_offsets``: the
    first of the range itself. ``begins_at`` 0: no warm-up. ``whole_from`` 0: from the very first record.
    ``shortened``: retention has taken away a part of the warm-up that was asked for, or, when all
    that is left was asked for, what had been before it.
    """

    offsets: Mapping[int, int]
    range_offsets: Mapping[int, int]
    begins_at: int = 0
    whole_from: int = 0
    shortened: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all that was ever logged is read, none of it as a warm-up."""
        return not self.begins_at and not self.whole_from


def parse_place(text: str, topics: Iterable[str]) -> tuple[str, Where]:
    """Topic and beginning of ``articles.raw:earliest`` or ``articles.raw:0=120,1=98``.

    Raises SelectionError.
    """
    known = tuple(topics)
    found = OFFSETS.fullmatch(text.strip())
    if found is None or found["topic"] not in known:
        raise SelectionError(
            f"{text!r} names no place in the log: write TOPIC:earliest or TOPIC:PARTITION=OFFSET,…, such as "
            f"{known[0]}:0=120,1=98, of {' or '.join(known)}"
        )
    if found["places"] == "earliest":
        return found["topic"], Earliest()
    pairs = [each.split("=") for each in found["places"].split(",")]
    offsets = {int(partition): int(offset) for partition, offset in pairs}
    if len(offsets) < len(pairs):
        raise SelectionError(f"{text!r} names a partition twice; give one offset for each")
    return found["topic"], Places(tuple(sorted(offsets.items())), text.strip())


def parse_time(text: str) -> int:
    """Epoch ms of an ISO 8601 time, UTC unless it says otherwise, or of epoch ms. Raises SelectionError."""
    if text.isdigit():
        return int(text)
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise SelectionError(
            f"{text!r} is no time: write one such as 2026-03-01T06:00, or epoch milliseconds"
        ) from error
    aware = said if said.tzinfo else said.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def parse_duration(text: str) -> int:
    """Milliseconds of ``90s``, ``15min``, ``24h`` or ``7d``; 0 is 0. Raises SelectionError."""
    found = DURATION.fullmatch(text.strip().lower())
    if found is None:
        if text.strip() == "0":
            return 0
        raise SelectionError(f"{text!r} is no length of time: write one such as 90s, 15min, 24h or 7d")
    return int(found[1]) * UNITS[found[2]]


def moment(where: Where, log: Log, end_at: int) -> int:
    """The logged time at which a range begins; 0 for all there is. ``end_at``: the end of what is read.

    Raises Overtaken for records that retention has taken away, SelectionError for ones that are not there.
    """
    if isinstance(where, Earliest):
        return 0
    if isinstance(where, Moment):
        return where.at
    if isinstance(where, Last):
        return max(1, end_at - where.milliseconds)
    times = []
    for partition, offset in where.offsets:
        if partition not in log.lows:
            raise SelectionError(
                f"{where.what}: {log.topic} has no partition {partition}; it has 0 to {max(log.lows)}"
            )
        if offset < log.lows[partition]:
            raise Overtaken(
                f"{where.what}: {log.topic}-{partition}@{offset} is gone; retention has overtaken it, and "
                f"the earliest record left there is {log.lows[partition]}. "
                f"Begin at {log.topic}:earliest, or later"
            )
        at = log.time_at(partition, offset) if offset < log.highs[partition] else None
        if at is None:
            raise SelectionError(
                f"{where.what}: there is nothing at or after {log.topic}-{partition}@{offset}; the log ends "
                f"at {log.highs[partition]}"
            )
        times.append(at)
    return min(times)


def reach(begins_at: int, warm_up_ms: int | None, log: Log) -> Reach:
    """Where reading begins, for a range that begins at a moment (0: with all there is).

    ``warm_up_ms`` None warms up on all there is. Raises Overtaken when records of the range itself
    are gone.
    """
    # What is left of a partition that lost its beginning begins here; the log's end where all went.
    left = {p: log.time_at(p, low) for p, low in log.lows.items() if low > 0}
    latest = max((at for at in left.values() if at is not None), default=0)
    if begins_at == 0:
        return Reach(dict(log.lows), dict(log.lows), 0, latest, shortened=latest > 0)
    for partition, at in sorted(left.items()):
        if at is None or at > begins_at:
            raise Overtaken(
                f"retention has overtaken the start: of what {log.topic}-{partition} had logged since "
                f"{begins_at}, the records before offset {log.lows[partition]} are gone. "
                f"Begin at {log.topic}:earliest, or later"
            )
    wanted = 0 if warm_up_ms is None else max(0, begins_at - warm_up_ms)
    offsets = dict(log.lows) if wanted == 0 else _clipped(log.offsets_at(wanted), log)
    from_the_first = all(offset == 0 for offset in offsets.values())
    whole_from = 0 if from_the_first else max(wanted, latest if offsets_lost(offsets, log) else 0)
    range_offsets = _clipped(log.offsets_at(begins_at), log)
    if offsets == range_offsets and from_the_first:
        return Reach(offsets, range_offsets)
    return Reach(offsets, range_offsets, begins_at, whole_from, shortened=whole_from > wanted)


def offsets_lost(offsets: Mapping[int, int], log: Log) -> bool:
    """Whether reading begins where retention, and not the wish, has put the beginning."""
    return any(low > 0 and offsets[partition] == low for partition, low in log.lows.items())


def _clipped(offsets: Mapping[int, int], log: Log) -> dict[int, int]:
    return {partition: max(low, offsets[partition]) for partition, low in log.lows.items()}
