"""What the raw log itself says about differences between lanes that read it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from replay.compare.records import Placed, scopes
from schemas.records import Article, Kind
from schemas.takedown import Takedown, Takedowns

Place = tuple[int, int]
"""Partition and offset in ``articles.raw``."""


@dataclass(frozen=True)
class RawLog:
    """The raw log as a comparison needs it.

    ``complete_until``: the last logged time up to which every partition is known to be whole.
    ``first_offsets``: by partition, the first offset that retention has left.
    ``first_logged_at``: where retention has taken the beginning, the logged time from which the log
    is whole; else 0. ``out_of_order``: records stamped earlier than one before them in their partition.
    ``taken_down_at``: by scope and time of publication, where entries under a takedown count in windows,
    though no lane may have put them into a story.
    """

    complete_until: int = 0
    first_offsets: Mapping[int, int] = field(default_factory=dict)
    first_logged_at: int = 0
    out_of_order: frozenset[Place] = frozenset()
    takedowns: tuple[Takedown, ...] = ()
    taken_down_at: tuple[tuple[str, int], ...] = ()

    def kept(self, article: Placed) -> bool:
        """Whether the article's raw record is still there."""
        return article.raw_offset >= self.first_offsets.get(article.raw_partition, 0)

    def taken_down(self, article: Placed) -> bool:
        return any(each.covers(article) for each in self.takedowns)


class LogFold:
    """Takes raw records one after another, those of a partition in order; ``end`` gives the result.

    ``skew_ms`` is how far the log's clock may step back before a record counts as out of order.
    ``takedowns`` are those known beforehand: the log says one after what it takes down.
    """

    def __init__(
        self, first_offsets: Mapping[int, int], skew_ms: int, takedowns: Takedowns | None = None
    ) -> None:
        self._first_offsets = first_offsets
        self._skew_ms = skew_ms
        self._last_tick = dict.fromkeys(first_offsets, 0)
        self._first_at: dict[int, int] = {}
        self._latest: dict[int, int] = {}
        self._out_of_order: set[Place] = set()
        self._known = takedowns or Takedowns()
        self._takedowns: list[Takedown] = list(self._known)
        self._taken_down_at: list[tuple[str, int]] = []

    def take(self, partition: int, offset: int, logged_at: int, record: Article) -> None:
        """``logged_at`` is the log-append time, epoch ms."""
        self._first_at.setdefault(partition, logged_at)
        latest = self._latest.get(partition, logged_at)
        if logged_at + self._skew_ms < latest:
            self._out_of_order.add((partition, offset))
        self._latest[partition] = max(latest, logged_at)
        if record.kind is Kind.TICK:
            self._last_tick[partition] = logged_at
        elif record.kind is Kind.TAKEDOWN:
            self._takedowns.append(Takedown.of(record))
        elif self._known.of(record) is not None:
            published_at = logged_at if record.published_at is None else min(record.published_at, logged_at)
            self._taken_down_at += ((scope, published_at) for scope in scopes(record))

    def end(self) -> RawLog:
        lost: Iterable[int] = (p for p, offset in self._first_offsets.items() if offset > 0)
        return RawLog(
            complete_until=min(self._last_tick.values(), default=0),
            first_offsets=dict(self._first_offsets),
            first_logged_at=max((self._first_at.get(p, 0) for p in lost), default=0),
            out_of_order=frozenset(self._out_of_order),
            takedowns=tuple(dict.fromkeys(self._takedowns)),
            taken_down_at=tuple(self._taken_down_at),
        )
