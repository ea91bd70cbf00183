"""What was served: every entry at every version, each once, kept in an append-only file.

A line is written before the bytes it speaks of leave, so what a poller holds is always in the
ledger. An entry counts when a poll gets it in a body and its text is another than the last one
served for it: going back to an earlier wording is a change; another date or other markup is none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class LedgerError(RuntimeError):
    """The ledger's file cannot be gone on with; the message names it and says what to do."""


class Unit(StrEnum):
    """What a served unit must become: an entry a record of the log, the others a dead letter."""

    ENTRY = "entry"
    BLANK = "blank"  # an entry without title and text
    DOCUMENT = "document"  # a document that is no feed


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a body. ``revision`` tells apart wordings with equal fingerprints."""

    guid: str
    fingerprint: str
    revision: int = 1
    unit: Unit = Unit.ENTRY
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One unit: version ``version`` of ``guid``. Times are epoch milliseconds."""

    feed: str
    guid: str
    version: int
    unit: Unit
    fingerprint: str
    revision: int
    title: str
    url: str
    published_at: int | None
    served_at: int
    step: int


class Ledger:
    """Reads its file on opening and goes on from there. One process may hold a file."""

    def __init__(self, path: Path, play: str) -> None:
        """``play`` names what is played; raises LedgerError if the file belongs to something else
        or a line before the last is damaged. A half-written last line (a crash) is cut off."""
        self.path = path
        self.units: list[Served] = []
        self.steps: list[tuple[int, int]] = []
        self.polls: dict[str, int] = {}
        self._last: dict[tuple[str, str], Served] = {}
        self._dates: dict[tuple[str, str, int], int | None] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        for line in _whole_lines(path):
            self._take(path, play, line)
        fresh = not path.exists() or path.stat().st_size == 0
        if fresh:
            self._write({"line": "play", "play": play})

    def released(self, step: int, at: int) -> None:
        """A step of the time line is out."""
        self._write({"line": "step", "step": step, "at": at})
        self.steps.append((step, at))

    def polled(self, feed: str, step: int) -> None:
        """A poll has seen what the feed answers since ``step``."""
        self._write({"line": "polled", "feed": feed, "step": step})
        self.polls[feed] = step

    def serve(
        self, feed: str, items: Iterable[Item], dates: Mapping[str, int | None], at: int, step: int
    ) -> int:
        """Books what is new or changed in a body that is about to leave; ``dates`` by guid.
        Returns the number of new units."""
        new = 0
        for item in items:
            last = self._last.get((feed, item.guid))
            published = dates.get(item.guid)
            if last is not None and last.fingerprint == item.fingerprint:
                self._book_date(feed, item, published)
                continue
            served = Served(
                feed=feed,
                guid=item.guid,
                version=last.version + 1 if last else 1,
                unit=item.unit,
                fingerprint=item.fingerprint,
                revision=item.revision,
                title=item.title,
                url=item.url,
                published_at=published,
                served_at=at,
                step=step,
            )
            self._write({"line": "served", **asdict(served)})
            self._add(served)
            new += 1
        return new

    def has(self, feed: str, item: Item) -> bool:
        """Whether the item's text is the one last served for its entry."""
        last = self._last.get((feed, item.guid))
        return last is not None and last.fingerprint == item.fingerprint

    def date(self, feed: str, item: Item) -> tuple[bool, int | None]:
        """Whether the revision has been served, and the date it was served with."""
        key = (feed, item.guid, item.revision)
        return key in self._dates, self._dates.get(key)

    def by_feed(self) -> Counter[str]:
        """Units served, by feed."""
        return Counter(unit.feed for unit in self.units)

    def summary(self) -> dict[str, Any]:
        """Totals for a comparison with the log: ``served = entries + blanks + documents``."""
        kinds = Counter(unit.unit for unit in self.units)
        return {
            "served": len(self.units),
            "entries": kinds[Unit.ENTRY],
            "blanks": kinds[Unit.BLANK],
            "documents": kinds[Unit.DOCUMENT],
            "changed": sum(unit.version > 1 for unit in self.units),
            "by_feed": dict(sorted(self.by_feed().items())),
        }

    def _book_date(self, feed: str, item: Item, published: int | None) -> None:
        key = (feed, item.guid, item.revision)
        if key not in self._dates:
            date = {"feed": feed, "guid": item.guid, "revision": item.revision, "published_at": published}
            self._write({"line": "date", **date})
            self._dates[key] = published

    def _add(self, served: Served) -> None:
        self.units.append(served)
        self._last[served.feed, served.guid] = served
        self._dates[served.feed, served.guid, served.revision] = served.published_at

    def _take(self, path: Path, play: str, line: str) -> None:
        try:
            raw = json.loads(line)
            kind = raw.pop("line")
            if kind == "play" and raw["play"] != play:
                raise LedgerError(
                    f"{path} is the ledger of {raw['play']!r}, not of {play!r}; give --state another folder"
                )
            if kind == "step":
                self.steps.append((raw["step"], raw["at"]))
            elif kind == "polled":
                self.polls[raw["feed"]] = raw["step"]
            elif kind == "date":
                self._dates[raw["feed"], raw["guid"], raw["revision"]] = raw["published_at"]
            elif kind == "served":
                self._add(Served(**{**raw, "unit": Unit(raw["unit"])}))
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"{path}: unreadable line {line[:120]!r}; move the file away") from error

    def _write(self, line: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _whole_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return whole.decode("utf-8").splitlines()
