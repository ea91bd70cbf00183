"""The port to the index: points with a dense vector, hashed terms and a payload.

A *collection* is one set of points with one shape; what people call it is a *name* that points to
it, so that another collection can be built beside it and take its place in one step.

Errors:
    StoreError
    ├── StoreBusy          another process has it open
    ├── StoreUnreachable   the server does not answer, or refuses the key
    ├── NoSuchCollection   nothing is there under that name
    └── ShapeMismatch      what is there has another shape than asked for
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

FOREVER = 253_402_300_799_000
"""9999-12-31T23:59:59Z in epoch milliseconds: the end of what has not ended."""
RRF_K = 60
"""Reciprocal rank fusion: score = Σ 1 / (k + rank), rank from 0 (Cormack et al., SIGIR 2009)."""
CANDIDATES = 100
DENSE = "dense"
TERMS = "terms"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


class StoreError(RuntimeError):
    """The index could not do what was asked."""


class StoreBusy(StoreError):
    """Another process has the index open."""


class StoreUnreachable(StoreError):
    """The index's server does not answer, or refuses its key."""


class NoSuchCollection(StoreError):
    """Nothing is there under that name."""


class ShapeMismatch(StoreError):
    """The collection has another shape than asked for."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A sparse vector: distinct 32-bit term hashes and their weights, in the same order."""

    indices: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """``id`` is a UUID; ``dense`` has the collection's dimension, or is absent; payload is JSON."""

    id: str
    payload: Mapping[str, Any]
    dense: tuple[float, ...] | None = None
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A keyword field (or one member of a list) equals one of the values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A field of integers, such as epoch milliseconds, is in [at_least, below)."""

    field: str
    at_least: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: OneOf | Within


Condition = OneOf | Within | Not
Where = Sequence[Condition]
"""All conditions hold."""


@dataclass(frozen=True, slots=True)
class Order:
    """By a field of integers."""

    field: str
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hybrid:
    """A query by meaning and by words, fused by rank.

    ``dense`` counts only from a cosine of ``dense_floor`` on: below it nothing is similar, and
    a nearest neighbour is merely the least distant stranger.
    """

    dense: tuple[float, ...] | None = None
    terms: Terms = Terms()
    where: Where = ()
    limit: int = 20
    dense_floor: float | None = None


def point_of(record: Any) -> Point:
    """A point as an engine's client read it (both have id, payload and vector by name); its vectors
    when they were asked for."""
    vectors: Any = record.vector or {}
    dense = vectors.get(DENSE)
    sparse = vectors.get(TERMS)
    return Point(
        id=str(record.id),
        payload=record.payload or {},
        dense=None if dense is None else tuple(dense),
        terms=Terms() if sparse is None else Terms(tuple(sparse.indices), tuple(sparse.values)),
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` is the fused one: at most 2 / RRF_K."""

    id: str
    score: float
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a collection holds: the dense dimension, and the payload fields that filters use."""

    dimension: int
    keywords: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()


class Store(Protocol):
    """A ``name`` below is a name or a collection; NoSuchCollection is raised when it is neither."""

    def ensure(self, name: str, shape: Shape) -> str:
        """The collection that ``name`` points to, made empty when there is none.

        Raises ShapeMismatch when there is one of another dimension.
        """

    def create(self, name: str, shape: Shape) -> str:
        """A new empty collection that may take ``name`` later; names stay as they are."""

    def swap(self, name: str, collection: str) -> str | None:
        """Points ``name`` to a collection, in one step; the one it pointed to before."""

    def drop(self, name: str) -> None:
        """Takes away a collection; given a name, what it points to and the name. Absent is fine."""

    def upsert(self, name: str, points: Sequence[Point]) -> None:
        """Writes points, whole, over those with their ids. Returns once they survive a kill."""

    def amend(self, name: str, fields: Mapping[str, Mapping[str, Any]]) -> None:
        """By point id: sets these payload fields, leaving the others and the vectors untouched."""

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Takes points away; absent ones are fine."""

    def query(self, name: str, query: Hybrid) -> list[Hit]:
        """Best first."""

    def get(self, name: str, ids: Sequence[str], vectors: bool = False) -> dict[str, Point]:
        """The points there are, by id."""

    def scroll(
        self,
        name: str,
        where: Where = (),
        order: Order | None = None,
        limit: int | None = None,
        only: Sequence[str] | None = None,
    ) -> Iterator[Point]:
        """Points without vectors, by ``order`` (which needs a limit) or else by id; of their
        payloads only these fields."""

    def count(self, name: str, where: Where = ()) -> int:
        """Exactly how many."""

    def distinct(self, name: str, field: str, where: Where = ()) -> dict[str, int]:
        """Exactly how many points there are by value of a keyword field."""

    def close(self) -> None:
        """Writes everything out and lets go; the store is of no use afterwards."""


def new_collection(name: str) -> str:
    """A name for a collection of ``name``; its last part, the creation id, is never given twice."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a collection: use lower-case letters, digits and hyphens")
    return f"{name}.{uuid.uuid4().hex[:12]}"


def creation_id(collection: str) -> str:
    """The part of a collection's name that tells it from earlier ones."""
    return collection.rpartition(".")[2]


def checked(query: Hybrid) -> Hybrid:
    """Raises ValueError for a query that could find nothing by its own making."""
    if query.dense is None and not query.terms.indices:
        raise ValueError("a query needs a vector or terms")
    if query.limit < 1:
        raise ValueError("a query needs a limit of at least 1")
    return query
