"""What the log holds of each feed, really read from it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from newswire.pacing import LogUnreadable
from schemas.codec import Codec, Undecodable
from schemas.identity import feed_id
from schemas.records import Article, DeadLetter, Kind
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS
from topics.reading import ReadFailed, Received, reader_config, received
from topics.settings import BrokerSettings

START = 0
CONNECT_S = 5.0


class Logged:
    """Counts, by feed name, the entries in articles.raw and the dead letters of a feed: one reader
    over both topics from their beginnings, read_committed, kept open because a lock step looks at
    the log many times a second. Each call takes what has come since the last one."""

    def __init__(self, broker: BrokerSettings, codec: Codec, addresses: Mapping[str, str]) -> None:
        """``addresses``: each feed's URL as it was imported, by name."""
        self._broker = broker
        self._codec = codec
        self._names = {feed_id(url): name for name, url in addresses.items()}
        self._found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
        self._consumer: Consumer | None = None

    async def __call__(self) -> Mapping[str, int]:
        """The counts so far. Raises LogUnreadable."""
        return await asyncio.to_thread(self.read)

    def read(self) -> Mapping[str, int]:
        """The same, in this thread."""
        try:
            for each in self._arrived():
                if each.topic == ARTICLES_RAW:
                    self._count_entry(each)
                else:
                    self._count_dead_letter(each)
        except (KafkaException, ReadFailed) as error:
            raise LogUnreadable(f"the log at {self._broker.bootstrap} cannot be read: {error}") from error
        return {name: len(found) for name, found in self._found.items()}

    def close(self) -> None:
        """Lets the reader go."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _count_entry(self, each: Received) -> None:
        try:
            article = self._codec.decode(each.value or b"", Article)
        except Undecodable:
            return  # not written by a producer, so nothing that the ledger has served
        if article.kind is Kind.ENTRY:
            self._count(article.feed_id, (article.article_id, article.version))

    def _count_dead_letter(self, each: Received) -> None:
        try:
            letter = self._codec.decode(each.value or b"", DeadLetter)
        except Undecodable:
            return  # not written by a producer either
        self._count(letter.source, (each.place, 0))

    def _count(self, feed: str, unit: tuple[str, int]) -> None:
        if feed in self._names:
            self._found[self._names[feed]].add(unit)

    def _arrived(self) -> Iterator[Received]:
        if self._consumer is None:
            self._consumer = self._opened()
        while (message := self._consumer.poll(0)) is not None:
            if (error := message.error()) is not None:
                raise KafkaException(error)
            yield received(message)

    def _opened(self) -> Consumer:
        consumer = Consumer({**reader_config(self._broker, "newswire"), "fetch.wait.max.ms": 100})
        try:
            consumer.assign(
                [
                    TopicPartition(topic, partition, START)
                    for topic in (ARTICLES_RAW, DEAD_LETTERS)
                    for partition in _partitions(consumer, topic)
                ]
            )
        except KafkaException:
            consumer.close()
            raise
        return consumer


def _partitions(consumer: Consumer, topic: str) -> list[int]:
    found = consumer.list_topics(topic, timeout=CONNECT_S).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    if not found.partitions:
        raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, f"{topic} has no partitions yet"))
    return sorted(found.partitions)
