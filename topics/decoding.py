"""Decodes what a reader without a group reads: a report, a comparison, a view in memory.

Such a reader writes no dead letters: whoever consumes the topic does. It goes on without what is no record,
and says so in its log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from schemas.codec import Codec, Undecodable
from schemas.records import Record
from telemetry import logs
from topics.reading import Received, read_range
from topics.settings import BrokerSettings

LOG = logs.logger("decoding")
# The rest of a reading's are counted.
TOLD = 3
R = TypeVar("R", bound=Record)


def decoded(came: Iterable[Received], codec: Codec, record_type: type[R]) -> Iterator[tuple[Received, R]]:
    """Those that are records, in order; tombstones are left out."""
    unreadable = 0
    for each in came:
        if each.value is None:
            continue
        try:
            record = codec.decode(each.value, record_type)
        except Undecodable as error:
            unreadable += 1
            if unreadable <= TOLD:
                LOG.warning("not a record, left out", place=each.place, reason=str(error))
            continue
        yield each, record
    if unreadable > TOLD:
        LOG.warning("not records, left out", records=unreadable, of=record_type.__name__)


def records(settings: BrokerSettings, codec: Codec, topic: str, record_type: type[R]) -> tuple[R, ...]:
    """Every committed record of a topic; within a partition in order. Tombstones are left out."""
    return tuple(record for _, record in decoded(read_range(settings, topic), codec, record_type))


def latest(settings: BrokerSettings, codec: Codec, topic: str, record_type: type[R]) -> dict[str, R]:
    """The last record of every key: a compacted topic as it stands. A key whose last value is empty is gone.

    What is no record, or has a key that is no text, changes nothing.
    """
    view: dict[str, R] = {}

    def keyed() -> Iterator[Received]:
        for each in read_range(settings, topic):
            try:
                key = (each.key or b"").decode()
            except UnicodeDecodeError as error:
                LOG.warning("not a key, left out", place=each.place, reason=str(error))
                continue
            if each.value is None:
                view.pop(key, None)
            yield each

    for each, record in decoded(keyed(), codec, record_type):
        view[(each.key or b"").decode()] = record
    return view
