"""How far a view is behind the log, exactly: transactions' markers take offsets, but are no records."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property

from confluent_kafka import Consumer, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from topics.reading import ReadFailed, read_range, reader_config
from topics.settings import BrokerSettings

COUNTED = 2_000
"""Up to so many offsets behind, records are counted; beyond, the difference of offsets will do."""
Place = tuple[str, int]


class Lag:
    """Of one consumer group over some topics. Safe to ask from several threads."""

    def __init__(
        self, settings: BrokerSettings, group: str, topics: Sequence[str], timeout_s: float = 5.0
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._timeout = timeout_s
        self._consumer = Consumer(reader_config(settings, group))
        self._asking = threading.Lock()
        self._known: dict[tuple[Place, int, int], int] = {}
        self._closed = False

    def ask(self, handled: Mapping[Place, int]) -> dict[str, int]:
        """By topic, committed records beyond what the group committed and what is ``handled`` since
        (the next offset by topic and partition).

        Raises KafkaException or ReadFailed when the broker does not answer.
        """
        with self._asking:
            if self._closed:
                raise ReadFailed("this lag is asked for no more: the indexer is being restarted")
            return {topic: self._behind(topic, handled) for topic in self._topics}

    def close(self) -> None:
        """Lets go of the connection."""
        with self._asking:
            self._closed = True
            self._consumer.close()

    def _behind(self, topic: str, handled: Mapping[Place, int]) -> int:
        found = self._consumer.list_topics(topic, timeout=self._timeout).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        places = [TopicPartition(topic, partition) for partition in found.partitions]
        starts, ends = {}, {}
        for place in self._consumer.committed(places, timeout=self._timeout):
            if place.error is not None:
                raise KafkaException(place.error)
            marks = self._consumer.get_watermark_offsets(place, timeout=self._timeout)
            if marks is None:
                raise ReadFailed(f"{topic}-{place.partition}: no offsets; is the broker up?")
            starts[place.partition] = max(place.offset, handled.get((topic, place.partition), 0), marks[0])
            ends[place.partition] = marks[1]
        behind = sum(max(0, ends[p] - starts[p]) for p in ends)
        return behind if behind > COUNTED else self._records(topic, starts, ends)

    def _records(self, topic: str, starts: dict[int, int], ends: dict[int, int]) -> int:
        spans = {p: ((topic, p), starts[p], ends[p]) for p in ends if starts[p] < ends[p]}
        if any(span not in self._known for span in spans.values()):
            counted = dict.fromkeys(spans, 0)
            for each in read_range(self._settings, topic, starts, ends, self._timeout):
                counted[each.partition] += 1
            self._known = {key: n for key, n in self._known.items() if key[0][0] != topic}
            self._known.update({span: counted[p] for p, span in spans.items()})
        return sum(self._known[span] for span in spans.values())


class TopicIds:
    """The broker's id of each topic: another one, when a topic was dropped and made again."""

    def __init__(self, settings: BrokerSettings, timeout_s: float = 10.0) -> None:
        self._settings = settings
        self._timeout = timeout_s

    @cached_property
    def _admin(self) -> AdminClient:
        return AdminClient(dict(self._settings.client()))

    def ask(self, topics: Sequence[str]) -> dict[str, str]:
        """By topic. Raises KafkaException when one is not there or the broker does not answer."""
        found = self._admin.describe_topics(TopicCollection(list(topics)), request_timeout=self._timeout)
        return {name: str(future.result().topic_id) for name, future in found.items()}
