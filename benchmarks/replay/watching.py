"""What becomes visible in a topic of a lane, and when: committed records only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from schemas.codec import Codec
from schemas.records import Story
from topics.admin import lanes
from topics.catalogue import ARTICLES_ENRICHED, STORIES, TOPICS
from topics.lane import Lane
from topics.reading import positioned
from topics.settings import BrokerSettings

LOOK_S = 0.1
AT_MOST = 500


@dataclass
class Watch:
    """Reads one topic as it grows. ``seen``: (epoch seconds, records seen so far), growing ones."""

    broker: BrokerSettings
    codec: Codec
    lane: Lane
    name: str = ARTICLES_ENRICHED
    # By partition; what is before it is not seen.
    start: Mapping[int, int] = field(default_factory=dict)
    seen: list[tuple[float, int]] = field(default_factory=list)
    # By article: when a story that holds it was first seen. Of the topic of stories only.
    shown: dict[str, float] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.seen[-1][1] if self.seen else 0

    def rate(self) -> float:
        """Records a second between the first and the last time that some became visible."""
        (began, first), (ended, last) = self.seen[0], self.seen[-1]
        if ended <= began:
            raise RuntimeError(f"{self.lane.topic(self.name)}: {last} records became visible all at once")
        return (last - first) / (ended - began)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Looks from a thread of its own, once the lane is there; its error, if any, is raised at the end."""
        done = threading.Event()
        with ThreadPoolExecutor(max_workers=1) as pool:
            reading = pool.submit(self._read, done)
            try:
                yield
            finally:
                done.set()
        reading.result()

    def _read(self, done: threading.Event) -> None:
        while not self.lane.is_live and self.lane not in lanes(self.broker):
            if done.wait(1.0):
                return
        topic = self.lane.topic(self.name)
        consumer = positioned(self.broker)
        try:
            consumer.assign(
                [TopicPartition(topic, p, self.start.get(p, 0)) for p in range(TOPICS[self.name].partitions)]
            )
            while not done.is_set():
                values = []
                for message in consumer.consume(AT_MOST, timeout=LOOK_S):
                    error = message.error()
                    if error is None:
                        values.append(message.value() or b"")
                    elif error.code() != KafkaError._PARTITION_EOF:
                        raise KafkaException(error)
                self._take(values)
        finally:
            consumer.close()

    def _take(self, values: list[bytes]) -> None:
        now = time.time()
        if values:
            self.seen.append((now, self.count + len(values)))
        if self.name == STORIES:
            for value in values:
                for article in self.codec.decode(value, Story).articles:
                    self.shown.setdefault(article.article_id, now)
