"""What a registry that is not the log's own is told by."""

from __future__ import annotations

from schemas.codec import Codec, schema_text
from schemas.records import Article, FeedSpec, Record, Story
from topics.catalogue import ARTICLES_RAW, FEEDS_CATALOG
from topics.numbering import misnumbered
from topics.reading import Received


class Numbered:
    """A registry that numbers these records from 1."""

    def __init__(self, *records: type[Record]) -> None:
        self._records = records

    def id_of(self, record_type: type[Record]) -> int:
        return self._records.index(record_type) + 1

    def schema_of(self, schema_id: int) -> str:
        if not 0 < schema_id <= len(self._records):
            raise KeyError(schema_id)
        return schema_text(self._records[schema_id - 1])


def at(topic: str, value: bytes | None) -> Received:
    return Received(topic, 0, 7, 0, b"key", value)


ARTICLE, FEED = Article(article_id="a", observed_at=1), FeedSpec(feed_id="f", url="http://f.example/feed")
WRITER = Codec(Numbered(Article, FeedSpec))
LOG = [at(ARTICLES_RAW, WRITER.encode(ARTICLE)), at(FEEDS_CATALOG, WRITER.encode(FEED))]


def test_the_registry_that_the_log_was_written_with_is_right() -> None:
    assert misnumbered(LOG, Numbered(Article, FeedSpec)) == {}


def test_one_that_numbered_anew_in_the_same_order_is_right() -> None:
    assert misnumbered(LOG, Numbered(Article, FeedSpec, Story)) == {}


def test_one_that_numbers_otherwise_is_told_by_each_number() -> None:
    found = misnumbered(LOG, Numbered(FeedSpec, Article))
    assert found == {
        1: "1 is tidewire.Article at articles.raw-0@7, and tidewire.FeedSpec there",
        2: "2 is tidewire.FeedSpec at feeds.catalog-0@7, and tidewire.Article there",
    }


def test_one_that_does_not_know_a_number_is_told() -> None:
    assert misnumbered(LOG, Numbered(Article)) == {
        2: "2 is tidewire.FeedSpec at feeds.catalog-0@7, and nothing there"
    }


def test_what_is_no_record_is_passed_over() -> None:
    assert (
        misnumbered(
            [at(ARTICLES_RAW, None), at(ARTICLES_RAW, b"\x00"), at(ARTICLES_RAW, b"{ } {}")], Numbered()
        )
        == {}
    )
