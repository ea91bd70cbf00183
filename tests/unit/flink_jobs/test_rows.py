"""Every field through the rows and the codec, there and back."""

from __future__ import annotations

import pytest

from flink_jobs.stories.rows import FIELDS, KnownIds, encoded, unique_article
from flink_jobs.stories.sources import input_columns
from schemas.codec import Codec, to_dict
from schemas.records import (
    Assignment,
    Decision,
    DecisionKind,
    EnrichedArticle,
    Indicator,
    PublishedFrom,
    Reliability,
    Story,
    StoryArticle,
    StoryChange,
    UniqueArticle,
)

IDS = KnownIds({"EnrichedArticle": 11, "Story": 12, "Assignment": 13})
CODEC = Codec(IDS)
UNIQUE = UniqueArticle(
    article_id="a",
    version=3,
    content_hash="c" * 32,
    feed_id="f",
    publisher="outlet.test",
    family="Family",
    country="de",
    reliability=Reliability.B,
    url="https://outlet.test/ä",
    title="Überschrift",
    text="Überschrift\nText",
    authors=("Ann", "Bö"),
    language="de",
    published_at=-2_208_988_801_600,
    published_from=PublishedFrom.CLAMPED,
    observed_at=1_790_000_000_001,
    logged_at=1_790_000_000_002,
    raw_partition=5,
    raw_offset=2**40,
    late=True,
    lateness_ms=2**41,
    backfill=True,
    categories=("politics",),
    desk="world",
    rights="some",
    trace_id="t",
)
SHOWN = StoryArticle(
    article_id="a",
    version=3,
    content_hash="c" * 32,
    revision=1,
    title="Überschrift",
    excerpt="Über",
    url="https://outlet.test/ä",
    publisher="outlet.test",
    family="Family",
    reliability=Reliability.C,
    language="de",
    published_at=1,
    logged_at=2,
    duplicate_of="b",
    raw_partition=5,
    raw_offset=2**40,
)
STORY = Story(
    story_id="s",
    revision=4,
    change=StoryChange.MERGED,
    opened_at=1,
    updated_at=2,
    desk="world",
    articles=(SHOWN, StoryArticle(article_id="z")),
    article_count=2,
    family_count=1,
    independent_count=1,
    names=("Ann",),
    velocity=0.5,
    merged_into="m",
    absorbed=("x", "y"),
    previous_story_id="p",
    decisions=(
        Decision(desk="world", kind=DecisionKind.HOLD, materiality=0.5, due_at=3, reason="quiet"),
        Decision(),
    ),
    warmup=True,
)
ENRICHED = EnrichedArticle(
    **{name: getattr(UNIQUE, name) for name in FIELDS},
    revision=2,
    variant=True,
    story_id="s",
    similarity=0.75,
    duplicate_of="b",
    names=("Ann",),
    embedding=bytes(range(256)),
    embedding_model="model",
    warmup=True,
)
ASSIGNMENT = Assignment(
    story_id="s",
    desk="world",
    desk_hash="h",
    reason="because",
    materiality=1.5,
    assigned_at=3,
    warmup=True,
    story=STORY,
)


def test_row_of_the_view_is_a_unique_article() -> None:
    plain = to_dict(UNIQUE)
    assert unique_article([plain[name] for name in FIELDS]) == UNIQUE


def test_row_with_a_column_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        unique_article(["a"])


def test_times_enter_as_epoch_milliseconds_in_the_records_order() -> None:
    selected = input_columns()
    assert "EXTRACT(EPOCH FROM `published_at`) * 1000 + EXTRACT(MILLISECOND FROM `published_at`)" in selected
    assert [part for part in FIELDS if f"`{part}`" not in selected] == []


@pytest.mark.parametrize(
    ("record", "topic", "key"),
    [
        (ENRICHED, "articles.enriched", "a"),
        (STORY, "stories", "s"),
        (ASSIGNMENT, "assignments", "s"),
        (Story(story_id="bare", opened_at=0, updated_at=0), "stories", "bare"),
    ],
)
def test_outputs_come_back_as_they_were(
    record: EnrichedArticle | Story | Assignment, topic: str, key: str
) -> None:
    out = encoded(record, CODEC)
    assert (out.topic, out.key) == (topic, key)
    assert CODEC.decode(out.value, type(record)) == record


def test_record_that_is_no_output_is_refused() -> None:
    with pytest.raises(KeyError):
        encoded(Indicator(name="volume.1h", window_start=0, window_end=1), CODEC)


def test_other_ids_are_unknown() -> None:
    with pytest.raises(KeyError):
        IDS.schema_of(99)
