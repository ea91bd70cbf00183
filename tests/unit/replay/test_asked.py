"""What cannot be asked of a replay is refused before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flink_jobs.deduplicated import Without
from replay.select import Moment, Places, SelectionError
from schemas.identity import feed_id
from tidewire.asked import Asked, check, feed_ids
from topics.lane import LIVE, Lane

ASKED = Asked(lane=Lane("check"), source="articles.enriched")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lane": LIVE}, "choose another name"),
        ({"follow": True, "end": Moment(1)}, "has no end"),
        ({"follow": True}, "to an end only"),
        ({"where": Places(((0, 1),), "0=1")}, "offsets of its own"),
        ({"lateness_ms": 1}, "lateness is decided"),
        ({"without": Without(feeds=("a",))}, "what other feeds said"),
        ({"encoder": "all-MiniLM-L6-v2-int8"}, "brings its vectors"),
    ],
)
def test_contradictions_are_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(SelectionError, match=said):
        check(replace(ASKED, **change))  # type: ignore[arg-type]


def test_the_rest_is_fine() -> None:
    check(replace(ASKED, threshold=0.5, desks=Path("desks"), without=Without(articles=("a",))))
    check(replace(ASKED, source="articles.raw", follow=True, lateness_ms=5))


def test_changes_are_put_in_words() -> None:
    assert ASKED.changes() == ()
    changed = replace(ASKED, threshold=0.5, without=Without(("a", "b"), ("c",)))
    assert changed.changes() == ("threshold 0.5", "without feeds a, b", "without articles c")


def test_feeds_are_named_by_id_or_url() -> None:
    assert feed_ids(["an-id", "https://x.test/feed"]) == ("an-id", feed_id("https://x.test/feed"))
