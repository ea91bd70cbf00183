"""What a lane has already said about each story: its own briefs, read back from the log.

A partition is read to its end when its assignments are first handled after an assignment of
partitions; what this worker writes is added at once. Whatever another worker wrote for an
assignment it had acknowledged was in the log before that acknowledgement, hence is seen.

Briefs lie on disk, and are forgotten when their story can no longer move: it is closed a window after its
last article, and a later one is another story.
"""

from __future__ import annotations

import heapq
import threading
import zlib
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator

from agents.settings import StorySettings
from agents.spool import Spool
from schemas.codec import Codec, Undecodable
from schemas.identity import brief_hash
from schemas.records import Brief
from telemetry.logs import logger
from topics.catalogue import BRIEFS, TOPICS
from topics.lane import Lane
from topics.reading import read_range
from topics.settings import BrokerSettings

log = logger("agents.memory")


class Remembered:
    """Briefs by story and desk, packed; one partition's or all of them.

    ``kept_ms``: how much older than the latest one, by information cut-off, a brief may be; None keeps all.
    """

    def __init__(self, codec: Codec, kept_ms: int | None = None) -> None:
        self._codec = codec
        self._kept_ms = kept_ms
        self._packed = Spool()
        # (cut-off, brief_id), a heap: the oldest first.
        self._ages: list[tuple[int, str]] = []
        self._latest = 0
        # (revision, brief_id), sorted, by (story_id, desk).
        self._revisions: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._places: dict[str, tuple[str, str]] = {}

    def put(self, brief: Brief, value: bytes) -> None:
        """Keeps a brief; ``value`` is its record as it stands in the log."""
        place = (brief.story_id, brief.desk)
        if brief.brief_id not in self._places:
            insort(self._revisions.setdefault(place, []), (brief.story_revision, brief.brief_id))
            self._places[brief.brief_id] = place
            heapq.heappush(self._ages, (brief.information_cutoff, brief.brief_id))
        self._packed.put(brief.brief_id, zlib.compress(value, 1))
        self._latest = max(self._latest, brief.information_cutoff)
        if self._kept_ms is not None:
            while self._ages[0][0] < self._latest - self._kept_ms:
                self.drop(heapq.heappop(self._ages)[1])

    def drop(self, brief_id: str) -> None:
        """Forgets a brief: it was taken down, or its story is over."""
        place = self._places.pop(brief_id, None)
        if place is not None:
            left = [each for each in self._revisions.pop(place) if each[1] != brief_id]
            if left:
                self._revisions[place] = left
            self._packed.drop(brief_id)

    def below(self, story_id: str, desk: str, revision: int) -> Brief | None:
        """The brief of this story and desk with the largest revision below ``revision``."""
        revisions = self._revisions.get((story_id, desk), [])
        at = bisect_left(revisions, (revision, ""))
        return self._unpacked(revisions[at - 1][1]) if at else None

    def known_by(self, story_id: str, desk: str, cutoff: int) -> Brief | None:
        """The brief of this story and desk with the largest revision that knew nothing later than
        ``cutoff`` (logged, epoch ms)."""
        for _, brief_id in reversed(self._revisions.get((story_id, desk), [])):
            brief = self._unpacked(brief_id)
            if brief.information_cutoff <= cutoff:
                return brief
        return None

    def superseded(
        self, story_id: str, desk: str, revision: int, absorbed: Collection[str]
    ) -> frozenset[str]:
        """Ids of what briefs of this story and desk below ``revision`` superseded, and briefs of stories that
        went into it (``absorbed``); none if none did."""
        if not absorbed:
            return frozenset()
        own = self._revisions.get((story_id, desk), [])
        briefs = [brief_id for _, brief_id in own[: bisect_left(own, (revision, ""))]]
        for each in absorbed:
            briefs += [brief_id for _, brief_id in self._revisions.get((each, desk), [])]
        return frozenset(old for brief_id in briefs for old in self._unpacked(brief_id).supersedes)

    def has(self, brief: Brief) -> bool:
        """Whether the log holds this very brief, content and all."""
        return brief.brief_id in self._packed and brief_hash(self._unpacked(brief.brief_id)) == brief_hash(
            brief
        )

    def _unpacked(self, brief_id: str) -> Brief:
        packed = self._packed.get(brief_id)
        if packed is None:
            raise KeyError(brief_id)
        return self._codec.decode(zlib.decompress(packed), Brief)


class Memory:
    """The lane's briefs. Methods block on the broker: call them from a thread of their own."""

    def __init__(self, broker: BrokerSettings, codec: Codec, lane: Lane) -> None:
        self._broker = broker
        self._codec = codec
        self._topic = lane.topic(BRIEFS)
        self._partitions = TOPICS[BRIEFS].partitions
        self._remembered = Remembered(codec, StorySettings().kept_ms)
        # By partition: the generation of the group in which it was last read, and the next offset.
        self._generations: dict[int, int] = {}
        self._next: dict[int, int] = {}
        self._lock = threading.Lock()

    def of(self, partition: int, generation: int) -> Remembered:
        """The briefs, with this partition read to its end at least once in this generation."""
        with self._lock:
            if self._generations.get(partition, -1) < generation:
                self._catch_up(partition)
                self._generations[partition] = generation
            return self._remembered

    def fresh(self, partition: int) -> Remembered:
        """The briefs, with this partition, which may be another worker's, read to its end now."""
        with self._lock:
            self._catch_up(partition)
            return self._remembered

    def _catch_up(self, partition: int) -> None:
        others = {p: 0 for p in range(self._partitions) if p != partition}
        start = {partition: self._next.get(partition, 0)}
        for place, key, value in self._records(start, others):
            self._next[partition] = place + 1
            if value is None:
                self._remembered.drop(key)
                continue
            try:
                self._remembered.put(self._codec.decode(value, Brief), value)
            except Undecodable as error:
                # The indexer reads this topic too and writes the dead letter.
                log.warning("undecodable brief", offset=place, partition=partition, error=str(error))

    def _records(self, start: dict[int, int], end: dict[int, int]) -> Iterator[tuple[int, str, bytes | None]]:
        for each in read_range(self._broker, self._topic, start=start, end=end):
            yield each.offset, (each.key or b"").decode(errors="replace"), each.value
