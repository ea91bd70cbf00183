"""The indexer's one effect: however often, and in whatever order and batches, records come."""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from language.embeddings import Vector, to_bytes
from schemas.records import (
    Brief,
    Citation,
    EnrichedArticle,
    Provenance,
    Record,
    Source,
    Statement,
    Story,
    StoryArticle,
)
from schemas.takedown import Takedown
from sinks.documents import shape
from sinks.edge import EdgeStore
from sinks.indexer import REMEMBERED, Indexer, Meanings, Written
from sinks.server import MEMORY, ServerStore
from sinks.store import FOREVER, OneOf, Point, Store

NAME = "live-documents"


class Lengths:
    """Vectors from the length of a text; counts what it is asked."""

    name = "lengths"
    dimension = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        self.asked += texts
        made = [np.array([1.0, len(each) % 7, len(each) % 3, 0.5], dtype=np.float32) for each in texts]
        return [(each / np.linalg.norm(each)).astype(np.float16).astype(np.float32) for each in made]


@pytest.fixture(params=["edge", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = EdgeStore(tmp_path) if request.param == "edge" else ServerStore(MEMORY)
    made.ensure(NAME, shape(Lengths.dimension))
    yield made
    made.close()


def article(key: str, at: int, version: int = 1, **fields: object) -> EnrichedArticle:
    said = f"{key} in version {version}"
    given = {
        "article_id": key,
        "version": version,
        "content_hash": f"{key}{version}{at}",
        "published_at": at,
        "observed_at": at,
        "logged_at": at,
        "title": said,
        "text": f"{said}\nbody",
    }
    return EnrichedArticle(**(given | fields))  # type: ignore[arg-type]


def story(key: str, revision: int) -> Story:
    member = StoryArticle(article_id="a", title=f"Story {key}", excerpt=f"Story {key}\nlead")
    return Story(story_id=key, opened_at=1, updated_at=revision * 10, revision=revision, articles=(member,))


def brief(key: str, cutoff: int, *supersedes: str) -> Brief:
    return Brief(
        brief_id=key,
        story_id="s",
        desk="world",
        generated_at=0,
        information_cutoff=cutoff,
        supersedes=supersedes,
        headline=f"Brief {key}",
    )


def everything(store: Store) -> dict[str, Point]:
    return store.get(NAME, [each.id for each in store.scroll(NAME)], vectors=True)


def ends_by_key(store: Store, kind: str) -> dict[tuple[str, int], int]:
    found = store.scroll(NAME, [OneOf("kind", (kind,))])
    return {(p.payload["key"], p.payload["known_from"]): p.payload["known_to"] for p in found}


def test_a_newer_version_closes_the_older_also_in_another_batch(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([article("a", 10)])
    written = indexer.index([article("a", 20, version=2), article("b", 21)])
    assert ends_by_key(store, "article") == {("a", 10): 20, ("a", 20): FOREVER, ("b", 21): FOREVER}
    assert (dict(written.upserted), written.amended, written.unchanged) == ({"article": 2}, 1, 0)


def test_a_closing_that_comes_before_its_point_is_kept(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([brief("third", 30, "second", "first")])
    indexer.index([brief("first", 10)])
    indexer.index([brief("second", 20, "first")])
    assert ends_by_key(store, "brief") == {("first", 10): 20, ("second", 20): 30, ("third", 30): FOREVER}


def test_an_older_revision_that_comes_late_does_not_reopen(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([story("s", 3)])
    indexer.index([story("s", 1)])
    indexer.index([story("s", 2)])
    assert ends_by_key(store, "story") == {("s", 10): 20, ("s", 20): 30, ("s", 30): FOREVER}


def test_the_same_batch_twice_changes_nothing(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    batch = [
        article("a", 10),
        article("a", 20, 2),
        story("s", 1),
        story("s", 2),
        brief("x", 1),
        brief("y", 2, "x"),
    ]
    indexer.index(batch)
    before = everything(store)
    written = indexer.index(batch)
    assert everything(store) == before
    assert (dict(written.upserted), written.amended, written.unchanged) == ({}, 0, 6)


def test_a_brief_written_again_replaces_the_one_of_its_id(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([brief("x", 1), brief("y", 2, "x")])
    again = Brief(
        brief_id="x", story_id="s", desk="world", generated_at=7, information_cutoff=1, headline="Again"
    )
    indexer.index([again])
    found = {p.payload["key"]: p.payload for p in store.scroll(NAME)}
    assert found["x"]["record"]["headline"] == "Again"
    assert found["x"]["known_to"] == 2


def test_a_vector_that_came_with_the_article_is_used_when_it_is_of_the_same_model(store: Store) -> None:
    encoder = Lengths()
    vector = np.array([0.5, 0.5, 0.5, 0.5], dtype=np.float32)
    ours = article("a", 1, embedding=to_bytes(vector), embedding_model="lengths")
    other = article("b", 2, embedding=to_bytes(vector), embedding_model="another")
    Indexer(store, NAME, encoder).index([ours, other])
    assert encoder.asked == [other.text]
    by_key = {p.payload["key"]: p for p in everything(store).values()}
    assert by_key["a"].dense == pytest.approx((0.5,) * 4)


def test_a_text_is_encoded_once_for_all_revisions_that_share_it(store: Store) -> None:
    encoder = Lengths()
    Indexer(store, NAME, encoder).index([story("s", revision) for revision in range(1, 20)])
    assert len(encoder.asked) == 1


def test_remembered_vectors_are_bounded() -> None:
    encoder = Lengths()
    meanings = Meanings(encoder)
    for n in range(REMEMBERED + 1):
        meanings.of(str(n))
    meanings.of(str(REMEMBERED))
    meanings.of("0")
    assert encoder.asked[-2:] == [str(REMEMBERED), "0"]


def test_what_is_taken_down_goes_and_what_it_had_ended_is_the_latest_again(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([article("a", 10), article("a", 20, version=2, publisher="p.example"), article("b", 21)])
    written = indexer.index([Takedown(publisher="p.example").record(0)])
    assert ends_by_key(store, "article") == {("a", 10): FOREVER, ("b", 21): FOREVER}
    assert (written.forgotten, dict(written.upserted)) == (1, {})
    # Another process, which has to be told nothing again.
    later = Indexer(store, NAME, Lengths()).index([article("c", 30, publisher="p.example")])
    assert later == Written()
    assert ends_by_key(store, "article") == {("a", 10): FOREVER, ("b", 21): FOREVER}


def test_a_story_and_its_brief_lose_what_they_said_of_it(store: Store) -> None:
    indexer = Indexer(store, NAME, Lengths())
    indexer.index([held("s", 1, "a"), held("s", 2, "a", "b"), cites("x", "a", "b"), cites("y", "b")])
    indexer.index([Takedown(article_id="a").record(0)])
    shown = [each for each in everything(store).values() if "record" in each.payload]
    found = {(each.payload["key"], *each.payload["sequence"]): each for each in shown}
    assert sorted(found) == [("s", 2), ("x", 0), ("y", 0)]
    cut = found["s", 2].payload["record"]
    assert [each["article_id"] for each in cut["articles"]] == ["b"]
    assert (cut["title"], cut["lead"], list(cut["names"])) == ("Secret of b", "", [])
    assert (cut["article_count"], cut["family_count"], cut["independent_count"]) == (1, 1, 1)
    struck = found["x", 0].payload
    assert (struck["status"], struck["record"]["headline"]) == ("WITHHELD", "Withheld")
    assert "was taken down" in struck["record"]["bottom_line"]
    assert "Secret of a" not in repr(found)
    assert found["y", 0].payload["record"]["headline"] == "Secret of b"


def held(key: str, revision: int, *articles: str) -> Story:
    members = tuple(
        StoryArticle(
            article_id=each, title=f"Secret of {each}", excerpt=f"Secret of {each}\nlead", family=each
        )
        for each in articles
    )
    count = len(members)
    return Story(
        story_id=key,
        opened_at=1,
        updated_at=revision * 10,
        revision=revision,
        articles=members,
        names=("Name",),
        article_count=count,
        family_count=count,
        independent_count=count,
    )


def cites(key: str, *articles: str) -> Brief:
    sources = tuple(Source(article_id=each, title=f"Secret of {each}") for each in articles)
    cited = tuple(Citation(article_id=each, quote=f"Secret of {each}") for each in articles)
    said = f"Secret of {articles[0]}"
    return Brief(
        brief_id=key,
        story_id="s",
        generated_at=0,
        information_cutoff=5,
        headline=said,
        bottom_line=said,
        change=said,
        statements=(Statement(text=said, citations=cited),),
        provenance=Provenance(sources=sources),
    )


RECORDS: list[Record] = [
    article("a", 10),
    article("a", 12, variant=True, content_hash="other"),
    article("a", 20, 2),
    article("a", 30, 3),
    article("b", 15),
    story("s", 1),
    story("s", 2),
    story("t", 1),
    brief("x", 10),
    brief("y", 20, "x"),
    brief("z", 30, "y", "x"),
    held("v", 1, "c"),
    held("v", 2, "c", "d", "e"),
    held("v", 3, "d", "e"),
    article("c", 40),
    article("d", 40, publisher="d.example"),
    article("d", 50, 2),
    cites("w", "c", "d"),
    Takedown(article_id="c", reason="one").record(1),
    Takedown(article_id="e").record(2),
    Takedown(publisher="d.example").record(3),
]


def plain(payload: object) -> object:
    """As JSON has it: one of the stores keeps tuples."""
    return json.loads(json.dumps(payload))


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Point]:
    store = EdgeStore(tmp_path_factory.mktemp("expected"))
    store.ensure(NAME, shape(Lengths.dimension))
    Indexer(store, NAME, Lengths()).index(RECORDS)
    found = everything(store)
    store.close()
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(RECORDS), st.lists(st.integers(0, len(RECORDS)), max_size=4), st.data())
def test_any_order_and_any_repetition_end_in_the_same_view(
    expected: dict[str, Point], order: list[Record], cuts: list[int], data: st.DataObject
) -> None:
    store = ServerStore(MEMORY)
    store.ensure(NAME, shape(Lengths.dimension))
    indexer = Indexer(store, NAME, Lengths())
    edges = sorted({0, len(order), *cuts})
    for start, stop in itertools.pairwise(edges):
        indexer.index(order[start:stop])
        if data.draw(st.booleans(), label="repeat"):
            indexer.index(order[start:stop])
    found = {i: plain(p.payload) for i, p in everything(store).items()}
    assert found == {i: plain(p.payload) for i, p in expected.items()}
    store.close()
