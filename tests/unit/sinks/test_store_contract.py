"""One contract, two stores: what holds for the embedded one holds for a server."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sinks.edge import EdgeStore
from sinks.server import MEMORY, ServerStore
from sinks.store import (
    FOREVER,
    RRF_K,
    Hybrid,
    NoSuchCollection,
    Not,
    OneOf,
    Order,
    Point,
    Shape,
    ShapeMismatch,
    Store,
    Terms,
    Within,
    creation_id,
)

SHAPE = Shape(dimension=4, keywords=("kind", "tags"), integers=("at", "until"))
NAME = "live-documents"
SERVER_URL = "TIDEWIRE_TEST_QDRANT_URL"
SERVER_KEY = "TIDEWIRE_TEST_QDRANT_API_KEY"


@pytest.fixture(params=["edge", "memory", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "server":
        yield from real_server()
        return
    made: Store = EdgeStore(tmp_path) if request.param == "edge" else ServerStore(MEMORY)
    yield made
    made.close()


def real_server() -> Iterator[Store]:
    """A Qdrant server of the tests' own: what they make there is taken away again."""
    url = os.environ.get(SERVER_URL)
    if url is None:
        pytest.skip(f"{SERVER_URL} names no Qdrant server")
    made = ServerStore(url, os.environ.get(SERVER_KEY))
    made.drop(NAME)
    yield made
    made.drop(NAME)
    made.close()


@pytest.fixture
def filled(store: Store) -> Store:
    store.ensure(NAME, SHAPE)
    store.upsert(NAME, [point(i) for i in range(20)])
    return store


def ident(i: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, str(i)))


def point(i: int, **payload: object) -> Point:
    dense = tuple(1.0 if axis == i % 4 else 0.0 for axis in range(4))
    said = {
        "kind": "brief" if i % 5 == 0 else "article",
        "at": 1_764_000_000_000 + i,
        "tags": [str(i), "all"],
    }
    return Point(id=ident(i), dense=dense, terms=Terms((i, 2**32 - 1), (1.0, 0.5)), payload=said | payload)


def test_ensure_twice_gives_the_same_collection(store: Store) -> None:
    assert store.ensure(NAME, SHAPE) == store.ensure(NAME, SHAPE)


def test_ensure_refuses_another_dimension(store: Store) -> None:
    store.ensure(NAME, SHAPE)
    with pytest.raises(ShapeMismatch, match="4 numbers, not 5"):
        store.ensure(NAME, Shape(dimension=5))


def test_a_collection_name_that_could_leave_the_folder_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        store.ensure("../elsewhere", SHAPE)


def test_asking_what_is_not_there_says_so(store: Store) -> None:
    asks: list[Callable[[], object]] = [
        lambda: store.count("nothing"),
        lambda: store.get("nothing", [ident(1)]),
        lambda: list(store.scroll("nothing")),
        lambda: store.query("nothing", Hybrid(dense=(1.0, 0.0, 0.0, 0.0))),
        lambda: store.upsert("nothing", [point(1)]),
        lambda: store.swap("name", "nothing"),
    ]
    for ask in asks:
        with pytest.raises(NoSuchCollection, match="nothing"):
            ask()


def test_points_come_back_as_they_went_in(filled: Store) -> None:
    got = filled.get(NAME, [ident(3), ident(99)], vectors=True)
    assert got == {ident(3): point(3)}
    nested = {
        "record": {"title": "<b>Größe</b>", "parts": [1, {"deep": None}], "ratio": 0.1},
        "until": FOREVER,
    }
    filled.upsert(NAME, [Point(id=ident(50), payload=nested)])
    assert filled.get(NAME, [ident(50)])[ident(50)].payload == nested


def test_a_point_replaces_the_one_with_its_id_whole(filled: Store) -> None:
    filled.upsert(NAME, [Point(id=ident(3), payload={"kind": "story"})])
    assert filled.count(NAME) == 20
    assert filled.get(NAME, [ident(3)], vectors=True)[ident(3)] == Point(
        id=ident(3), payload={"kind": "story"}
    )


def test_amend_sets_fields_and_leaves_the_rest(filled: Store) -> None:
    filled.amend(NAME, {ident(3): {"until": 7}, ident(4): {"until": 8}})
    got = filled.get(NAME, [ident(3), ident(4)], vectors=True)
    assert got == {ident(3): point(3, until=7), ident(4): point(4, until=8)}


def test_nothing_to_write_is_fine(filled: Store) -> None:
    filled.upsert(NAME, [])
    filled.amend(NAME, {})
    filled.delete(NAME, [])
    filled.delete(NAME, [ident(99)])
    assert filled.get(NAME, []) == {}
    assert filled.count(NAME) == 20


def test_delete(filled: Store) -> None:
    filled.delete(NAME, [ident(0), ident(1)])
    assert filled.count(NAME) == 18
    assert filled.get(NAME, [ident(0)]) == {}


def test_filters_by_keyword_list_member_and_time(filled: Store) -> None:
    base = 1_764_000_000_000
    assert filled.count(NAME, [OneOf("kind", ("brief",))]) == 4
    assert filled.count(NAME, [OneOf("kind", ("brief", "article"))]) == 20
    assert filled.count(NAME, [OneOf("tags", ("3", "7"))]) == 2
    assert filled.count(NAME, [Within("at", base + 3, base + 6)]) == 3
    assert filled.count(NAME, [Within("at", at_least=base + 18)]) == 2
    assert filled.count(NAME, [Within("at", below=base + 2)]) == 2
    assert filled.count(NAME, [Not(OneOf("kind", ("brief",))), Within("at", below=base + 6)]) == 4
    assert filled.count(NAME, [OneOf("nowhere", ("x",))]) == 0


