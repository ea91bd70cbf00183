"""Writes the raw log by hand: entries as fast as it takes them, or at a steady rate, and ticks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from schemas.codec import Codec
from schemas.records import Article, Kind
from topics.catalogue import ARTICLES_RAW, PARTITIONS
from topics.settings import BrokerSettings
from topics.writing import Writer

# A backlog of hours has more ticks than entries; these are enough for the jobs to give out what they order.
TICK_EVERY = 50


class RawLog:
    """One writer."""

    def __init__(self, broker: BrokerSettings, codec: Codec) -> None:
        self._writer = Writer(broker, codec)

    def tick(self) -> None:
        """One in every partition, after all that was written."""
        self._writer.flush()
        for partition in range(PARTITIONS):
            now = time.time_ns() // 1_000_000
            self._writer.send(
                ARTICLES_RAW, "", Article(article_id="", observed_at=now, kind=Kind.TICK), partition
            )
        self._writer.flush()

    def write(self, articles: Iterable[Article]) -> int:
        """As fast as the log takes them, with a tick after every fiftieth and the last; how many."""
        number = 0
        for number, article in enumerate(articles, 1):
            self._send(article)
            if number % TICK_EVERY == 0:
                self.tick()
        self.tick()
        return number

    def pace(
        self, articles: Iterator[Article], per_s: float, seconds: float, goes_on: Callable[[], bool]
    ) -> int:
        """At a steady rate, as long as ``goes_on``; how many."""
        began, written = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds and goes_on():
            if written < passed * per_s:
                self._send(next(articles))
                self._writer.flush()
                written += 1
            else:
                time.sleep(0.01)
        return written

    def _send(self, article: Article) -> None:
        self._writer.send(ARTICLES_RAW, article.article_id, article)
