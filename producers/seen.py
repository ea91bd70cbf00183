"""What a feed has shown before: the memory behind ids, versions and "exactly once". Pure.

Kept as ``FeedSeen``, one record a feed. An entry is told by its guid, or else by its URL, or else
by its text. What could not be read is remembered too, so that it makes one dead letter and not
one a poll: such an entry has no article id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from schemas.identity import short_hash
from schemas.records import FeedSeen, SeenEntry

REFRESH_MS = 86_400_000
MAX_REMEMBERED = 15_000
UNKNOWN = b""


def entry_key(guid: str) -> bytes:
    """Of an entry, from its guid or what stands for it."""
    return short_hash(f"entry\n{guid}")


def dead_document_key(body_hash: str, reread: int = 0) -> bytes:
    """Of a document that could not be read; an order to read the feed anew makes it unknown."""
    return short_hash(f"{_ordered('document', reread)}\n{body_hash}")


def dead_entry_key(content: str, reread: int = 0) -> bytes:
    """Of an entry that could not be read, from all it holds; unknown after such an order, too."""
    return short_hash(f"{_ordered('unreadable', reread)}\n{content}")


def _ordered(what: str, reread: int) -> str:
    return f"{what} {reread}" if reread else what


@dataclass(slots=True)
class Memory:
    """One feed's memory during one poll; ``record`` gives what is to be kept.

    ``record()`` is None when there is nothing new to write. Being shown is written down once a day
    for as long as a feed keeps showing an entry, so that it is remembered for ``retention_ms``
    after it left.
    """

    feed_id: str
    cleaning_version: int
    now_ms: int
    retention_ms: int
    _entries: dict[bytes, SeenEntry] = field(default_factory=dict)
    _article_keys: dict[bytes, set[bytes]] = field(default_factory=dict)
    _shown: set[bytes] = field(default_factory=set)
    _changed: bool = False

    @classmethod
    def of(
        cls, feed_id: str, seen: FeedSeen | None, cleaning_version: int, now_ms: int, retention_ms: int
    ) -> Memory:
        """From the record, if there is one. Under other cleaning rules the old hashes mean nothing."""
        memory = cls(feed_id, cleaning_version, now_ms, retention_ms)
        adopted = seen is not None and seen.cleaning_version != cleaning_version
        for entry in seen.entries if seen is not None else ():
            memory._put(replace(entry, content_hash=UNKNOWN) if adopted else entry)
        memory._changed = adopted
        return memory

    def get(self, key: bytes) -> SeenEntry | None:
        """The entry with this key."""
        return self._entries.get(key)

    def has_other(self, key: bytes, article_id: bytes) -> bool:
        """Whether an entry other than ``key`` has this article id."""
        return bool(self._article_keys.get(article_id, set()) - {key})

    def show(self, key: bytes) -> None:
        """The document holds this known entry, unchanged."""
        self._shown.add(key)

    def keep(self, entry: SeenEntry) -> None:
        """A new entry, or a new version of a known one."""
        self._put(entry)
        self._shown.add(entry.guid_hash)
        self._changed = True

    def adopt(self, key: bytes, content_hash: bytes) -> None:
        """The hash of a known entry under new cleaning rules."""
        self.keep(replace(self._entries[key], content_hash=content_hash))

    def bury(self, key: bytes) -> bool:
        """Remembers something unreadable; False when it was known already."""
        if key in self._entries:
            self._shown.add(key)
            return False
        self.keep(SeenEntry(guid_hash=key, last_shown=self.now_ms))
        return True

    def show_last_document(self) -> None:
        """The document is the one of last time: what it showed, it still shows."""
        newest = max((entry.last_shown for entry in self._entries.values()), default=0)
        self._shown.update(k for k, entry in self._entries.items() if entry.last_shown == newest)

    def record(self) -> FeedSeen | None:
        """What to write, or None."""
        stale = any(self.now_ms - self._entries[key].last_shown >= REFRESH_MS for key in self._shown)
        if not self._changed and not stale:
            return None
        shown = [replace(self._entries[key], last_shown=self.now_ms) for key in self._shown]
        oldest = self.now_ms - self.retention_ms
        others = [e for k, e in self._entries.items() if k not in self._shown and e.last_shown >= oldest]
        kept = _newest([*others, *shown])
        return FeedSeen(feed_id=self.feed_id, cleaning_version=self.cleaning_version, entries=kept)

    def _put(self, entry: SeenEntry) -> None:
        self._entries[entry.guid_hash] = entry
        if entry.article_id:
            self._article_keys.setdefault(entry.article_id, set()).add(entry.guid_hash)


def _newest(entries: Iterable[SeenEntry]) -> tuple[SeenEntry, ...]:
    ordered = sorted(entries, key=lambda entry: (-entry.last_shown, entry.guid_hash))
    return tuple(ordered[:MAX_REMEMBERED])
