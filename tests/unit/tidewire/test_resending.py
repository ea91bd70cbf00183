"""Which topics have records that can be sent again."""

from __future__ import annotations

import pytest

from tidewire.resending import described_by


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("articles.raw", "articles.raw"),
        ("stories", "stories"),
        ("check.stories", "stories"),
        ("check.articles.enriched", "articles.enriched"),
        ("check.articles.raw", None),
        ("Che ck.stories", None),
        (".stories", None),
        ("a.b.stories", None),
        ("another", None),
    ],
)
def test_a_topic_is_one_of_the_catalogue_in_some_lane(topic: str, name: str | None) -> None:
    found = described_by(topic)
    assert (found and found.name) == name
