"""Rows to records at the entry of the Python operators, and records to rows at their exit.

What comes in has its times as epoch milliseconds (see ``sources.input_columns``). What goes out is encoded
here, by the log's own codec, so the sinks pass bytes on: no nested row crosses between Python and Java.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flink_jobs.stories.failures import TooLarge
from flink_jobs.tables import columns
from schemas.codec import Codec, from_dict, schema_text
from schemas.limits import RECORD_BYTES
from schemas.records import Assignment, DeadLetter, EnrichedArticle, Record, Story, UniqueArticle
from schemas.registry import Registry
from topics.catalogue import ARTICLES_ENRICHED, ASSIGNMENTS, DEAD_LETTERS, STORIES, TOPICS

OUTPUTS: dict[type[Record], str] = {
    EnrichedArticle: ARTICLES_ENRICHED,
    Story: STORIES,
    Assignment: ASSIGNMENTS,
}
ENCODED: dict[type[Record], str] = {**OUTPUTS, DeadLetter: DEAD_LETTERS}
# No topic: a row of it ends the job, with its key as the reason.
FLOOD = "flood"
FIELDS = tuple(columns(UniqueArticle))


class Encoded(NamedTuple):
    """A record of one of the job's outputs."""

    topic: str
    key: str
    value: bytes


class KnownIds:
    """Schema ids asked for once, where the registry can be reached; they travel with the operator."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = dict(ids)

    @classmethod
    def of(cls, registry: Registry) -> KnownIds:
        """Those of what the job writes. Raises UnregisteredSchema when one is not registered."""
        return cls({record_type.__name__: registry.id_of(record_type) for record_type in ENCODED})

    def id_of(self, record_type: type[Record]) -> int:
        """Raises KeyError for a record that is no output of the job."""
        return self._ids[record_type.__name__]

    def schema_of(self, schema_id: int) -> str:
        """Raises KeyError for another's id."""
        name = next((name for name, known in self._ids.items() if known == schema_id), None)
        if name is None:
            raise KeyError(schema_id)
        return schema_text(next(each for each in ENCODED if each.__name__ == name))


def unique_article(row: Sequence[Any]) -> UniqueArticle:
    """The record of a row with the columns of ``input_columns``, in their order."""
    return from_dict(UniqueArticle, dict(zip(FIELDS, row, strict=True)))


def encoded(record: Record, codec: Codec) -> Encoded:
    """Topic, key and bytes of an output. Raises KeyError for a record that is none, TooLarge, and whatever
    encoding raises."""
    topic = ENCODED[type(record)]
    key, value = str(getattr(record, TOPICS[topic].key)), codec.encode(record)
    if len(value) > RECORD_BYTES:
        raise TooLarge(
            f"a {type(record).__name__} of {len(value)} bytes under {key}, at most {RECORD_BYTES} may be"
        )
    return Encoded(topic, key, value)
