"""The port's points, filters and orders in the words of the embedded engine."""

from __future__ import annotations

from typing import Any

import qdrant_edge as engine

from sinks.store import DENSE, TERMS, Condition, Not, OneOf, Order, Point, Shape, Where, Within


def config(shape: Shape) -> engine.EdgeConfig:
    """Cosine distance; idf over the whole collection; the write-ahead log on."""
    return engine.EdgeConfig(
        vectors={DENSE: engine.EdgeVectorParams(size=shape.dimension, distance=engine.Distance.Cosine)},
        sparse_vectors={TERMS: engine.EdgeSparseVectorParams(modifier=engine.Modifier.Idf)},
        wal_enabled=True,
    )


def field_index(field: str, kind: engine.PayloadSchemaType) -> engine.UpdateOperation:
    """Makes an index over a payload field."""
    return engine.UpdateOperation.create_field_index(field, kind)


def to_native(point: Point) -> engine.Point:
    """A point to write."""
    vectors: dict[str, Any] = {
        TERMS: engine.SparseVector(list(point.terms.indices), list(point.terms.values))
    }
    if point.dense is not None:
        vectors[DENSE] = list(point.dense)
    return engine.Point(point.id, vectors, dict(point.payload))


def filter_of(where: Where) -> engine.Filter | None:
    """None for no conditions."""
    if not where:
        return None
    must: list[Any] = [_condition(each) for each in where if not isinstance(each, Not)]
    must_not: list[Any] = [_condition(each.condition) for each in where if isinstance(each, Not)]
    return engine.Filter(must=must or None, must_not=must_not or None)


def _condition(condition: Condition) -> engine.FieldCondition:
    match condition:
        case OneOf(field, values):
            return engine.FieldCondition(field, match=engine.MatchAny(list(values)))
        case Within(field, at_least, below):
            return engine.FieldCondition(field, range=engine.RangeFloat(gte=at_least, lt=below))
        case Not():
            raise TypeError("a condition is negated once")


def order_of(order: Order) -> engine.OrderBy:
    """By a field of integers."""
    direction = engine.Direction.Desc if order.descending else engine.Direction.Asc
    return engine.OrderBy(order.field, direction=direction)
