"""A log of entries and ticks in memory, in the place of what reads topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.codec import Codec
from schemas.records import Article, Kind
from schemas.registry import LocalSchemas
from topics.catalogue import ARTICLES_RAW
from topics.reading import Received
from topics.settings import BrokerSettings

CODEC = Codec(LocalSchemas())


class LogInMemory:
    """Partitions of entries (e), ticks (t) and marks of transactions, which no reader is given (.).

    A record's time is 100 times its offset plus its partition, its article ``partition@offset``.
    """

    def __init__(self, *partitions: str) -> None:
        self.partitions = dict(enumerate(partitions))

    def beginnings(self, _: BrokerSettings, topic: str) -> dict[int, int]:
        assert topic == ARTICLES_RAW
        return dict.fromkeys(self.partitions, 0)

    def end_offsets(self, _: BrokerSettings, topic: str) -> dict[int, int]:
        assert topic == ARTICLES_RAW
        return {partition: len(kinds) for partition, kinds in self.partitions.items()}

    def read_range(
        self, _: BrokerSettings, topic: str, start: Mapping[int, int], end: Mapping[int, int]
    ) -> Iterator[Received]:
        for partition, kinds in self.partitions.items():
            for offset in range(start[partition], end[partition]):
                if kinds[offset] == ".":
                    continue
                name = f"{partition}@{offset}"
                kind = Kind.TICK if kinds[offset] == "t" else Kind.ENTRY
                record = Article(article_id=name, feed_id=f"feed-{partition}", observed_at=0, kind=kind)
                at = offset * 100 + partition
                yield Received(topic, partition, offset, at, b"", CODEC.encode(record))
