"""The store behind a URL: a Qdrant server, or the client's own ``:memory:`` in tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from sinks.store import (
    CANDIDATES,
    DENSE,
    RRF_K,
    TERMS,
    Condition,
    Hit,
    Hybrid,
    NoSuchCollection,
    Not,
    OneOf,
    Order,
    Point,
    Shape,
    ShapeMismatch,
    StoreUnreachable,
    Where,
    Within,
    checked,
    new_collection,
    point_of,
)

MEMORY = ":memory:"
PAGE = 256
DISTINCT_LIMIT = 1_000_000
REFUSALS = (401, 403)


class ServerStore:
    """``location`` is the server's URL, or ``:memory:``. Names are Qdrant's aliases."""

    def __init__(self, location: str, api_key: str | None = None) -> None:
        self._in_memory = location == MEMORY
        self._location = location
        self._client = _client(location, api_key)

    def ensure(self, name: str, shape: Shape) -> str:
        pointed = self._aliases().get(name)
        if pointed is None:
            pointed = self.create(name, shape)
            self.swap(name, pointed)
            return pointed
        vectors = self._client.get_collection(pointed).config.params.vectors
        there = vectors[DENSE].size if isinstance(vectors, dict) else None
        if there != shape.dimension:
            raise ShapeMismatch(
                f"{pointed} holds vectors of {there} numbers, not {shape.dimension}: the encoder changed; "
                "build a new collection beside it and swap"
            )
        return pointed

    def create(self, name: str, shape: Shape) -> str:
        collection = new_collection(name)
        self._client.create_collection(
            collection,
            vectors_config={
                DENSE: models.VectorParams(size=shape.dimension, distance=models.Distance.COSINE)
            },
            sparse_vectors_config={TERMS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        if not self._in_memory:
            for field in shape.keywords:
                self._client.create_payload_index(collection, field, models.PayloadSchemaType.KEYWORD)
            for field in shape.integers:
                self._client.create_payload_index(collection, field, models.PayloadSchemaType.INTEGER)
        return collection

    def swap(self, name: str, collection: str) -> str | None:
        if not self._client.collection_exists(collection):
            raise NoSuchCollection(f"there is no collection {collection} to point {name} to")
        before = self._aliases().get(name)
        actions: list[models.AliasOperations] = []
        if before is not None:
            actions.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=name)))
        made = models.CreateAlias(collection_name=collection, alias_name=name)
        actions.append(models.CreateAliasOperation(create_alias=made))
        self._client.update_collection_aliases(change_aliases_operations=actions)
        return before

    def drop(self, name: str) -> None:
        pointed = self._aliases().get(name)
        if pointed is not None:
            gone = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=name))
            self._client.update_collection_aliases(change_aliases_operations=[gone])
        if self._client.collection_exists(pointed or name):
            self._client.delete_collection(pointed or name)

    def upsert(self, name: str, points: Sequence[Point]) -> None:
        if points:
            self._client.upsert(self._there(name), [_native(point) for point in points], wait=True)

    def amend(self, name: str, fields: Mapping[str, Mapping[str, Any]]) -> None:
        if fields:
            operations = [
                models.SetPayloadOperation(set_payload=models.SetPayload(payload=dict(values), points=[id_]))
                for id_, values in fields.items()
            ]
            self._client.batch_update_points(self._there(name), operations, wait=True)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            self._client.delete(self._there(name), list(ids), wait=True)

    def query(self, name: str, query: Hybrid) -> list[Hit]:
        query = checked(query)
        where = _filter(query.where)
        prefetches = []
        if query.dense is not None:
            prefetches.append(
                models.Prefetch(
                    query=list(query.dense),
                    using=DENSE,
                    limit=CANDIDATES,
                    filter=where,
                    score_threshold=query.dense_floor,
                )
            )
        if query.terms.indices:
            sparse = models.SparseVector(indices=list(query.terms.indices), values=list(query.terms.values))
            prefetches.append(models.Prefetch(query=sparse, using=TERMS, limit=CANDIDATES, filter=where))
        found = self._client.query_points(
            self._there(name),
            prefetch=prefetches,
            query=models.RrfQuery(rrf=models.Rrf(k=RRF_K)),
            limit=query.limit,
            with_payload=True,
        )
        return [Hit(str(each.id), each.score, each.payload or {}) for each in found.points]

    def get(self, name: str, ids: Sequence[str], vectors: bool = False) -> dict[str, Point]:
        if not ids:
            return {}
        found = self._client.retrieve(self._there(name), list(ids), with_payload=True, with_vectors=vectors)
        return {str(record.id): point_of(record) for record in found}

    def scroll(
        self,
        name: str,
        where: Where = (),
        order: Order | None = None,
        limit: int | None = None,
        only: Sequence[str] | None = None,
    ) -> Iterator[Point]:
        if order is not None and limit is None:
            raise ValueError("a scroll in an order needs a limit")
        left = limit
        offset: Any = None
        while left is None or left > 0:
            records, offset = self._client.scroll(
                self._there(name),
                scroll_filter=_filter(where),
                limit=left if order is not None and left else min(PAGE, left or PAGE),
                offset=offset,
                order_by=None if order is None else _order(order),
                with_payload=True if only is None else list(only),
                with_vectors=False,
            )
            yield from (point_of(record) for record in records)
            if left is not None:
                left -= len(records)
            if offset is None or order is not None:
                return

    def count(self, name: str, where: Where = ()) -> int:
        return self._client.count(self._there(name), count_filter=_filter(where), exact=True).count

    def distinct(self, name: str, field: str, where: Where = ()) -> dict[str, int]:
        found = self._client.facet(
            self._there(name), key=field, facet_filter=_filter(where), limit=DISTINCT_LIMIT, exact=True
        )
        return {str(hit.value): hit.count for hit in found.hits}

    def close(self) -> None:
        self._client.close()

    def _aliases(self) -> dict[str, str]:
        """By name. Every call of the port begins here, so here it is said when the server is away."""
        try:
            found = self._client.get_aliases().aliases
        except ResponseHandlingException as error:
            raise StoreUnreachable(
                f"the index at {self._location} does not answer ({error.source}); is the server up, and "
                "TIDEWIRE_INDEX_URL right?"
            ) from error
        except UnexpectedResponse as error:
            if error.status_code not in REFUSALS:
                raise
            raise StoreUnreachable(
                f"the index at {self._location} refuses the key ({error.status_code}); see "
                "TIDEWIRE_INDEX_API_KEY_FILE"
            ) from error
        return {each.alias_name: each.collection_name for each in found}

    def _there(self, name: str) -> str:
        # Qdrant itself takes either; asking first gives the same error from both kinds of store.
        if name not in self._aliases() and not self._client.collection_exists(name):
            raise NoSuchCollection(f"there is no collection {name} in the index")
        return name


def _client(location: str, api_key: str | None) -> QdrantClient:
    with warnings.catch_warnings():
        # Said at every start of a server whose network is private, as that of the containers is.
        warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        # The comparison of versions asks the server, and a server that is away is told of by _aliases.
        return QdrantClient(location=location, api_key=api_key, check_compatibility=False)


def _native(point: Point) -> models.PointStruct:
    vectors: dict[str, Any] = {
        TERMS: models.SparseVector(indices=list(point.terms.indices), values=list(point.terms.values))
    }
    if point.dense is not None:
        vectors[DENSE] = list(point.dense)
    return models.PointStruct(id=point.id, vector=vectors, payload=dict(point.payload))


def _filter(where: Where) -> models.Filter | None:
    if not where:
        return None
    must: list[models.Condition] = [_condition(each) for each in where if not isinstance(each, Not)]
    must_not: list[models.Condition] = [_condition(each.condition) for each in where if isinstance(each, Not)]
    return models.Filter(must=must or None, must_not=must_not or None)


def _condition(condition: Condition) -> models.FieldCondition:
    match condition:
        case OneOf(field, values):
            return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))
        case Within(field, at_least, below):
            return models.FieldCondition(key=field, range=models.Range(gte=at_least, lt=below))
        case Not():
            raise TypeError("a condition is negated once")


def _order(order: Order) -> models.OrderBy:
    direction = models.Direction.DESC if order.descending else models.Direction.ASC
    return models.OrderBy(key=order.field, direction=direction)
