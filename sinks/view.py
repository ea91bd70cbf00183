"""A view: a collection that remembers what it was made from.

The log is the truth. A view made from other topics (a lane dropped and made again, a broker started
over) or with another encoder is no view of this log: a new one takes its place and is filled again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.identity import point_id
from sinks.documents import shape
from sinks.store import Point, ShapeMismatch, Store, creation_id
from telemetry import logs

ORIGIN = point_id("view")
KIND = "view"
LOG = logs.logger("view")


@dataclass(frozen=True, slots=True)
class View:
    """``created`` is its creation id: a consumer group named after it begins where the view does."""

    name: str
    created: str


def open_view(store: Store, name: str, dimension: int, origin: Mapping[str, str]) -> View:
    """The view under ``name``, made from ``origin`` (encoder, topic ids); a new one if need be."""
    wanted = shape(dimension)
    try:
        collection = store.ensure(name, wanted)
        there = store.get(collection, [ORIGIN]).get(ORIGIN)
        if there is None and store.count(collection) == 0:
            store.upsert(collection, [_origin(origin)])
        elif there is None or there.payload["origin"] != dict(origin):
            raise ShapeMismatch(f"{collection} was made from {there and there.payload['origin']}")
    except ShapeMismatch as error:
        LOG.warning("a new view takes the place of one made otherwise", view=name, reason=str(error))
        collection = store.create(name, wanted)
        store.upsert(collection, [_origin(origin)])
        before = store.swap(name, collection)
        if before is not None:
            store.drop(before)
    return View(name, creation_id(collection))


def try_writing(store: Store, name: str) -> None:
    """Writes again what the view remembers of itself: raises what the store raises while it takes nothing."""
    there = store.get(name, [ORIGIN]).get(ORIGIN)
    if there is None:
        raise ShapeMismatch(f"{name} does not remember what it was made from")
    store.upsert(name, [Point(id=ORIGIN, payload=there.payload)])


def _origin(origin: Mapping[str, str]) -> Point:
    return Point(id=ORIGIN, payload={"kind": KIND, "origin": dict(origin)})