def test_scroll_gives_every_point_once_beyond_a_page(store: Store) -> None:
    store.ensure(NAME, SHAPE)
    store.upsert(NAME, [point(i) for i in range(700)])
    seen = [each.id for each in store.scroll(NAME)]
    assert len(seen) == 700
    assert set(seen) == {ident(i) for i in range(700)}
    assert len(list(store.scroll(NAME, limit=300))) == 300


def test_scroll_in_an_order(filled: Store) -> None:
    newest = list(filled.scroll(NAME, order=Order("at"), limit=3))
    assert [each.payload["at"] - 1_764_000_000_000 for each in newest] == [19, 18, 17]
    oldest = filled.scroll(NAME, [OneOf("kind", ("brief",))], Order("at", descending=False), limit=2)
    assert [each.payload["at"] - 1_764_000_000_000 for each in oldest] == [0, 5]
    with pytest.raises(ValueError, match="limit"):
        list(filled.scroll(NAME, order=Order("at")))


def test_scroll_gives_only_the_fields_asked_for(filled: Store) -> None:
    found = list(filled.scroll(NAME, [OneOf("tags", ("3",))], only=("kind", "at", "nowhere")))
    assert [each.payload for each in found] == [{"kind": "article", "at": 1_764_000_000_003}]
    newest = list(filled.scroll(NAME, order=Order("at"), limit=1, only=("kind",)))
    assert [each.payload for each in newest] == [{"kind": "article"}]


def test_distinct_counts_points_by_value(filled: Store) -> None:
    assert filled.distinct(NAME, "kind") == {"brief": 4, "article": 16}
    assert filled.distinct(NAME, "kind", [OneOf("tags", ("3",))]) == {"article": 1}


def test_hybrid_fuses_by_rank_with_k_60(filled: Store) -> None:
    asked = Hybrid(dense=(0.0, 0.0, 0.0, 1.0), terms=Terms((7,), (1.0,)), limit=5, dense_floor=0.5)
    hits = filled.query(NAME, asked)
    assert hits[0].id == ident(7)
    assert {each.payload["at"] % 4 for each in hits} == {3}
    # The first is first by words, and by meaning somewhere among the five that tie.
    assert 1 / RRF_K < hits[0].score <= 2 / RRF_K + 1e-6
    assert hits[1].score == pytest.approx(1 / RRF_K, rel=0.05)


def test_terms_alone_and_vector_alone(filled: Store) -> None:
    by_terms = filled.query(NAME, Hybrid(terms=Terms((4, 6), (1.0, 1.0))))
    assert {each.id for each in by_terms} == {ident(4), ident(6)}
    by_vector = filled.query(NAME, Hybrid(dense=(1.0, 0.0, 0.0, 0.0), dense_floor=0.9, limit=50))
    assert {each.id for each in by_vector} == {ident(i) for i in range(0, 20, 4)}


def test_a_rare_term_outweighs_a_common_one(filled: Store) -> None:
    hits = filled.query(NAME, Hybrid(terms=Terms((9, 2**32 - 1), (1.0, 1.0)), limit=3))
    assert hits[0].id == ident(9)


def test_nothing_similar_is_nothing_found(filled: Store) -> None:
    assert (
        filled.query(
            NAME, Hybrid(dense=(-1.0, -1.0, -1.0, -1.0), terms=Terms((4000,), (1.0,)), dense_floor=0.3)
        )
        == []
    )


def test_a_query_obeys_filters_and_limit(filled: Store) -> None:
    where = [OneOf("kind", ("brief",)), Within("at", at_least=1_764_000_000_005)]
    hits = filled.query(NAME, Hybrid(dense=(1.0, 1.0, 1.0, 1.0), where=where, limit=2))
    assert len(hits) == 2
    assert {each.payload["kind"] for each in hits} == {"brief"}
    assert ident(0) not in {each.id for each in hits}


@pytest.mark.parametrize("query", [Hybrid(), Hybrid(terms=Terms((1,), (1.0,)), limit=0)])
def test_a_query_that_can_find_nothing_by_itself_is_refused(filled: Store, query: Hybrid) -> None:
    with pytest.raises(ValueError, match="a query needs"):
        filled.query(NAME, query)


def test_a_collection_built_beside_takes_the_name_in_one_step(filled: Store) -> None:
    old = filled.ensure(NAME, SHAPE)
    new = filled.create(NAME, SHAPE)
    assert creation_id(new) != creation_id(old)
    filled.upsert(new, [point(1)])
    assert filled.count(NAME) == 20
    assert filled.swap(NAME, new) == old
    assert filled.count(NAME) == 1
    assert filled.count(old) == 20
    filled.drop(old)
    with pytest.raises(NoSuchCollection):
        filled.count(old)
    assert filled.count(NAME) == 1


def test_dropping_a_name_takes_its_collection_and_a_new_one_is_another(filled: Store) -> None:
    old = filled.ensure(NAME, SHAPE)
    filled.drop(NAME)
    filled.drop(NAME)
    new = filled.ensure(NAME, SHAPE)
    assert new != old
    assert filled.count(NAME) == 0
