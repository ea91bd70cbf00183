"""How many dead letters there are, by stage and error, kept up to date from the log in bounded memory."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque

from schemas.codec import Codec
from schemas.records import DeadLetter
from topics.catalogue import DEAD_LETTERS
from topics.decoding import decoded
from topics.letter_choice import kind_of
from topics.reading import end_offsets, read_range
from topics.settings import BrokerSettings

RECENT_MS = 3_600_000
# Beyond so many in an hour only their number's lower bound is known.
MOST_RECENT = 10_000


class LetterCounts:
    """Reads on from where it was at each ``take``. Safe to ask from several threads.

    ``kinds``: letters since the log's earliest, by stage and error; ``recent``: those of the last hour.
    """

    def __init__(self, settings: BrokerSettings, codec: Codec) -> None:
        self._settings = settings
        self._codec = codec
        self._next: dict[int, int] = {}
        self._taking = threading.Lock()
        self._times: deque[int] = deque(maxlen=MOST_RECENT)
        self.kinds: Counter[tuple[str, str]] = Counter()
        self.retried = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.kinds.total()

    @property
    def recent(self) -> int:
        """Those of the last hour."""
        since = time.time_ns() // 1_000_000 - RECENT_MS
        return sum(at >= since for at in self._times)

    def take(self) -> LetterCounts:
        """Itself, up to now. Raises ReadFailed or KafkaException when the broker does not answer."""
        with self._taking:
            ends = end_offsets(self._settings, DEAD_LETTERS)
            came = read_range(self._settings, DEAD_LETTERS, self._next or None, ends)
            # Into copies: a reading that breaks off counts nothing twice.
            kinds, retried, times = Counter(self.kinds), 0, []
            for each, said in decoded(came, self._codec, DeadLetter):
                if said.retried:
                    retried += 1
                    continue
                kinds[kind_of(said, kinds)] += 1
                times.append(each.timestamp_ms)
            self.kinds = kinds
            self.retried += retried
            self._times.extend(times)
            self._next = ends
        return self
