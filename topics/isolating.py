"""Finds the records that an effect fails for, so that the rest of their batch has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.records import Record
from telemetry import logs
from topics.reading import Received

Batch = Sequence[tuple[Received, Record]]
LOG = logs.logger("isolating")


@dataclass(frozen=True, slots=True)
class Failure:
    """A record and what was raised for it."""

    received: Received
    record: Record
    error: Exception


def isolated(batch: Batch, handle: Callable[[Batch], None], well: Callable[[], None]) -> list[Failure]:
    """Hands ``batch`` to ``handle``; when that raises, its halves in their order, down to single records.

    ``handle`` does the same when it is called again for what it has done. ``well`` raises while what it
    writes to is away: it is asked after every failure, and what it raises ends the search, for then no
    record is at fault. A single record is tried twice. At most 4 n calls for a batch of n.
    """
    try:
        handle(batch)
        return []
    except Exception as error:  # noqa: BLE001 - whatever it is, well() tells whether it may be a record's
        well()
        if len(batch) == 1:
            return _again(batch, handle, well)
        LOG.warning("a batch failed; its halves are tried", records=len(batch), error=type(error).__name__)
    middle = len(batch) // 2
    return isolated(batch[:middle], handle, well) + isolated(batch[middle:], handle, well)


def _again(batch: Batch, handle: Callable[[Batch], None], well: Callable[[], None]) -> list[Failure]:
    """A moment's weakness of what is written to is no fault of a record."""
    try:
        handle(batch)
    except Exception as error:  # noqa: BLE001 - as above; it becomes a dead letter
        well()
        ((received, record),) = batch
        return [Failure(received, record, error)]
    return []
