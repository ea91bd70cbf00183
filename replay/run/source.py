"""What is run again, as it stands in the log: the raw log, or the live lane's enriched articles."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from confluent_kafka.admin import AdminClient

from flink_jobs.bounds import latest_tick
from flink_jobs.deduplicated import Bounds, Without
from flink_jobs.runs import Source
from replay.run.plan import Sample
from schemas.codec import Codec
from schemas.records import Article, EnrichedArticle, Kind
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, TOPICS
from topics.decoding import decoded
from topics.ends import are_decided, ends_with_open_transactions
from topics.groups import committed
from topics.lane import LIVE
from topics.reading import Received, beginnings, end_offsets, offsets_at, read_range
from topics.settings import BrokerSettings

# Looked at to tell what a source holds: so many offsets of each partition, in so many pieces over what is
# read. Producers write as little as ticks when feeds are quiet, so no one place stands for all.
SAMPLED = 1_000
PIECES = 5
# A job that commits no more has stopped, or has nothing to commit.
QUIET_S = 10.0
POLL_S = 0.25
TIMEOUT_S = 60.0


class NotKnownYet(RuntimeError):
    """The live job has not come far enough for its enriched articles to be run again."""


class SourceLog:
    """A `select.Log` of the broker."""

    def __init__(self, broker: BrokerSettings, codec: Codec, source: Source) -> None:
        self._broker = broker
        self._codec = codec
        self.topic: str = source
        self.lows: Mapping[int, int] = beginnings(broker, source)
        self.highs: Mapping[int, int] = end_offsets(broker, source)

    def time_at(self, partition: int, offset: int) -> int | None:
        others = {p: high for p, high in self.highs.items() if p != partition}
        came = read_range(self._broker, self.topic, {**others, partition: offset}, self.highs)
        return next((logged_at for _, logged_at in self._logged(came)), None)

    def offsets_at(self, moment: int) -> Mapping[int, int]:
        if self.topic == ARTICLES_RAW:
            return offsets_at(self._broker, self.topic, moment)
        found = dict(self.highs)
        for partition, (times, offsets) in self._times.items():
            at = bisect_left(times, moment)
            if at < len(times):
                found[partition] = offsets[at]
        return found

    @cached_property
    def _times(self) -> dict[int, tuple[list[int], list[int]]]:
        """Enriched articles have no log-append time; in a partition they stand in the order of theirs."""
        found: dict[int, tuple[list[int], list[int]]] = {p: ([], []) for p in self.highs}
        for each, logged_at in self._logged(read_range(self._broker, self.topic, self.lows, self.highs)):
            times, offsets = found[each.partition]
            times.append(logged_at)
            offsets.append(each.offset)
        return found

    def _logged(self, came: Iterable[Received]) -> Iterator[tuple[Received, int]]:
        if self.topic == ARTICLES_RAW:
            yield from ((each, each.timestamp_ms) for each in came)
        else:
            placed = decoded(came, self._codec, EnrichedArticle)
            yield from ((each, article.logged_at) for each, article in placed)

    def sample(self, offsets: Mapping[int, int], ends: Mapping[int, int]) -> Sample:
        """Of what is read: all of it where that is little."""
        looked = entries = size = 0
        for begins, stops in pieces(offsets, ends):
            looked += sum(stop - begins[p] for p, stop in stops.items())
            for each in read_range(self._broker, self.topic, begins, stops):
                size += len(each.value or b"") + len(each.key or b"")
                entries += self.topic != ARTICLES_RAW or self._is_entry(each)
        return Sample(looked, entries, size)

    def lacking(self, without: Without, offsets: Mapping[int, int], ends: Mapping[int, int]) -> list[str]:
        """Feeds and articles to be left out that nothing of a range has, by their ids."""
        left = {*without.feeds, *without.articles}
        if not left:
            return []
        kind: type[Article | EnrichedArticle] = Article if self.topic == ARTICLES_RAW else EnrichedArticle
        came = read_range(self._broker, self.topic, offsets, ends)
        for _, found in decoded(came, self._codec, kind):
            left -= {found.feed_id, found.article_id}
            if not left:
                break
        return [each for each in (*without.feeds, *without.articles) if each in left]

    def _is_entry(self, each: Received) -> bool:
        return any(found.kind is Kind.ENTRY for _, found in decoded([each], self._codec, Article))


def pieces(
    offsets: Mapping[int, int], ends: Mapping[int, int]
) -> list[tuple[dict[int, int], dict[int, int]]]:
    """What of a range is looked at: beginnings and ends by partition."""
    if all(end - offsets[p] <= SAMPLED for p, end in ends.items()):
        return [({p: min(offsets[p], end) for p, end in ends.items()}, dict(ends))]
    found = []
    for number in range(PIECES):
        begins, stops = {}, {}
        for p, end in ends.items():
            whole = max(0, end - offsets[p])
            size = min(SAMPLED, whole) // PIECES
            begins[p] = min(offsets[p], end) + (whole - size) * number // (PIECES - 1)
            stops[p] = begins[p] + size
        found.append((begins, stops))
    return found


def raw_bounds(broker: BrokerSettings, codec: Codec, before: int | None = None) -> Bounds:
    """Where a bounded run over the raw log ends: at its last tick, or the last before a logged time (epoch
    ms). Raises NoTick."""
    ends = None if before is None else offsets_at(broker, ARTICLES_RAW, before)
    return latest_tick(broker, codec, ends)


def enriched_bounds(broker: BrokerSettings, codec: Codec, before: int | None = None) -> Bounds:
    """The same over the live lane's enriched articles: up to the last tick that its job has passed, which
    is known once a commit that covers the tick was followed by one more (as agents.rail explains).

    Raises NoTick, NotKnownYet.
    """
    group = LIVE.group("jobs.stories")
    covered = committed(broker, group, ARTICLES_RAW)
    partitions = range(TOPICS[ARTICLES_RAW].partitions)
    if not covered.keys() >= set(partitions):
        raise NotKnownYet(
            "the live job stories has not completed a checkpoint over the whole raw log yet; "
            "`./tw jobs list` tells whether it runs"
        )
    if before is not None:
        wished = offsets_at(broker, ARTICLES_RAW, before)
        covered = {p: min(offset, wished[p]) for p, offset in covered.items()}
    end_at = latest_tick(broker, codec, covered).end_at
    _await_commit(broker, group)
    admin = AdminClient(dict(broker.client()))
    ends = ends_with_open_transactions(admin, ARTICLES_ENRICHED, partitions, TIMEOUT_S)
    deadline = time.monotonic() + TIMEOUT_S
    while not are_decided(admin, ARTICLES_ENRICHED, ends, TIMEOUT_S):
        if time.monotonic() > deadline:
            raise NotKnownYet(f"{ARTICLES_ENRICHED}: a transaction stays open before {ends}")
        time.sleep(POLL_S)
    return Bounds(end_at, ends)


def _await_commit(broker: BrokerSettings, group: str) -> None:
    before, deadline = committed(broker, group, ARTICLES_RAW), time.monotonic() + QUIET_S
    while committed(broker, group, ARTICLES_RAW) == before and time.monotonic() < deadline:
        time.sleep(POLL_S)
