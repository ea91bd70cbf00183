"""Whether the registry still numbers schemas as it did when the log was written.

A record names its schema by a number alone. A registry that lost what it held numbers them anew, and if it
does so in another order, records are read as something they are not, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from schemas.codec import HEADER, SchemaIds, full_name
from topics.catalogue import TOPICS
from topics.edges import edges
from topics.reading import Received
from topics.settings import BrokerSettings


class NumberingLost(RuntimeError):
    """The registry has other schemas, or none, under the numbers that the log's records bear."""


def check_numbering(settings: BrokerSettings, ids: SchemaIds) -> None:
    """Holds the registry against the first and the last records of the live lane's topics.

    Raises NumberingLost, ReadFailed or KafkaException.
    """
    wrong = misnumbered(edges(settings, TOPICS), ids)
    if wrong:
        raise NumberingLost(
            "the schema registry is not the one the log was written with. Of the numbers of schemas, "
            + "; ".join(text for _, text in sorted(wrong.items()))
            + ". Whatever reads the log stays stopped, for it would be misread. Put the registry's storage "
            "back from a backup; without one stop, delete that storage and start again: an empty registry "
            "numbers the schemas in their own order, from 1 on"
        )


def misnumbered(records: Iterable[Received], ids: SchemaIds) -> dict[int, str]:
    """By number, where the log and the registry disagree about it, in words.

    Bytes without the header of a record are passed over: whoever reads them says so.
    """
    wrong: dict[int, str] = {}
    for each in records:
        if each.value is None or len(each.value) < HEADER.size or each.value[0] != 0:
            continue
        number = HEADER.unpack_from(each.value)[1]
        written = full_name(TOPICS[each.topic].record)
        found = _name(ids, number)
        if found != written:
            wrong.setdefault(number, f"{number} is {written} at {each.place}, and {found or 'nothing'} there")
    return wrong


def _name(ids: SchemaIds, number: int) -> str | None:
    """The full name of the schema with this number."""
    try:
        schema = json.loads(ids.schema_of(number))
    except KeyError:
        return None
    return f"{schema.get('namespace', '')}.{schema['name']}"
