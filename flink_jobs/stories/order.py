"""Brings records back into the order of the log.

Records reach the ordered operator from several partitions. They wait in a buffer until the
watermark of logged time has passed them and leave it sorted by position. What arrives after its
position was passed (a broker's clock that stepped back) is handed on at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from schemas.records import UniqueArticle

T = TypeVar("T")


class Position(NamedTuple):
    """A record's place in the order; unique, for the last three are the key of deduplication."""

    logged_at: int
    published_at: int
    article_id: str
    version: int
    content_hash: str


def position(article: UniqueArticle) -> Position:
    return Position(
        article.logged_at,
        article.published_at,
        article.article_id,
        article.version,
        article.content_hash,
    )


class OrderBuffer(Generic[T]):
    """Waiting records, mirrored into keyed state.

    State is one put a record, under "<logged second>/<position>": a timer a second suffices to wake
    the operator, and no list is rewritten when a record is added.
    """

    def __init__(self, encode: Callable[[T], bytes], decode: Callable[[bytes], T]) -> None:
        self._encode = encode
        self._decode = decode
        self._waiting: dict[Position, T] = {}
        self._order: list[Position] = []
        self._puts: dict[str, bytes | None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, at: Position, item: T) -> None:
        """Keeps a record until it is due. The same position twice is the same record."""
        if at not in self._waiting:
            heapq.heappush(self._order, at)
        self._waiting[at] = item
        self._puts[_state_key(at)] = self._encode(item)

    def release(self, to_ms: int) -> Iterator[T]:
        """Removes and gives, in order, what was logged at or before a time."""
        while self._order and self._order[0].logged_at <= to_ms:
            at = heapq.heappop(self._order)
            self._puts[_state_key(at)] = None
            yield self._waiting.pop(at)

    def next_due(self) -> int | None:
        return self._order[0].logged_at if self._order else None

    def puts(self) -> list[tuple[str, bytes | None]]:
        """What changed in keyed state since the last call; None deletes."""
        changed, self._puts = sorted(self._puts.items()), {}
        return changed

    def restore(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Loads the whole keyed state of this buffer; its order does not matter."""
        for key, data in items:
            at = _position_of(key)
            self._waiting[at] = self._decode(data)
            heapq.heappush(self._order, at)


def _state_key(at: Position) -> str:
    # A hash of ours has nothing to quote; a foreign one could hold the separator.
    content_hash = quote(at.content_hash, safe="")
    parts = (at.logged_at // 1000, at.logged_at, at.published_at, at.version, content_hash, at.article_id)
    return "/".join(map(str, parts))


def _position_of(key: str) -> Position:
    _, logged_at, published_at, version, content_hash, article_id = key.split("/", 5)
    return Position(int(logged_at), int(published_at), article_id, int(version), unquote(content_hash))
