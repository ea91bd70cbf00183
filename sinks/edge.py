"""The embedded store: the Qdrant engine in this process, one folder for each collection.

<folder>/owner.lock             held while open: one process owns an embedded store
<folder>/<name>.json            what the name points to, and its shape; replaced in one step
<folder>/<name>.<creation id>/  a shard, with its write-ahead log
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import qdrant_edge as engine

from sinks import edge_native as native
from sinks.store import (
    CANDIDATES,
    DENSE,
    RRF_K,
    TERMS,
    Hit,
    Hybrid,
    NoSuchCollection,
    Order,
    Point,
    Shape,
    ShapeMismatch,
    StoreBusy,
    StoreError,
    Where,
    checked,
    new_collection,
    point_of,
)

PAGE = 256
DISTINCT_LIMIT = 1_000_000
LOCK = "owner.lock"
SHAPE = "shape.json"
T = TypeVar("T")


class EdgeStore:
    """Opens ``folder``, made when absent.

    Raises StoreBusy when another process, or another store of this one, has it open.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = _owned(folder)
        self._shards: dict[str, engine.EdgeShard] = {}
        self._opening = threading.Lock()
        self._closed = False

    def ensure(self, name: str, shape: Shape) -> str:
        pointed = self._pointed(name)
        if pointed is None:
            pointed = self.create(name, shape)
            self.swap(name, pointed)
            return pointed
        there = json.loads((self._folder / pointed / SHAPE).read_text())["dimension"]
        if there != shape.dimension:
            raise ShapeMismatch(
                f"{self._folder / pointed} holds vectors of {there} numbers, not {shape.dimension}: the "
                "encoder changed; build a new collection beside it and swap"
            )
        self._shard(pointed)
        return pointed

    def create(self, name: str, shape: Shape) -> str:
        collection = new_collection(name)
        path = self._folder / collection
        path.mkdir()
        shard = _engine(path, lambda: engine.EdgeShard.create(str(path), native.config(shape)))
        for field in shape.keywords:
            shard.update(native.field_index(field, engine.PayloadSchemaType.Keyword))
        for field in shape.integers:
            shard.update(native.field_index(field, engine.PayloadSchemaType.Integer))
        shard.flush()
        _replace(path / SHAPE, {"dimension": shape.dimension})
        self._shards[collection] = shard
        return collection

    def swap(self, name: str, collection: str) -> str | None:
        self._shard(collection)
        before = self._pointed(name)
        _replace(self._folder / f"{name}.json", {"collection": collection})
        return before

    def drop(self, name: str) -> None:
        collection = self._pointed(name) or name
        (self._folder / f"{name}.json").unlink(missing_ok=True)
        with self._opening:
            shard = self._shards.pop(collection, None)
        if shard is not None:
            shard.close()
        path = self._folder / collection
        if path.is_dir():
            shutil.rmtree(path)

    def upsert(self, name: str, points: Sequence[Point]) -> None:
        if points:
            operation = engine.UpdateOperation.upsert_points([native.to_native(point) for point in points])
            self._update(name, operation)

    def amend(self, name: str, fields: Mapping[str, Mapping[str, Any]]) -> None:
        shard = self._shard(name)
        for point_id, values in fields.items():
            shard.update(engine.UpdateOperation.set_payload([point_id], dict(values)))
        if fields:
            shard.flush()

    def delete(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            self._update(name, engine.UpdateOperation.delete_points(list(ids)))

    def query(self, name: str, query: Hybrid) -> list[Hit]:
        query = checked(query)
        where = native.filter_of(query.where)
        prefetches = []
        if query.dense is not None:
            nearest = engine.Query.Nearest(list(query.dense), using=DENSE)
            floor = query.dense_floor
            prefetches.append(
                engine.Prefetch(limit=CANDIDATES, query=nearest, filter=where, score_threshold=floor)
            )
        if query.terms.indices:
            sparse = engine.SparseVector(list(query.terms.indices), list(query.terms.values))
            by_terms = engine.Query.Nearest(sparse, using=TERMS)
            prefetches.append(engine.Prefetch(limit=CANDIDATES, query=by_terms, filter=where))
        request = engine.QueryRequest(
            limit=query.limit,
            prefetches=prefetches,
            query=engine.Fusion.Rrf(k=RRF_K),  # type: ignore[arg-type]  # the stubs leave its base out
            with_payload=True,
        )
        found = self._ask(name, lambda shard: shard.query(request))
        return [Hit(str(each.id), each.score, each.payload or {}) for each in found]

    def get(self, name: str, ids: Sequence[str], vectors: bool = False) -> dict[str, Point]:
        if not ids:
            return {}
        found = self._ask(name, lambda shard: shard.retrieve(list(ids), True, vectors))
        return {str(record.id): point_of(record) for record in found}

    def scroll(
        self,
        name: str,
        where: Where = (),
        order: Order | None = None,
        limit: int | None = None,
        only: Sequence[str] | None = None,
    ) -> Iterator[Point]:
        if order is not None:
            if limit is None:
                raise ValueError("a scroll in an order needs a limit")
            yield from self._page(name, where, limit, None, order, only)[0]
            return
        left = limit
        offset: Any = None
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page, offset = self._page(name, where, size, offset, None, only)
            yield from page
            if left is not None:
                left -= len(page)
            if offset is None:
                return

    def count(self, name: str, where: Where = ()) -> int:
        request = engine.CountRequest(exact=True, filter=native.filter_of(where))
        return self._ask(name, lambda shard: shard.count(request))

    def distinct(self, name: str, field: str, where: Where = ()) -> dict[str, int]:
        request = engine.FacetRequest(field, limit=DISTINCT_LIMIT, exact=True, filter=native.filter_of(where))
        return {str(hit.value): hit.count for hit in self._ask(name, lambda shard: shard.facet(request).hits)}

    def close(self) -> None:
        with self._opening:
            if self._closed:
                return
            self._closed = True
            for shard in self._shards.values():
                shard.flush()
                shard.close()
            self._shards.clear()
        os.close(self._lock)

    def _page(
        self,
        name: str,
        where: Where,
        limit: int,
        offset: Any,
        order: Order | None,
        only: Sequence[str] | None,
    ) -> tuple[list[Point], Any]:
        request = engine.ScrollRequest(
            limit=limit,
            offset=offset,
            filter=native.filter_of(where),
            with_payload=True if only is None else list(only),
            with_vector=False,
            order_by=None if order is None else native.order_of(order),
        )
        records, following = self._ask(name, lambda shard: shard.scroll(request))
        return [point_of(record) for record in records], following

    def _update(self, name: str, operation: engine.UpdateOperation) -> None:
        # The log survives a kill by itself; the flush makes it survive the machine's too.
        def apply(shard: engine.EdgeShard) -> None:
            shard.update(operation)
            shard.flush()

        self._ask(name, apply)

    def _ask(self, name: str, ask: Callable[[engine.EdgeShard], T]) -> T:
        shard = self._shard(name)
        return _engine(self._folder / name, lambda: ask(shard))

    def _pointed(self, name: str) -> str | None:
        pointer = self._folder / f"{name}.json"
        try:
            return str(json.loads(pointer.read_text())["collection"])
        except FileNotFoundError:
            return None

    def _shard(self, name: str) -> engine.EdgeShard:
        known = self._shards.get(name)
        if known is not None:
            return known
        collection = self._pointed(name) or name
        with self._opening:
            if self._closed:
                raise StoreError(f"the index in {self._folder} is closed")
            if collection not in self._shards:
                path = self._folder / collection
                if not (path / SHAPE).is_file():
                    raise NoSuchCollection(f"there is no collection {name} in {self._folder}")
                self._shards[collection] = _engine(path, lambda: engine.EdgeShard.load(str(path)))
            return self._shards[collection]


def _owned(folder: Path) -> int:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise StoreBusy(
            f"the index in {folder} is open in another process (pid {owner}); one process owns an embedded "
            "index: ask its HTTP API instead, or stop it first"
        ) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _engine(path: Path, ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Exception as error:
        # The engine raises bare Exception for everything.
        if "WouldBlock" in str(error):
            raise StoreBusy(f"{path} is open in another process; stop it first") from error
        raise StoreError(f"the index engine failed in {path}: {error}") from error


def _replace(path: Path, value: Mapping[str, Any]) -> None:
    """Writes JSON so that a kill or a power cut leaves the old file or the new one, never a piece."""
    beside = path.with_suffix(".new")
    with beside.open("w") as out:
        json.dump(value, out)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
