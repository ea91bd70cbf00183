"""What the log holds of each feed, really read from it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaException

from newswire.pacing import LogUnreadable
from schemas.codec import Codec, Undecodable
from schemas.identity import feed_id
from schemas.records import Article, DeadLetter, Kind
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS
from topics.reading import ReadFailed, Received, read_range
from topics.settings import BrokerSettings


class Logged:
    """Counts, by feed name, the entries in articles.raw and the dead letters of a feed. Each call
    reads on, read_committed, from where the last one ended."""

    def __init__(self, broker: BrokerSettings, codec: Codec, addresses: Mapping[str, str]) -> None:
        """``addresses``: each feed's URL as it was imported, by name."""
        self._broker = broker
        self._codec = codec
        self._names = {feed_id(url): name for name, url in addresses.items()}
        self._positions: dict[str, dict[int, int]] = {ARTICLES_RAW: {}, DEAD_LETTERS: {}}
        self._found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)

    async def __call__(self) -> Mapping[str, int]:
        """Counts up to the end of both topics as of now. Raises LogUnreadable."""
        return await asyncio.to_thread(self.read)

    def read(self) -> Mapping[str, int]:
        """The same, in this thread."""
        try:
            for each in self._new(ARTICLES_RAW):
                self._count_entry(each)
            for each in self._new(DEAD_LETTERS):
                self._count_dead_letter(each)
        except (KafkaException, ReadFailed) as error:
            raise LogUnreadable(f"the log at {self._broker.bootstrap} cannot be read: {error}") from error
        return {name: len(found) for name, found in self._found.items()}

    def _count_entry(self, each: Received) -> None:
        try:
            article = self._codec.decode(each.value or b"", Article)
        except Undecodable:
            return  # not written by a producer, so nothing that the ledger has served
        if article.kind is Kind.ENTRY:
            self._count(article.feed_id, (article.article_id, article.version))

    def _count_dead_letter(self, each: Received) -> None:
        letter = self._codec.decode(each.value or b"", DeadLetter)
        self._count(letter.source, (each.place, 0))

    def _count(self, feed: str, unit: tuple[str, int]) -> None:
        if feed in self._names:
            self._found[self._names[feed]].add(unit)

    def _new(self, topic: str) -> Iterable[Received]:
        positions = self._positions[topic]
        for each in read_range(self._broker, topic, start=positions or None):
            positions[each.partition] = each.offset + 1
            yield each
