"""Records to bytes and back: a 5-byte header (zero, schema id as big-endian int32), then Avro.

The header is the Confluent wire format, which Flink's ``avro-confluent`` reads and writes too.
Times stay what they are on the wire, epoch milliseconds: the logical type is taken off here.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

import fastavro
from fastavro.types import Schema

from schemas import records
from schemas.records import SCHEMA_FILES, Record

AVRO = Path(__file__).parent / "avro"
HEADER = struct.Struct(">bI")
FILES = {record_type: name for name, record_type in SCHEMA_FILES.items()}

R = TypeVar("R", bound=Record)

_FIELD_TYPES: dict[type[Record], dict[str, Any]] = {}
_PARSED: dict[type[Record], Schema] = {}


class Undecodable(ValueError):
    """Bytes that are no record of the expected type."""


class SchemaIds(Protocol):
    """Who knows the ids of schemas: a registry."""

    def id_of(self, record_type: type[Record]) -> int:
        """The id under which this record's schema is registered."""

    def schema_of(self, schema_id: int) -> str:
        """The schema's JSON text; KeyError when there is no such id."""


def schema_text(record_type: type[Record]) -> str:
    """The .avsc of a record, as JSON text."""
    return (AVRO / FILES[record_type]).read_text(encoding="utf-8")


def full_name(record_type: type[Record]) -> str:
    """Namespace and name; also the registry's subject."""
    return f"tidewire.{record_type.__name__}"


class Codec:
    """Encodes and decodes records; schemas are resolved once per id."""

    def __init__(self, ids: SchemaIds) -> None:
        self._ids = ids
        self._headers: dict[type[Record], bytes] = {}
        self._writers: dict[int, Schema] = {}

    def encode(self, record: Record) -> bytes:
        """Header and Avro bytes of a record."""
        record_type = type(record)
        header = self._headers.get(record_type)
        if header is None:
            header = HEADER.pack(0, self._ids.id_of(record_type))
            self._headers[record_type] = header
        out = io.BytesIO()
        out.write(header)
        fastavro.schemaless_writer(out, _parsed(record_type), to_dict(record))
        return out.getvalue()

    def decode(self, data: bytes, record_type: type[R]) -> R:
        """The record in ``data``; an older or newer writer's schema is resolved to ours.

        Raises Undecodable when the header, the schema id or the Avro body is not right. An
        unreachable registry raises its own error: that is no fault of the bytes.
        """
        if len(data) < HEADER.size or data[0] != 0:
            raise Undecodable(f"no schema header in {len(data)} bytes for {record_type.__name__}")
        schema_id = HEADER.unpack_from(data)[1]
        body = io.BytesIO(data[HEADER.size :])
        writer = self._writer(schema_id, record_type)
        try:
            read = fastavro.schemaless_reader(body, writer, _parsed(record_type))
            if body.read(1):
                raise Undecodable(f"bytes left over after a {record_type.__name__}")
            return from_dict(record_type, read)  # type: ignore[arg-type]
        except Undecodable:
            raise
        except Exception as error:
            # fastavro raises whatever the garbage leads it to: EOFError, IndexError, struct.error, …
            raise Undecodable(f"{record_type.__name__} under schema {schema_id}: {error!r}") from error

    def _writer(self, schema_id: int, record_type: type[Record]) -> Schema:
        known = self._writers.get(schema_id)
        if known is None:
            try:
                text = self._ids.schema_of(schema_id)
            except KeyError as error:
                raise Undecodable(f"schema id {schema_id} of a {record_type.__name__} is unknown") from error
            try:
                known = fastavro.parse_schema(_without_logical_types(json.loads(text)))
            except Exception as error:
                # The registry may hold schemas of others, in other languages than Avro.
                raise Undecodable(
                    f"schema {schema_id} of a {record_type.__name__} is none: {error!r}"
                ) from error
            self._writers[schema_id] = known
        return known


def to_dict(record: Record) -> dict[str, Any]:
    """Plain dicts, lists and values, as fastavro and json take them."""
    return {name: _plain(getattr(record, name)) for name in _field_types(type(record))}


def from_dict(record_type: type[R], values: Mapping[str, Any]) -> R:
    """The inverse of to_dict; unknown names are ignored, absent ones take their defaults."""
    types = _field_types(record_type)
    return record_type(**{k: _typed(types[k], v) for k, v in values.items() if k in types})


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return to_dict(value)
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    return value.value if isinstance(value, StrEnum) else value


def _typed(annotation: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(annotation)
    if origin is UnionType:
        annotation = next(arg for arg in get_args(annotation) if arg is not NoneType)
        origin = get_origin(annotation)
    if origin is tuple:
        member = get_args(annotation)[0]
        return tuple(_typed(member, each) for each in value)
    if isinstance(annotation, type):
        if is_dataclass(annotation) and not isinstance(value, annotation):
            return from_dict(annotation, value)  # type: ignore[type-var]
        if issubclass(annotation, StrEnum):
            return annotation(value)
    return value


def _field_types(record_type: type[Record]) -> dict[str, Any]:
    if record_type not in _FIELD_TYPES:
        hints = get_type_hints(record_type, vars(records))
        names = [field.name for field in fields(record_type)]  # type: ignore[arg-type]
        _FIELD_TYPES[record_type] = {name: hints[name] for name in names}
    return _FIELD_TYPES[record_type]


def _parsed(record_type: type[Record]) -> Schema:
    if record_type not in _PARSED:
        _PARSED[record_type] = fastavro.parse_schema(
            _without_logical_types(json.loads(schema_text(record_type)))
        )
    return _PARSED[record_type]


def _without_logical_types(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_logical_types(v) for k, v in node.items() if k != "logicalType"}
    if isinstance(node, list):
        return [_without_logical_types(member) for member in node]
    return node
