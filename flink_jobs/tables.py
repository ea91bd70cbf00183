"""Table definitions, derived from the catalogue of topics and the .avsc files.

Flink's ``avro-confluent`` format wants the table to be what it makes of the schema, nullability
included: an enum is a STRING, timestamp-millis a TIMESTAMP(3), a union with null a nullable type,
everything else NOT NULL. Times are UTC: the jobs set ``table.local-time-zone``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.codec import full_name, schema_text
from schemas.limits import (
    ARTICLE_BYTES,
    DEAD_LETTER_BYTES,
    HOST_CHARACTERS,
    ID_CHARACTERS,
    LANGUAGE_CHARACTERS,
    LOGGED_URL_CHARACTERS,
    NAME_CHARACTERS,
)
from schemas.records import Record
from topics.catalogue import TOPICS
from topics.lane import Lane
from topics.settings import MECHANISM, PROTOCOL

PRIMITIVES = {
    "string": "STRING",
    "int": "INT",
    "long": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "bytes": "BYTES",
}
# Of the key alone, never of the value; no field of a record may have these names.
KEY_COLUMN = "record_key"
VALUE_COLUMN = "record_value"
STRICT = "avro-confluent"
# Ours, in flink_jobs/java.
TOLERANT = "tolerant-avro-confluent"
# Metadata columns of the tolerant format, all null for what could be decoded; and the record's own key.
ERROR, UNDECODABLE, WHOLE, RAW_KEY = "undecodable_because", "undecodable", "whole", "raw_key"
TOLERANT_COLUMNS = (
    f"`{ERROR}` STRING METADATA FROM 'value.error' VIRTUAL",
    f"`{UNDECODABLE}` BYTES METADATA FROM 'value.undecodable' VIRTUAL",
    f"`{WHOLE}` BOOLEAN METADATA FROM 'value.whole' VIRTUAL",
)
# Most characters of a record's fields, in lists most items times most characters: no producer of any version
# wrote more, and what a story shows of 40 articles still fits into one record.
FIELD_LIMITS = {
    **dict.fromkeys(
        ("article_id", "content_hash", "feed_id", "story_id", "duplicate_of"), str(ID_CHARACTERS)
    ),
    **dict.fromkeys(("family", "country", "desk", "trace_id"), str(NAME_CHARACTERS)),
    "publisher": str(HOST_CHARACTERS),
    "language": str(LANGUAGE_CHARACTERS),
    "url": str(LOGGED_URL_CHARACTERS),
}
# An open transaction that expires is lost data: as long as the broker allows.
TRANSACTION_TIMEOUT_MS = 86_400_000


def sql_type(node: Any) -> str:
    """The SQL type of an Avro type, with its nullability. Raises ValueError for types no record uses."""
    if isinstance(node, list):
        member = next(each for each in node if each != "null")
        return sql_type(member).removesuffix(" NOT NULL")
    return f"{_bare_type(node)} NOT NULL"


def columns(record_type: type[Record]) -> dict[str, str]:
    """Column names and SQL types of a record, in the schema's order."""
    schema = json.loads(schema_text(record_type))
    return {field["name"]: sql_type(field["type"]) for field in schema["fields"]}


def table(name: str, record_type: type[Record], options: Mapping[str, str], extra: Sequence[str] = ()) -> str:
    """CREATE TEMPORARY TABLE with the record's columns; ``extra`` are column clauses that go after them."""
    fields = [f"{quoted(column)} {kind}" for column, kind in columns(record_type).items()]
    return _create(name, [*fields, *extra], options)


def source_table(
    name: str, record_type: type[Record], options: Mapping[str, str], extra: Sequence[str] = ()
) -> str:
    """The table of ``Connection.source``: the key, the record's columns, why it is undecodable, ``extra``."""
    fields = [f"{quoted(column)} {kind}" for column, kind in columns(record_type).items()]
    return _create(name, [f"{quoted(RAW_KEY)} BYTES", *fields, *TOLERANT_COLUMNS, *extra], options)


def tolerant_format(record_type: type[Record], registry_url: str, flood_failures: int) -> dict[str, str]:
    """Format options of a value that a stranger may have written: as ``value_format``, but what cannot be
    decoded is a row of defaults, with the reason and the bytes in TOLERANT_COLUMNS.

    The job stops for good when, of the last 1,000 records, ``flood_failures`` and half of them are such.
    """
    limits = {name: FIELD_LIMITS[name] for name in columns(record_type) if name in FIELD_LIMITS}
    own = {
        "limits": ",".join(f"{name}={most}" for name, most in limits.items()),
        "most-bytes": str(ARTICLE_BYTES),
        "kept-bytes": str(DEAD_LETTER_BYTES),
        "flood-failures": str(flood_failures),
    }
    strict = value_format(record_type, registry_url)
    del strict["value.format"]
    shared = {name.replace(f".{STRICT}.", f".{TOLERANT}."): value for name, value in strict.items()}
    return {
        "value.format": TOLERANT,
        **shared,
        **{f"value.{TOLERANT}.{name}": value for name, value in own.items()},
    }


def value_format(record_type: type[Record], registry_url: str) -> dict[str, str]:
    """Format options of a value: the record's own schema, under the record's name."""
    return {
        "value.format": STRICT,
        f"value.{STRICT}.url": registry_url,
        f"value.{STRICT}.subject": full_name(record_type),
        f"value.{STRICT}.schema": json.dumps(json.loads(schema_text(record_type)), separators=(",", ":")),
    }


