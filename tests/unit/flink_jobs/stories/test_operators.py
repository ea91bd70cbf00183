"""The operators before the ordered one: whatever stands in a row, one row of bytes leaves."""

from __future__ import annotations

from typing import Any

import pytest
from pyflink.common import Row

from flink_jobs.stories.embedded import Embedded, Embedder
from flink_jobs.stories.failures import Failure
from flink_jobs.stories.operators import Embed, Known
from flink_jobs.stories.rows import FIELDS
from flink_jobs.stories.state import decode_arrived
from schemas.codec import to_dict
from schemas.records import UniqueArticle
from tests.support.stories import WordEncoder

MODEL = WordEncoder.name
ARTICLE = UniqueArticle(
    article_id="a", content_hash="h", feed_id="f", family="kelmar", title="T", text="T\nx",
    published_at=4, observed_at=4, logged_at=5, raw_partition=3, raw_offset=7,
)  # fmt: skip
BROKEN: dict[str, Any] = {
    "kind of article": {"standing": "NO_SUCH"},
    "grade": {"reliability": "Z"},
    "no text": {"text": None},
    "another title": {"title": 7, "text": 7},
}


def row(*more: Any, **changed: Any) -> Row:
    values = {**to_dict(ARTICLE), **changed}
    return Row(*(values[name] for name in FIELDS), *more)


def embed(**changed: Any) -> Embedded | Failure:
    return mapped(row("ENTRY", **changed))


def mapped(value: Row) -> Embedded | Failure:
    operator = Embed(MODEL)
    operator._embedder = Embedder(WordEncoder())
    return decode_arrived(operator.map(value))


def known(*more: Any, **changed: Any) -> Embedded | Failure:
    return decode_arrived(Known(MODEL).map(row(*(more or (b"\x00", ["N"], MODEL)), **changed)))


@pytest.mark.parametrize("operator", [embed, known])
def test_an_article_is_embedded(operator: Any) -> None:
    made = operator()
    assert isinstance(made, Embedded)
    assert made.article == ARTICLE


@pytest.mark.parametrize("operator", [embed, known])
@pytest.mark.parametrize("changed", BROKEN.values(), ids=BROKEN)
def test_what_is_no_article_leaves_as_a_failure_with_its_place(operator: Any, changed: Any) -> None:
    made = operator(**changed)
    assert isinstance(made, Failure)
    assert (made.raw_partition, made.raw_offset, made.article_id, made.failed_at) == (3, 7, "a", 5)
    assert (made.source, made.stage) == ("kelmar", "stories.embed")
    assert made.reason


@pytest.mark.parametrize(
    "more", [(None, ["N"], MODEL), (b"\x00", None, MODEL), (b"\x00", ["N"], "another model")]
)
def test_what_carries_no_vector_of_the_model_leaves_as_a_failure(more: tuple[Any, ...]) -> None:
    assert isinstance(known(*more), Failure)


def test_a_row_of_nothing_but_defaults_leaves_too() -> None:
    nothing = Row(*(None for _ in FIELDS), "ENTRY")
    made = mapped(nothing)
    assert isinstance(made, Failure)
    assert (made.raw_partition, made.article_id, made.source) == (-1, "", "")
