"""Plays a programme: which bytes a feed's URL answers with at this moment, and what that counts for.

No HTTP and no clock of its own: the server hands in the time and the request's conditions.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from newswire.ledger import Item, Ledger
from newswire.model import SECOND, Answer, Dating
from newswire.timeline import Step

# Well below the demo's lateness of 20 s, so that a worker may die and be replaced before it commits.
FRESH_WITHIN = 4 * SECOND


class Document(Protocol):
    """What a feed says after a step."""

    @property
    def answer(self) -> Answer:
        """How its URL answers."""
        ...

    @property
    def content_type(self) -> str:
        """As the server says it."""
        ...

    @property
    def changed_by(self) -> int:
        """The step that made it."""
        ...

    @property
    def items(self) -> Sequence[Item]:
        """What a body of it holds."""
        ...

    def dating(self, item: Item) -> Dating:
        """How the item's date is made when it is first served."""
        ...

    def body(self, dates: Mapping[str, int | None], changed_at: int) -> bytes:
        """The bytes, given each guid's date and the time of the last change (epoch ms)."""
        ...


class Programme(Protocol):
    """What is played."""

    @property
    def name(self) -> str:
        """Kept in the ledger, so that a ledger is not gone on with for something else."""
        ...

    @property
    def exact(self) -> bool:
        """Every unit of the ledger must turn up in the log."""
        ...

    @property
    def steps(self) -> Sequence[Step]:
        """In order, the opening first."""
        ...

    def feeds(self) -> Sequence[str]:
        """Names of its feeds."""
        ...

    def document(self, feed: str, released: int) -> Document:
        """The document of a feed after step ``released``."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a poll."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False


class Player:
    """The time line's position, the dates given out, and the ledger."""

    def __init__(self, programme: Programme, ledger: Ledger) -> None:
        self.programme = programme
        self.ledger = ledger
        self._names = frozenset(programme.feeds())
        self._dates: dict[tuple[str, str, int], int | None] = {}
        self._modified: dict[str, int] = {}
        self._failed: set[tuple[str, int]] = set()
        self.released = -1
        for number, at in ledger.steps:
            self._move(number, at)

    @property
    def finished(self) -> bool:
        """Every step is out."""
        return self.released == self.programme.steps[-1].number

    @property
    def step(self) -> Step | None:
        """The last one released."""
        return self.programme.steps[self.released] if self.released >= 0 else None

    def open(self, now: int) -> None:
        """Lets the opening out, unless the ledger says that it is."""
        if self.released < 0:
            self.release(now)

    def release(self, now: int) -> Step:
        """Lets the next step out."""
        number = self.released + 1
        self.ledger.released(number, now)
        self._move(number, now)
        return self.programme.steps[number]

    def unpolled(self) -> list[str]:
        """Feeds changed by a step whose change no poll has seen yet."""
        return sorted(name for name in self._names if not self._seen(name))

    def answer(self, name: str, now: int, conditions: Mapping[str, str], *, poll: bool) -> Reply:
        """To a request for a feed; ``conditions`` are its If-… headers, in lower case, the dates
        in epoch milliseconds. Only a ``poll`` (GET) counts."""
        if name not in self._names or self.released < 0:
            return Reply(404, b"no such feed here\n")
        document = self.programme.document(name, self.released)
        if poll and not self._seen(name):
            self.ledger.polled(name, document.changed_by)
        refusal = self._refusal(name, document, poll)
        return refusal or self._content(name, document, now, conditions, poll)

    def moved(self, name: str, location: str) -> Reply | None:
        """A permanent redirect, if the feed's address has changed."""
        if name not in self._names or self.released < 0:
            return None
        if self.programme.document(name, self.released).answer is not Answer.MOVED:
            return None
        return Reply(301, b"", {"Location": location})

    def _seen(self, name: str) -> bool:
        return self.ledger.polls.get(name, -1) >= self.programme.document(name, self.released).changed_by

    def _refusal(self, name: str, document: Document, poll: bool) -> Reply | None:
        match document.answer:
            case Answer.NOT_FOUND:
                return Reply(404, b"not found\n")
            case Answer.GONE:
                return Reply(410, b"this feed has ended\n")
            case Answer.RESET:
                return Reply(0, drop=True)
            case Answer.ERROR if (name, document.changed_by) not in self._failed:
                if poll:
                    self._failed.add((name, document.changed_by))
                return Reply(500, b"internal server error\n")
        return None

    def _content(
        self, name: str, document: Document, now: int, conditions: Mapping[str, str], poll: bool
    ) -> Reply:
        dates = {item.guid: self._date(name, document, item, now) for item in document.items}
        changed_at = self._modified[name] * SECOND
        body = document.body(dates, changed_at)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Content-Type": document.content_type, "Cache-Control": "no-cache"}
        if "if-none-match" in conditions:
            unchanged = etag in _tags(conditions["if-none-match"])
        else:
            unchanged = int(conditions.get("if-modified-since", -1)) >= changed_at
        if unchanged:
            return Reply(304, b"", headers)
        if poll:
            self.ledger.serve(name, document.items, dates, now, self.released)
        return Reply(200, body, headers)

    def changed_at(self, name: str) -> int | None:
        """Epoch milliseconds of the feed's last change, on a whole second."""
        second = self._modified.get(name)
        return None if second is None else second * SECOND

    def _date(self, name: str, document: Document, item: Item, now: int) -> int | None:
        key = (name, item.guid, item.revision)
        known, date = self.ledger.date(name, item)
        if known:
            return date
        if key not in self._dates:
            self._dates[key] = dated(document.dating(item), item, now)
        return self._dates[key]

    def _move(self, number: int, at: int) -> None:
        self.released = number
        step = self.programme.steps[number]
        for name in [step.feed] if step.feed else self._names:
            # A second of its own for each change: If-Modified-Since cannot see less.
            self._modified[name] = max(at // SECOND, self._modified.get(name, 0) + 1)


def dated(dating: Dating, item: Item, now: int) -> int | None:
    """The date an entry is given as it is first served: whole seconds, epoch milliseconds. A fresh
    one lies up to FRESH_WITHIN back, by its guid, so that a second run dates it likewise."""
    if dating.undated:
        return None
    age = zlib.crc32(item.guid.encode()) % FRESH_WITHIN if dating.age is None else dating.age
    return (now - age) // SECOND * SECOND


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
