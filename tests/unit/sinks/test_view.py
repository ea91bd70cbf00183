"""A view belongs to the log it was made from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sinks.documents import shape
from sinks.edge import EdgeStore
from sinks.server import MEMORY, ServerStore
from sinks.store import Point, Store
from sinks.view import open_view

NAME = "live-documents"
ORIGIN = {"encoder": "e", "briefs": "topic-1"}


@pytest.fixture(params=["edge", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = EdgeStore(tmp_path) if request.param == "edge" else ServerStore(MEMORY)
    yield made
    made.close()


def point() -> Point:
    return Point(id="b80c8fef-a677-5340-85fb-2c162d75df03", payload={"kind": "brief"})


def test_a_view_opened_again_is_the_same_with_all_it_holds(store: Store) -> None:
    first = open_view(store, NAME, 4, ORIGIN)
    store.upsert(NAME, [point()])
    assert open_view(store, NAME, 4, ORIGIN) == first
    assert store.count(NAME) == 2


@pytest.mark.parametrize(
    ("dimension", "origin"),
    [(4, ORIGIN | {"briefs": "topic-2"}), (4, ORIGIN | {"encoder": "f"}), (5, ORIGIN)],
)
def test_a_view_of_another_log_or_encoder_gives_way_to_an_empty_one(
    store: Store, dimension: int, origin: dict[str, str]
) -> None:
    first = open_view(store, NAME, 4, ORIGIN)
    store.upsert(NAME, [point()])
    second = open_view(store, NAME, dimension, origin)
    assert second.created != first.created
    assert store.get(NAME, [point().id]) == {}
    assert open_view(store, NAME, dimension, origin) == second


def test_points_of_unknown_origin_are_not_taken_over(store: Store) -> None:
    collection = store.ensure(NAME, shape(4))
    store.upsert(NAME, [point()])
    assert not collection.endswith(open_view(store, NAME, 4, ORIGIN).created)


def test_an_embedded_view_survives_closing(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    first = open_view(store, NAME, 4, ORIGIN)
    store.upsert(NAME, [point()])
    store.close()
    again = EdgeStore(tmp_path)
    assert open_view(again, NAME, 4, ORIGIN) == first
    assert again.get(NAME, [point().id]) == {point().id: point()}
    again.close()