LOGIN = {"properties.security.protocol": PROTOCOL, "properties.sasl.mechanism": MECHANISM}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a job's tables are: broker, registry (the address of its Confluent API) and lane.

    ``flood_failures``: see JobSettings.
    """

    bootstrap: str
    registry_url: str
    lane: Lane
    flood_failures: int = 100
    sasl: bool = False
    """Whether the broker asks who is there; the JVM's login configuration answers."""

    def group(self, job: str) -> str:
        """The group in which a job notes how far it has read, with each checkpoint."""
        return self.lane.group(f"jobs.{job}")

    def client(self, job: str) -> str:
        """What the ids of a job's reading clients begin with; a hyphen and a number follow."""
        return self.group(job)

    def source(self, topic: str, job: str, lane: Lane | None = None) -> dict[str, str]:
        """Options of a table that reads a topic from its beginning, committed records only.

        Its first column is RAW_KEY; what cannot be decoded is a row too (``tolerant_format``).
        ``lane``: whose topic; the job's own lane's by default.
        """
        described = TOPICS[topic]
        return {
            **self._kafka((lane or self.lane).topic(topic)),
            "properties.group.id": self.group(job),
            "properties.client.id.prefix": self.client(job),
            "properties.isolation.level": "read_committed",
            "scan.startup.mode": "earliest-offset",
            "key.format": "raw",
            "key.fields": RAW_KEY,
            "value.fields-include": "EXCEPT_KEY",
            **tolerant_format(described.record, self.registry_url, self.flood_failures),
        }

    def sink(self, topic: str, encoded: bool = False, job: str = "") -> dict[str, str]:
        """Options of a table that writes a topic exactly once, partitioned by key as Java's clients do.

        ``encoded``: the values are bytes already, header and Avro. ``job``: named where both jobs write the
        topic, for two sinks of one transactional id would abort each other's transactions.
        """
        described = TOPICS[topic]
        value = {"value.format": "raw"} if encoded else value_format(described.record, self.registry_url)
        return {
            **self._kafka(self.lane.topic(topic)),
            "properties.transaction.timeout.ms": str(TRANSACTION_TIMEOUT_MS),
            "properties.max.request.size": described.config()["max.message.bytes"],
            "sink.delivery-guarantee": "exactly-once",
            "sink.transactional-id-prefix": self.lane.transactional_prefix(
                f"{topic}-{job}" if job else topic
            ),
            "sink.partitioner": "default",
            "key.format": "raw",
            "key.fields": KEY_COLUMN,
            "value.fields-include": "EXCEPT_KEY",
            **value,
        }

    def _kafka(self, topic: str) -> dict[str, str]:
        return {
            "connector": "kafka",
            "topic": topic,
            "properties.bootstrap.servers": self.bootstrap,
            **(LOGIN if self.sasl else {}),
        }


def sink_table(name: str, topic: str, connection: Connection, job: str = "") -> str:
    """CREATE TABLE of an output topic: the record's columns, then the key."""
    key = f"{quoted(KEY_COLUMN)} STRING NOT NULL"
    return table(name, TOPICS[topic].record, connection.sink(topic, job=job), (key,))


def encoded_sink_table(name: str, topic: str, connection: Connection, job: str = "") -> str:
    """CREATE TABLE of an output topic whose records come encoded: the value's bytes, then the key."""
    clauses = (f"{quoted(VALUE_COLUMN)} BYTES NOT NULL", f"{quoted(KEY_COLUMN)} STRING NOT NULL")
    return _create(name, clauses, connection.sink(topic, encoded=True, job=job))


def quoted(name: str) -> str:
    """An identifier; several names of ours are reserved words."""
    return f"`{name}`"


def literal(text: str) -> str:
    """A string literal."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def default(kind: str) -> str:
    """An expression for the value that a column of this SQL type has when nothing is said."""
    bare = kind.removesuffix(" NOT NULL")
    if bare == kind:
        return f"CAST(NULL AS {kind})"
    values = {"STRING": "''", "BOOLEAN": "FALSE", "BYTES": "x''"}
    return f"CAST({values.get(bare, '0')} AS {bare})"


def interval(milliseconds: int) -> str:
    """An interval literal of that many milliseconds, less than 100 days."""
    seconds, millis = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"INTERVAL '{day} {hour:02d}:{minute:02d}:{second:02d}.{millis:03d}' DAY TO SECOND(3)"


def _create(name: str, clauses: Sequence[str], options: Mapping[str, str]) -> str:
    body = ",\n  ".join(clauses)
    settings = ",\n  ".join(f"{literal(key)} = {literal(value)}" for key, value in options.items())
    return f"CREATE TEMPORARY TABLE {quoted(name)} (\n  {body}\n) WITH (\n  {settings}\n)"


def _bare_type(node: Any) -> str:
    if isinstance(node, str):
        try:
            return PRIMITIVES[node]
        except KeyError:
            raise ValueError(f"Avro type {node!r} has no SQL type here") from None
    if node.get("logicalType") == "timestamp-millis":
        return "TIMESTAMP(3)"
    kind = node["type"]
    if kind == "enum":
        return "STRING"
    if kind == "array":
        return f"ARRAY<{sql_type(node['items'])}>"
    if kind == "record":
        fields = ", ".join(f"{quoted(field['name'])} {sql_type(field['type'])}" for field in node["fields"])
        return f"ROW<{fields}>"
    return _bare_type(kind)
