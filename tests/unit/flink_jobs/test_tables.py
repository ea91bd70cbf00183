"""Tables as Flink's Avro format wants them."""

from __future__ import annotations

import json

import pytest

from flink_jobs.tables import (
    KEY_COLUMN,
    VALUE_COLUMN,
    Connection,
    columns,
    encoded_sink_table,
    interval,
    literal,
    sink_table,
    sql_type,
    table,
)
from schemas.codec import schema_text
from schemas.records import Article, Assignment, EnrichedArticle, Indicator, Story, UniqueArticle
from topics.catalogue import ARTICLES_RAW, ARTICLES_UNIQUE, INDICATORS, STORIES
from topics.lane import LIVE, Lane

CONNECTION = Connection("broker:9092", "http://registry/apis", LIVE)


def test_columns_of_an_article() -> None:
    assert columns(Article) == {
        "kind": "STRING NOT NULL",
        "article_id": "STRING NOT NULL",
        "version": "INT NOT NULL",
        "content_hash": "STRING NOT NULL",
        "feed_id": "STRING NOT NULL",
        "publisher": "STRING NOT NULL",
        "family": "STRING NOT NULL",
        "country": "STRING NOT NULL",
        "reliability": "STRING NOT NULL",
        "url": "STRING NOT NULL",
        "title": "STRING NOT NULL",
        "text": "STRING NOT NULL",
        "authors": "ARRAY<STRING NOT NULL> NOT NULL",
        "language": "STRING NOT NULL",
        "published_at": "TIMESTAMP(3)",
        "observed_at": "TIMESTAMP(3) NOT NULL",
        "backfill": "BOOLEAN NOT NULL",
        "categories": "ARRAY<STRING NOT NULL> NOT NULL",
        "desk": "STRING NOT NULL",
        "rights": "STRING NOT NULL",
        "trace_id": "STRING NOT NULL",
        "attempt": "INT NOT NULL",
        "standing": "STRING NOT NULL",
    }


def test_nullable_numbers_and_nested_records() -> None:
    assert columns(Indicator)["z"] == "DOUBLE"
    articles = columns(Story)["articles"]
    assert articles.startswith("ARRAY<ROW<`article_id` STRING NOT NULL, `version` INT NOT NULL, ")
    assert "`duplicate_of` STRING, " in articles
    assert articles.endswith("`standing` STRING NOT NULL> NOT NULL> NOT NULL")


TABLES = (Article, UniqueArticle, Indicator, EnrichedArticle, Story, Assignment)


@pytest.mark.parametrize("record_type", TABLES)
def test_every_record_of_a_job_has_a_table_and_no_column_of_ours(record_type: type) -> None:
    found = columns(record_type)
    assert found
    assert not {KEY_COLUMN, VALUE_COLUMN} & set(found)


def test_unknown_avro_type_is_refused() -> None:
    with pytest.raises(ValueError, match="fixed"):
        sql_type("fixed")


def test_schema_is_inlined_with_doubled_quotes() -> None:
    ddl = table("raw", Article, CONNECTION.source(ARTICLES_RAW, "articles"))
    inlined = ddl.split("'value.tolerant-avro-confluent.schema' = '")[1].split("',\n")[0].replace("''", "'")
    assert json.loads(inlined) == json.loads(schema_text(Article))
    assert literal("it's") == "'it''s'"


def test_source_reads_committed_records_from_the_beginning() -> None:
    options = CONNECTION.source(ARTICLES_RAW, "stories")
    assert options["properties.isolation.level"] == "read_committed"
    assert options["scan.startup.mode"] == "earliest-offset"
    assert options["value.tolerant-avro-confluent.subject"] == "tidewire.Article"


def test_sink_commits_exactly_once_under_a_prefix_of_the_lane() -> None:
    live = CONNECTION.sink(ARTICLES_UNIQUE)
    beside = Connection("broker:9092", "http://registry/apis", Lane("check")).sink(ARTICLES_UNIQUE)
    assert live["sink.delivery-guarantee"] == "exactly-once"
    assert live["properties.transaction.timeout.ms"] == "86400000"
    assert live["sink.transactional-id-prefix"] == LIVE.transactional_prefix(ARTICLES_UNIQUE)
    assert live["sink.transactional-id-prefix"] != beside["sink.transactional-id-prefix"]
    assert (live["topic"], beside["topic"]) == ("articles.unique", "check.articles.unique")


def test_lanes_read_raw_in_groups_of_their_own() -> None:
    beside = Connection("broker:9092", "http://registry/apis", Lane("check")).source(ARTICLES_RAW, "stories")
    assert beside["topic"] == ARTICLES_RAW
    assert beside["properties.group.id"] != CONNECTION.source(ARTICLES_RAW, "stories")["properties.group.id"]


def test_key_is_no_part_of_the_value() -> None:
    ddl = sink_table("indicators", INDICATORS, CONNECTION)
    assert "`record_key` STRING NOT NULL\n) WITH" in ddl
    assert "'key.fields' = 'record_key'" in ddl
    assert "'key.format' = 'raw'" in ddl
    assert "'value.fields-include' = 'EXCEPT_KEY'" in ddl


def test_encoded_sink_passes_bytes_on() -> None:
    ddl = encoded_sink_table("stories", STORIES, CONNECTION)
    assert ddl.startswith("CREATE TEMPORARY TABLE `stories` (\n  `record_value` BYTES NOT NULL,\n")
    assert "'value.format' = 'raw'" in ddl
    assert "avro" not in ddl
    assert "'sink.delivery-guarantee' = 'exactly-once'" in ddl


def test_unique_article_keeps_what_raw_has() -> None:
    raw = {name: kind for name, kind in columns(Article).items() if name not in ("kind", "published_at")}
    assert raw.items() <= columns(UniqueArticle).items()


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (1, "INTERVAL '0 00:00:00.001' DAY TO SECOND(3)"),
        (3_610_001, "INTERVAL '0 01:00:10.001' DAY TO SECOND(3)"),
        (90_061_000, "INTERVAL '1 01:01:01.000' DAY TO SECOND(3)"),
    ],
)
def test_intervals(milliseconds: int, text: str) -> None:
    assert interval(milliseconds) == text
