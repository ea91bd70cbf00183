"""What goes out when a dead letter is sent through again, and what cannot go.

articles.raw        the article with its ``attempt`` raised: to jobs that had it the same record again
any other topic     the same bytes and key, in the same partition; to consumers twice is as good as once
a feed              its catalogue record with ``reread`` raised: the next poll reads the feed anew
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from confluent_kafka import KafkaException

from schemas.codec import Codec, Undecodable
from schemas.records import Article, FeedSpec, FeedState, FeedStatus, Kind
from topics.catalogue import (
    ARTICLES_RAW,
    DEAD_LETTERS,
    FEEDS_CATALOG,
    FEEDS_SEEN,
    FEEDS_STATE,
    SHARED,
    TOPICS,
    Topic,
)
from topics.decoding import latest
from topics.lane import NAME
from topics.letters import Letter
from topics.partitioning import partition_for
from topics.reading import Received, end_offsets, read_places, read_range
from topics.settings import BrokerSettings

# What producers remember of a feed, and what people say of it: an old record would undo a newer one.
FEEDS = frozenset({FEEDS_CATALOG, FEEDS_STATE, FEEDS_SEEN})


class Refused(ValueError):
    """A letter cannot be sent through again, and why."""


@dataclass(frozen=True, slots=True)
class Again:
    """A record to write."""

    topic: str
    key: bytes | None
    value: bytes
    partition: int


def described_by(topic: str) -> Topic | None:
    """The catalogue's entry for a lane's topic; None for one that no lane has."""
    if topic in TOPICS:
        return TOPICS[topic]
    lane, _, name = topic.partition(".")
    return TOPICS[name] if name in TOPICS and name not in SHARED and NAME.fullmatch(lane) else None


class Log:
    """Finds what some letters are about, in the log as it is."""

    def __init__(self, settings: BrokerSettings, codec: Codec, batch: Sequence[Letter]) -> None:
        self._settings = settings
        self._codec = codec
        self._wanted: dict[str, list[tuple[int, int]]] = {}
        for topic, partition, offset in filter(None, (letter.of for letter in batch)):
            self._wanted.setdefault(topic, []).append((partition, offset))
        self._read: dict[str, dict[tuple[int, int], Received]] = {}

    def again(self, letter: Letter) -> Again:
        """Raises Refused."""
        if letter.of is None:
            return self._feed(letter)
        topic, partition, offset = letter.of
        described = self._described(letter, topic)
        key, value = self._original(letter, topic, partition, offset)
        if described.name == ARTICLES_RAW:
            return self._article(partition, key, value)
        self._decoded(described, value)
        if described.cleanup == "compact":
            self._refuse_to_undo(topic, partition, offset, key)
        return Again(topic, key, value, partition)

    def _described(self, letter: Letter, topic: str) -> Topic:
        described = described_by(topic)
        if described is None or described.name == DEAD_LETTERS:
            raise Refused(f"{topic} is no topic whose records are sent again")
        if described.name in FEEDS:
            raise Refused(f"{topic} holds what is newer by now; import the feed again instead")
        if letter.said.lane and described.name == ARTICLES_RAW:
            raise Refused(
                f"lane {letter.said.lane} has read its part of the log; `./tw replay` runs it again"
            )
        return described

    def _original(
        self, letter: Letter, topic: str, partition: int, offset: int
    ) -> tuple[bytes | None, bytes]:
        try:
            if topic not in self._read:
                self._read[topic] = read_places(self._settings, topic, self._wanted[topic])
        except KafkaException as error:
            raise Refused(f"{topic} cannot be read: {error.args[0].str()}") from error
        there = self._read[topic].get((partition, offset))
        if there is not None and there.value is not None:
            return there.key, there.value
        if letter.said.whole and letter.said.value is not None:
            return letter.said.key, letter.said.value
        raise Refused(
            f"{topic}-{partition}@{offset} is no longer in the log, and the letter holds only its beginning"
        )

    def _article(self, partition: int, key: bytes | None, value: bytes) -> Again:
        article = self._decoded(TOPICS[ARTICLES_RAW], value)
        assert isinstance(article, Article)
        if article.kind is Kind.TICK:
            raise Refused("it is a tick; time has gone on without it")
        value = self._codec.encode(replace(article, attempt=article.attempt + 1))
        if article.kind is Kind.TAKEDOWN:
            # A publisher's has a copy in every partition, under a key that is no article's.
            return Again(ARTICLES_RAW, key, value, partition)
        key = article.article_id.encode()
        return Again(ARTICLES_RAW, key, value, partition_for(key, TOPICS[ARTICLES_RAW].partitions))

    def _decoded(self, described: Topic, value: bytes) -> object:
        try:
            return self._codec.decode(value, described.record)
        except Undecodable as error:
            raise Refused(f"it cannot be decoded now either: {error}") from error

    def _refuse_to_undo(self, topic: str, partition: int, offset: int, key: bytes | None) -> None:
        ends = end_offsets(self._settings, topic)
        starts = {each: offset + 1 if each == partition else end for each, end in ends.items()}
        if any(each.key == key for each in read_range(self._settings, topic, starts, ends)):
            raise Refused(f"{topic} holds a later record of the same key, which it would undo")

    def _feed(self, letter: Letter) -> Again:
        feed_id = letter.said.feed_id or letter.said.source
        if feed_id in TOPICS:
            raise Refused(
                "was due for a story and is no record; it comes up again with the story's next article"
            )
        spec = self._feeds.get(feed_id)
        if spec is None:
            raise Refused(f"feed {feed_id} is not in the catalogue any more")
        if not spec.active:
            raise Refused(f"feed {spec.title or feed_id} is not read any more")
        state = self._states.get(feed_id)
        if state is not None and state.status is FeedStatus.DEAD:
            raise Refused(f"feed {spec.title or feed_id} is gone for good: {state.reason}")
        key = feed_id.encode()
        value = self._codec.encode(replace(spec, reread=spec.reread + 1))
        return Again(FEEDS_CATALOG, key, value, partition_for(key, TOPICS[FEEDS_CATALOG].partitions))

    @cached_property
    def _states(self) -> dict[str, FeedState]:
        return latest(self._settings, self._codec, FEEDS_STATE, FeedState)

    @cached_property
    def _feeds(self) -> dict[str, FeedSpec]:
        return latest(self._settings, self._codec, FEEDS_CATALOG, FeedSpec)
