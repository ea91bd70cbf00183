"""What of a record goes into the index, and what stays out."""

import json

import pytest

from schemas.records import (
    Assignment,
    Brief,
    Citation,
    EnrichedArticle,
    Statement,
    Story,
    StoryArticle,
    StoryChange,
)
from sinks.documents import EXCERPT, document, excerpt
from sinks.store import FOREVER

TITLE = "Dockers walk out at Rovigo"


def article(**fields: object) -> EnrichedArticle:
    body = "Cranes stood still. " * 100
    given = {
        "article_id": "a1",
        "version": 1,
        "content_hash": "c1",
        "published_at": 1_000,
        "observed_at": 1_500,
        "logged_at": 2_000,
        "title": TITLE,
        "text": f"{TITLE}\n{body}",
        "publisher": "harbour.example",
        "language": "en",
        "story_id": "s1",
        "embedding": b"\x00\x3c" * 4,
        "embedding_model": "model",
    }
    return EnrichedArticle(**(given | fields))  # type: ignore[arg-type]


def test_an_article_keeps_an_excerpt_and_never_its_text() -> None:
    made = document(article())
    kept = json.dumps(made.payload)
    assert "Cranes stood still." in made.payload["record"]["excerpt"]
    assert len(made.payload["record"]["excerpt"]) <= EXCERPT + 1
    assert kept.count("Cranes stood still.") <= EXCERPT // len("Cranes stood still. ") + 1
    assert {"text", "embedding"}.isdisjoint(made.payload["record"])


def test_an_articles_times_and_flags() -> None:
    payload = document(article(late=True, warmup=True)).payload
    assert (payload["known_from"], payload["known_to"], payload["date"]) == (2_000, FOREVER, 1_000)
    assert payload["flags"] == ["warmup", "late"]
    assert payload["sequence"] == [2_000, 1_000, 1, "c1"]


def test_each_wording_is_a_point_and_the_same_one_is_the_same_point() -> None:
    assert document(article()).id == document(article(similarity=0.5)).id
    assert len({document(article(**each)).id for each in ({}, {"version": 2}, {"content_hash": "c2"})}) == 3


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("T", "T\nshort body", "short body"),
        ("T", "T", ""),
        ("T", "no title", "no title"),
        ("", "body", "body"),
        ("T", "T\n" + "word " * 10, "word word…"),
        ("T", "T\n" + "x" * 20, "x" * 12 + "…"),
    ],
)
def test_excerpt(title: str, text: str, expected: str) -> None:
    assert excerpt(title, text, limit=12) == expected


def member(ident: str, logged_at: int, **fields: object) -> StoryArticle:
    given = {"article_id": ident, "title": f"Title {ident}", "excerpt": f"Title {ident}\nLead {ident}"}
    return StoryArticle(**(given | {"logged_at": logged_at, "published_at": logged_at} | fields))  # type: ignore[arg-type]


def test_a_story_is_named_by_its_first_original() -> None:
    members = (member("late", 30), member("copy", 10, duplicate_of="first"), member("first", 20))
    story = Story(story_id="s1", opened_at=1, updated_at=30, revision=3, articles=members, names=("Rovigo",))
    payload = document(story).payload
    assert (payload["record"]["title"], payload["record"]["lead"]) == ("Title first", "Lead first")
    assert "Rovigo" in document(story).words
    assert all("excerpt" not in each for each in payload["record"]["articles"])


def test_a_story_of_copies_only_and_one_of_nothing_are_documents_too() -> None:
    copies = Story(story_id="s", opened_at=1, updated_at=1, articles=(member("copy", 10, duplicate_of="x"),))
    assert document(copies).payload["record"]["title"] == "Title copy"
    closed = Story(story_id="s", opened_at=1, updated_at=1, change=StoryChange.CLOSED)
    assert document(closed).payload["record"]["title"] == ""


def test_each_revision_of_a_story_is_a_point() -> None:
    one, two = (Story(story_id="s", opened_at=1, updated_at=1, revision=r) for r in (1, 2))
    assert document(one).id != document(two).id
    assert document(one).payload["key"] == document(two).payload["key"]


def test_a_brief_says_what_it_closes_and_whose_it_is() -> None:
    brief = Brief(
        brief_id="b2",
        story_id="s1",
        desk="world",
        generated_at=9_999,
        information_cutoff=5_000,
        supersedes=("b1",),
        headline="Port closed",
        statements=(
            Statement(text="Cranes stood still.", citations=(Citation(article_id="a1", quote="still"),)),
        ),
    )
    made = document(brief)
    assert made.payload["closes"] == ["b1"]
    assert made.payload["pair"] == "s1/world"
    assert (made.payload["known_from"], made.payload["date"]) == (5_000, 5_000)
    assert "Cranes stood still." in made.words


def test_other_records_are_refused() -> None:
    story = Story(story_id="s", opened_at=1, updated_at=1)
    with pytest.raises(TypeError, match="Assignment"):
        document(Assignment(story_id="s", assigned_at=1, story=story))
