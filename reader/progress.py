"""Whether the live lane's jobs read on: from the log alone, for the reader has no key to Flink.

Ticks come to every partition of the raw log every two seconds, and a job notes how far it has read with each
checkpoint. A job that is stopped, or fails on one record again and again, notes nothing, and what it has not
read grows old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition

from topics.catalogue import ARTICLES_RAW
from topics.lane import LIVE
from topics.reading import read_range, reader_config, watermarks
from topics.settings import BrokerSettings

JOBS = ("articles", "stories")
LOOK_EVERY_S = 5.0
# Markers of transactions take offsets too; beyond so many there is a record among them.
LOOKED_THROUGH = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """``behind_s``: how old the oldest record is that the job has not noted as read; 0 if none is older than
    the time it is given."""

    job: str
    behind_s: float

    @property
    def stands(self) -> bool:
        """Whether it is stopped, or failing, or far behind."""
        return self.behind_s > 0


class Progress:
    """Of the live lane's jobs, for several threads. ``patience_s``: so old may be what is unread."""

    def __init__(self, settings: BrokerSettings, patience_s: float, timeout_s: float = 5.0) -> None:
        self._settings = settings
        self._patience_s = patience_s
        self._timeout_s = timeout_s
        self._asking = threading.Lock()
        self._consumers: dict[str, Consumer] = {}
        self._looked = float("-inf")
        self._found: list[Reading] = []

    def take(self) -> list[Reading]:
        """How it was within the last LOOK_EVERY_S seconds. Raises KafkaException, ReadFailed."""
        with self._asking:
            if time.monotonic() - self._looked >= LOOK_EVERY_S:
                self._found = [Reading(job, self._behind_s(job)) for job in JOBS]
                self._looked = time.monotonic()
            return self._found

    def close(self) -> None:
        """Lets go of the connections."""
        with self._asking:
            for each in self._consumers.values():
                each.close()
            self._consumers.clear()

    def _behind_s(self, job: str) -> float:
        if job not in self._consumers:
            self._consumers[job] = Consumer(reader_config(self._settings, LIVE.group(f"jobs.{job}")))
        consumer, now_ms = self._consumers[job], time.time_ns() // 1_000_000
        marks = watermarks(consumer, ARTICLES_RAW, self._timeout_s)
        before = round(now_ms - self._patience_s * 1000)
        asked = [TopicPartition(ARTICLES_RAW, partition, before) for partition in marks]
        old = {
            each.partition: each.offset if each.offset >= 0 else marks[each.partition][1]
            for each in consumer.offsets_for_times(asked, timeout=self._timeout_s)
        }
        noted = {
            each.partition: each.offset
            for each in consumer.committed(
                [TopicPartition(ARTICLES_RAW, p) for p in marks], timeout=self._timeout_s
            )
        }
        spans = {p: (max(noted[p], low), old[p]) for p, (low, _) in marks.items()}
        oldest = min(self._times(spans, before), default=now_ms)
        return (now_ms - oldest) / 1000 if oldest <= before else 0.0

    def _times(self, spans: dict[int, tuple[int, int]], before: int) -> Iterator[int]:
        """When records of these spans were logged, epoch ms; all are older than ``before``. A span without
        any gives none, and of a long one the first are read."""
        starts = {p: start for p, (start, _) in spans.items()}
        ends = {p: min(end, start + LOOKED_THROUGH) for p, (start, end) in spans.items()}
        if any(end - start > LOOKED_THROUGH for start, end in spans.values()):
            yield before
        if any(starts[p] < ends[p] for p in spans):
            for each in read_range(self._settings, ARTICLES_RAW, starts, ends, self._timeout_s):
                yield each.timestamp_ms
