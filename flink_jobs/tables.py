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
from schemas.records import Record
from topics.catalogue import TOPICS
from topics.lane import Lane

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


def value_format(record_type: type[Record], registry_url: str) -> dict[str, str]:
    """Format options of a value: the record's own schema, under the record's name."""
    return {
        "value.format": "avro-confluent",
        "value.avro-confluent.url": registry_url,
        "value.avro-confluent.subject": full_name(record_type),
        "value.avro-confluent.schema": json.dumps(
            json.loads(schema_text(record_type)), separators=(",", ":")
        ),
    }


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a job's tables are: broker, registry (the address of its Confluent API) and lane."""

    bootstrap: str
    registry_url: str
    lane: Lane

    def group(self, job: str) -> str:
        """The group in which a job notes how far it has read, with each checkpoint."""
        return self.lane.group(f"jobs.{job}")

    def client(self, job: str) -> str:
        """What the ids of a job's reading clients begin with; a hyphen and a number follow."""
        return self.group(job)

    def source(self, topic: str, job: str, lane: Lane | None = None) -> dict[str, str]:
        """Options of a table that reads a topic from its beginning, committed records only.

        ``lane``: whose topic; the job's own lane's by default.
        """
        described = TOPICS[topic]
        return {
            **self._kafka((lane or self.lane).topic(topic)),
            "properties.group.id": self.group(job),
            "properties.client.id.prefix": self.client(job),
            "properties.isolation.level": "read_committed",
            "scan.startup.mode": "earliest-offset",
            **value_format(described.record, self.registry_url),
        }

    def sink(self, topic: str, encoded: bool = False) -> dict[str, str]:
        """Options of a table that writes a topic exactly once, partitioned by key as Java's clients do.

        ``encoded``: the values are bytes already, header and Avro.
        """
        described = TOPICS[topic]
        value = {"value.format": "raw"} if encoded else value_format(described.record, self.registry_url)
        return {
            **self._kafka(self.lane.topic(topic)),
            "properties.transaction.timeout.ms": str(TRANSACTION_TIMEOUT_MS),
            "properties.max.request.size": described.config()["max.message.bytes"],
            "sink.delivery-guarantee": "exactly-once",
            "sink.transactional-id-prefix": self.lane.transactional_prefix(topic),
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
        }


def sink_table(name: str, topic: str, connection: Connection) -> str:
    """CREATE TABLE of an output topic: the record's columns, then the key."""
    key = f"{quoted(KEY_COLUMN)} STRING NOT NULL"
    return table(name, TOPICS[topic].record, connection.sink(topic), (key,))


def encoded_sink_table(name: str, topic: str, connection: Connection) -> str:
    """CREATE TABLE of an output topic whose records come encoded: the value's bytes, then the key."""
    clauses = (f"{quoted(VALUE_COLUMN)} BYTES NOT NULL", f"{quoted(KEY_COLUMN)} STRING NOT NULL")
    return _create(name, clauses, connection.sink(topic, encoded=True))


def quoted(name: str) -> str:
    """An identifier; several names of ours are reserved words."""
    return f"`{name}`"


def literal(text: str) -> str:
    """A string literal."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


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
