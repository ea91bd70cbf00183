"""Bytes and back, and what happens to bytes that are not ours."""

import json
import typing
from dataclasses import fields
from enum import StrEnum
from types import NoneType, UnionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec, generate, records
from schemas.codec import HEADER, Codec, Undecodable, from_dict, schema_text, to_dict
from schemas.records import SCHEMA_FILES, Article, Brief, Kind, Record, SeenEntry, Story
from schemas.registry import LocalSchemas

CODEC = Codec(LocalSchemas())


def values_of(annotation: object) -> st.SearchStrategy[typing.Any]:
    """Any value a record's field may hold."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is UnionType:
        inner = next(each for each in arguments if each is not NoneType)
        return st.none() | values_of(inner)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    assert isinstance(annotation, type)
    if issubclass(annotation, Record):
        return records_of(annotation)
    if issubclass(annotation, StrEnum):
        return st.sampled_from(list(annotation))
    simple: dict[type, st.SearchStrategy[typing.Any]] = {
        str: st.text(max_size=20),
        int: st.integers(-(2**31), 2**31 - 1),
        float: st.floats(allow_nan=False),
        bool: st.booleans(),
        bytes: st.binary(max_size=20),
    }
    return simple[annotation]


def records_of(record_type: type[Record]) -> st.SearchStrategy[Record]:
    hints = typing.get_type_hints(record_type, vars(records))
    names = [field.name for field in fields(record_type)]  # type: ignore[arg-type]
    return st.fixed_dictionaries({name: values_of(hints[name]) for name in names}).map(
        lambda values: record_type(**values)
    )


@pytest.mark.parametrize("record_type", SCHEMA_FILES.values(), ids=lambda each: each.__name__)
def test_every_record_survives_the_wire(record_type: type[Record]) -> None:
    @given(records_of(record_type))
    def survives(record: Record) -> None:
        assert CODEC.decode(CODEC.encode(record), record_type) == record

    survives()


def test_records_module_is_what_the_schemas_say() -> None:
    assert generate.TARGET.read_text(encoding="utf-8") == generate.render()


def test_every_schema_has_a_record() -> None:
    assert {path.name for path in codec.AVRO.glob("*.avsc")} == set(SCHEMA_FILES)


def test_header_carries_the_schema_id() -> None:
    data = CODEC.encode(Article(article_id="a", observed_at=1))
    assert HEADER.unpack_from(data) == (0, LocalSchemas().id_of(Article))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00",
        b"\x01\x00\x00\x00\x00rest",
        b"\x00\x00\x00\x00\x07rest",
        CODEC.encode(Article(article_id="a", observed_at=1))[:-2],
        CODEC.encode(Article(article_id="a", observed_at=1)) + b"x",
        CODEC.encode(Story(story_id="s", opened_at=1, updated_at=2)),
    ],
    ids=["empty", "short", "other magic", "unknown id", "cut off", "left over", "another record"],
)
def test_bytes_that_are_no_article_are_refused(data: bytes) -> None:
    with pytest.raises(Undecodable):
        CODEC.decode(data, Article)


class NewerWriter(LocalSchemas):
    """A registry whose Article has one kind and one field that we do not know."""

    def schema_of(self, schema_id: int) -> str:
        schema = json.loads(super().schema_of(schema_id))
        for field in schema["fields"]:
            if field["name"] == "kind":
                field["type"]["symbols"].append("RETRACTION")
        schema["fields"].append({"name": "mood", "type": "string", "default": ""})
        return json.dumps(schema)


def test_an_unknown_kind_reads_as_a_tick_and_an_unknown_field_is_left_out() -> None:
    import io

    import fastavro

    ids = NewerWriter()
    schema_id = ids.id_of(Article)
    writer = fastavro.parse_schema(codec._without_logical_types(json.loads(ids.schema_of(schema_id))))
    out = io.BytesIO()
    out.write(HEADER.pack(0, schema_id))
    plain = to_dict(Article(article_id="a", observed_at=5))
    fastavro.schemaless_writer(out, writer, {**plain, "kind": "RETRACTION", "mood": "calm"})
    read = Codec(ids).decode(out.getvalue(), Article)
    assert read.kind is Kind.TICK
    assert read.observed_at == 5


def test_plain_dicts_are_json_and_come_back() -> None:
    brief = Brief(brief_id="b", story_id="s", generated_at=1, information_cutoff=2)
    assert from_dict(Brief, json.loads(json.dumps(to_dict(brief)))) == brief


def test_seen_hashes_are_bytes() -> None:
    assert to_dict(SeenEntry(guid_hash=b"12345678"))["guid_hash"] == b"12345678"


def test_the_schema_text_is_the_file() -> None:
    assert json.loads(schema_text(Article))["name"] == "Article"
