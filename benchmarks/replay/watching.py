"""What can be seen of a lane from outside while it works: how far its checkpoints are, and when what it
wrote could be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.codec import Codec
from schemas.records import Story
from topics.catalogue import ARTICLES_ENRICHED, STORIES
from topics.groups import committed
from topics.lane import LIVE, Lane
from topics.reading import positioned
from topics.settings import BrokerSettings

LOOK_EVERY_S = 0.25
# More than two checkpoints apart: nothing more will come.
QUIET_S = 6.0
TIMEOUT_S = 30.0

Places = Mapping[int, int]


class Tail:
    """Reads what is committed to a topic from now on, as soon as that can be read, in a thread of its own.

    A topic that is not there yet is awaited. Use it as a context.
    """

    def __init__(self, broker: BrokerSettings, topic: str, begins: Places | None) -> None:
        """``begins`` None: at the first record of a topic that is still to come."""
        self._broker = broker
        self._topic = topic
        self._begins = begins
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0
        self.last_at = 0.0
        """Epoch seconds of the last record's arrival, 0 before one."""
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error

    def await_quiet(self) -> None:
        """Until something came, and nothing more for a while."""
        while self._thread.is_alive() and (not self.count or time.time() - self.last_at < QUIET_S):
            time.sleep(LOOK_EVERY_S)

    def take(self, message: Message, at: float) -> None:
        """Notes a record that came at ``at``, epoch seconds."""
        self.count += 1
        self.last_at = at

    def _run(self) -> None:
        consumer = positioned(self._broker)
        try:
            if self._await_topic(consumer):
                while not self._stop.is_set():
                    self._look(consumer)
        except (KafkaException, OSError) as error:
            self._error = error
        finally:
            consumer.close()

    def _await_topic(self, consumer: Consumer) -> bool:
        while not self._stop.is_set():
            found = consumer.list_topics(timeout=TIMEOUT_S).topics.get(self._topic)
            if found is not None and found.partitions:
                begins = self._begins or dict.fromkeys(found.partitions, 0)
                consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in begins.items()])
                return True
            self._stop.wait(LOOK_EVERY_S)
        return False

    def _look(self, consumer: Consumer) -> None:
        messages = consumer.consume(1_000, timeout=0.1)
        at = time.time()
        for message in messages:
            error = message.error()
            if error is None:
                self.take(message, at)
            elif error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)


class Working(Tail):
    """A lane's job ``stories`` at work on a part of its source, from ``begins`` to ``ends``.

    Checkpoints tell how much of it was embedded; the outputs alone would not, for the job gives them out
    in the log's order, so much later than it worked them out.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        lane: Lane,
        source: str,
        begins: Places,
        ends: Places,
        outputs: Places | None,
    ) -> None:
        super().__init__(broker, lane.topic(ARTICLES_ENRICHED), outputs)
        self._group = lane.group("jobs.stories")
        self._source, self._ends, self._from = source, ends, begins
        self._first: tuple[float, float] | None = None
        self._looked = 0.0
        self.share = 0.0
        """Of the part, what a checkpoint covers."""

    @property
    def rate(self) -> float:
        """Articles made a second: from the first checkpoint that covers some of the part, so that a start
        does not count, to the last output.

        Raises RuntimeError when that took less than two checkpoints.
        """
        if self._first is None or self.last_at <= self._first[0]:
            raise RuntimeError(f"{self.count} articles were worked off at once: take more of them")
        at, share = self._first
        return self.count * (1 - share) / (self.last_at - at)

    def await_all(self) -> None:
        """Until a checkpoint covers all of it, and all outputs were seen."""
        while self._thread.is_alive() and self.share < 1:
            time.sleep(LOOK_EVERY_S)
        self.await_quiet()

    def _look(self, consumer: Consumer) -> None:
        super()._look(consumer)
        if time.time() - self._looked > LOOK_EVERY_S:
            place = committed(self._broker, self._group, self._source)
            self._looked = time.time()
            self.share = covered(self._from, self._ends, place)
            if self._first is None and self.share:
                self._first = (self._looked, self.share)


class Shown(Tail):
    """Seconds from an article being logged to its first story that can be read, in the live lane."""

    def __init__(self, broker: BrokerSettings, codec: Codec, begins: Places, since_ms: int) -> None:
        super().__init__(broker, LIVE.topic(STORIES), begins)
        self._codec = codec
        self._since = since_ms
        self.seconds: dict[tuple[str, int, str], float] = {}

    def take(self, message: Message, at: float) -> None:
        super().take(message, at)
        value = message.value()
        if not isinstance(value, bytes):
            return
        for each in self._codec.decode(value, Story).articles:
            if each.logged_at >= self._since:
                key = (each.article_id, each.version, each.content_hash)
                self.seconds.setdefault(key, at - each.logged_at / 1000)

    def await_count(self, wanted: int, timeout_s: float) -> None:
        """Until so many articles were shown; fewer when the time is over."""
        deadline = time.monotonic() + timeout_s
        while self._thread.is_alive() and len(self.seconds) < wanted and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)


def covered(begins: Places, ends: Places, place: Places) -> float:
    """The share of a part of a topic that lies before ``place``."""
    done = sum(max(0, min(place.get(p, begins[p]), end) - begins[p]) for p, end in ends.items())
    return done / max(1, sum(end - begins[p] for p, end in ends.items()))
