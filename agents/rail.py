"""Indicators as the log has them, and the knowledge of how far the job that cuts windows has come.

The job commits its place in the raw log with every checkpoint. A window is in the topic once a
checkpoint covers, in every partition, a raw record logged at or after its closing:

1. find those records by time (ticks see to it that each partition has one), and wait until the
   job's committed offsets are past them;
2. the job's clock follows its records by up to a tenth of a second, so a window may fall into the
   checkpoint after: wait for one more commit, or until commits have stopped, as a finished job's do;
3. note the topic's ends, open transactions included, and read committed records up to them.

After that the view holds every window that closed by then, whatever the agents or the job went
through. Windows end at few moments, so nearly every call finds that its moment has passed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.indicators import Indicators, last_end
from agents.settings import WindowSettings
from schemas.codec import Codec, Undecodable
from schemas.records import BriefIndicator, Indicator
from telemetry.logs import logger
from topics.catalogue import ARTICLES_RAW, INDICATORS, TOPICS
from topics.ends import are_decided, ends_with_open_transactions
from topics.lane import Lane
from topics.reading import read_range, reader_config
from topics.settings import BrokerSettings

POLL_S = 0.25
# Commits come with every checkpoint, a few seconds apart; a job whose commits stop has finished.
QUIET_S = 10.0
TIMEOUT_S = 15.0

log = logger("agents.rail")


class IndicatorsMissing(RuntimeError):
    """The windows that a brief is due were not all in the topic in time."""


class Stopped(RuntimeError):
    """The role is stopping; what was waiting is left undone, to be done again."""


class Rail:
    """Serves closed windows; blocks while the job is behind. Safe to use from several threads."""

    def __init__(self, broker: BrokerSettings, codec: Codec, lane: Lane, windows: WindowSettings) -> None:
        self._broker = broker
        self._codec = codec
        self._topic = lane.topic(INDICATORS)
        self._group = lane.group("jobs.articles")
        self._windows = windows
        self._view = Indicators()
        self._read: dict[int, int] = {}
        self._passed = 0
        # The windows' end that is being waited for, how far that is, and whether patience ran out.
        self._awaited = 0
        self._passage = Passage()
        self._impatient = False
        # The last window's end that the job had passed when it was last looked at.
        self._reached = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def closed(self, desk: str, cutoff: int) -> tuple[BriefIndicator, ...]:
        """The desk's windows that had closed by ``cutoff`` (logged, epoch ms).

        Raises IndicatorsMissing when the job has not come that far within the patience, and Stopped.
        """
        until = last_end(cutoff, self._windows.step_ms, self._windows.delay_ms)
        with self._lock:
            if until > self._passed:
                self._await(until)
                self._catch_up()
                self._passed = max(until, self._reached)
            return self._view.closed(desk, until)

    def series(self, desk: str, cutoff: int, windows: int) -> list[Indicator]:
        """The desk's last windows that had closed by ``cutoff``, baselines and all, as far as they have been
        read: a brief asks for its own indicators first, and those are waited for."""
        until = last_end(cutoff, self._windows.step_ms, self._windows.delay_ms)
        with self._lock:
            return self._view.series(desk, until, windows)

    def stop(self) -> None:
        """Ends all waiting, with Stopped."""
        self._stopping.set()

    def _await(self, until: int) -> None:
        """Returns when a checkpoint of the job surely holds the windows that end by ``until``."""
        if self._awaited != until:
            self._awaited, self._passage, self._impatient = until, Passage(), False
        closing = until + self._windows.delay_ms
        # Patience is spent once for each moment; afterwards one look is enough.
        patience = 0.0 if self._impatient else self._windows.agents_indicators_patience_s
        deadline = time.monotonic() + patience
        consumer = Consumer(reader_config(self._broker, self._group))
        log.info("waiting for windows", until=until, group=self._group)
        try:
            while not self._has_passed(consumer, closing):
                if time.monotonic() >= deadline:
                    self._impatient = True
                    raise IndicatorsMissing(
                        f"{self._group} has not committed past logged time {closing} within "
                        f"{patience:.0f} s; does that job run? `./tw jobs list` tells"
                    )
                self._pause()
            self._reached = self._furthest(consumer, until)
        finally:
            consumer.close()

    def _has_passed(self, consumer: Consumer, closing: int) -> bool:
        try:
            records, committed = self._records_after(consumer, closing), self._committed(consumer)
        except KafkaException as error:
            # A broker that has just started does not know its groups yet.
            log.info("the place of a job is not known", group=self._group, error=str(error))
            return False
        return self._passage.seen(committed, records, time.monotonic())

    def _pause(self) -> None:
        if self._stopping.wait(POLL_S):
            raise Stopped

    def _furthest(self, consumer: Consumer, until: int) -> int:
        """How far the commits that showed ``until`` to be passed reach: a worker that catches up, or whose
        job has finished, need not wait again at every step."""
        step, steps = self._windows.step_ms, 1

        def reaches(count: int) -> bool:
            closing = until + count * step + self._windows.delay_ms
            return self._passage.covers(self._records_after(consumer, closing))

        while reaches(steps):
            steps *= 2
        low, high = steps // 2, steps
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if reaches(middle) else (low, middle)
        return until + low * step

    def _committed(self, consumer: Consumer) -> dict[int, int]:
        """The job's place in the raw log, by partition; -1 where it has committed none."""
        wanted = [TopicPartition(ARTICLES_RAW, p) for p in range(TOPICS[ARTICLES_RAW].partitions)]
        return {
            each.partition: max(-1, each.offset) for each in consumer.committed(wanted, timeout=TIMEOUT_S)
        }

    def _records_after(self, consumer: Consumer, logged_at: int) -> dict[int, int | None]:
        """By partition, the first raw record logged at or after that time; None where there is none."""
        wanted = [TopicPartition(ARTICLES_RAW, p, logged_at) for p in range(TOPICS[ARTICLES_RAW].partitions)]
        found = consumer.offsets_for_times(wanted, timeout=TIMEOUT_S)
        return {each.partition: each.offset if each.offset >= 0 else None for each in found}

    def _catch_up(self) -> None:
        admin = AdminClient(dict(self._broker.client()))
        partitions = range(TOPICS[INDICATORS].partitions)
        ends = ends_with_open_transactions(admin, self._topic, partitions, TIMEOUT_S)
        deadline = time.monotonic() + self._windows.agents_indicators_patience_s
        while not are_decided(admin, self._topic, ends, TIMEOUT_S):
            if time.monotonic() > deadline:
                raise IndicatorsMissing(f"{self._topic}: a transaction stays open before {ends}")
            self._pause()
        for each in read_range(self._broker, self._topic, start=self._read, end=ends):
            if each.value is None:
                continue
            try:
                self._view.add(self._codec.decode(each.value, Indicator))
            except Undecodable as error:
                # Only agents read this topic, and no stranger writes it: there is no dead letter, the record
                # stays where it is, and the brief has one window less.
                log.warning("undecodable indicator", place=each.place, error=str(error))
        self._read = ends


class Passage:
    """Whether a job's commits have passed given records, and one commit more."""

    def __init__(self) -> None:
        self._past: Mapping[int, int] = {}
        self._since = 0.0

    def seen(self, committed: Mapping[int, int], records: Mapping[int, int | None], now_s: float) -> bool:
        """Takes what is committed at ``now_s`` and the first records after the moment in question.

        True at a second commit past all of them, or once commits past them have been still.
        """
        if not _past(committed, records):
            return False
        if not self._past:
            self._past, self._since = dict(committed), now_s
            return False
        return dict(committed) != self._past or now_s - self._since >= QUIET_S

    def covers(self, records: Mapping[int, int | None]) -> bool:
        """Whether the commit before the one more was past these records too."""
        return _past(self._past, records)


def _past(committed: Mapping[int, int], records: Mapping[int, int | None]) -> bool:
    return all(record is not None and committed.get(p, -1) > record for p, record in records.items())
