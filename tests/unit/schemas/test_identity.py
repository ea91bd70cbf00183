"""Ids are functions of content, and are settled: a change here would double everything ever stored."""

from schemas import identity
from schemas.records import Brief, Provenance


def test_ids_are_settled() -> None:
    feed = identity.feed_id("https://gazette.example/feed")
    article = identity.article_id_for_url("https://gazette.example/a")
    content = identity.content_hash("Title\nText")
    story = identity.story_id(article, 1, content)
    assert feed == "61d6d397-6538-5042-afb5-4774faf6c46d"
    assert article == "8d72a586-e31e-5904-8a01-156112b89284"
    assert content == "2c21b2810f4dce981862a2ada3aa1a4a"
    assert story == "dac30fcc-5d26-5cca-bd93-8c6b5ea3d368"
    assert identity.brief_id(story, 3, "world", "recipe") == "82cd2c4a-5080-585d-863f-f763c81dc5e9"
    assert identity.article_id_for_entry(feed, "guid-1") == "099dfbfc-3266-5622-ab08-eff8cc1febc9"
    assert identity.point_id("article", article, 1, content) == "93a88bc4-59b1-59dd-b52d-ccea85fc5ba3"


def test_ids_of_different_kinds_do_not_meet() -> None:
    url = "https://gazette.example/"
    made = {
        identity.feed_id(url),
        identity.article_id_for_url(url),
        identity.article_id_for_entry(url, ""),
        identity.story_id(url, 1, ""),
        identity.point_id("article", url),
        identity.event_id(url),
    }
    assert len(made) == 6


def brief(**changes: object) -> Brief:
    values = {"brief_id": "b", "story_id": "s", "generated_at": 1, "information_cutoff": 2, "headline": "h"}
    return Brief(**(values | changes))  # type: ignore[arg-type]


def test_when_and_at_what_cost_a_brief_was_made_is_outside_its_hash() -> None:
    later = brief(generated_at=99, trace_id="t", provenance=Provenance(input_tokens=5, cost_usd=0.1))
    assert identity.brief_hash(later) == identity.brief_hash(brief())


def test_what_a_brief_says_is_inside_its_hash() -> None:
    assert identity.brief_hash(brief(headline="other")) != identity.brief_hash(brief())
    assert identity.brief_hash(brief(information_cutoff=3)) != identity.brief_hash(brief())


def test_uuid_bytes_and_back() -> None:
    text = identity.feed_id("x")
    assert identity.uuid_text(identity.uuid_bytes(text)) == text


def test_the_order_of_keys_does_not_change_a_hash() -> None:
    assert identity.hash_of({"a": 1, "b": [b"x"]}) == identity.hash_of({"b": [b"x"], "a": 1})
