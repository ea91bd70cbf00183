"""Plays a folder of recorded feeds: each file a feed of one document, each sub-folder a feed whose
files are its documents one after the other.

What a document holds is counted by feedparser, the reference of feed parsing, before it is served:
entries with a title or a text. Producers may read a damaged document differently, so this ledger
is for a comparison and no lock step waits for it to be matched.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import feedparser

from newswire.ledger import Item, Unit
from newswire.model import Answer, Dating, SampleError
from newswire.timeline import Step
from schemas.identity import content_hash
from telemetry.logs import logger

LIMIT_S = 60.0
_SNIFFED = (
    (b"<feed", "application/atom+xml"),
    (b"<rdf:RDF", "application/rdf+xml"),
    (b"<rss", "application/rss+xml"),
    (b"jsonfeed.org", "application/feed+json"),
    (b"<?xml", "application/xml"),
)


@dataclass(frozen=True)
class RecordedDocument:
    """One file. ``items`` is empty when the reference did not read it within LIMIT_S."""

    path: Path
    changed_by: int
    items: Sequence[Item]
    answer: Answer = Answer.FEED

    @property
    def content_type(self) -> str:
        """By its first bytes."""
        return sniffed(self.path.read_bytes())

    def dating(self, item: Item) -> Dating:
        """Recorded dates stay as they are: the ledger knows none."""
        return Dating(undated=True)

    def body(self, dates: Mapping[str, int | None], changed_at: int) -> bytes:
        """The file as it was recorded."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Recorded:
    """A folder's feeds."""

    name: str
    steps: Sequence[Step]
    documents: Mapping[str, Sequence[RecordedDocument]]
    exact: bool = False

    def feeds(self) -> Sequence[str]:
        """Their names: those of the files or sub-folders."""
        return list(self.documents)

    def document(self, feed: str, released: int) -> RecordedDocument:
        """The document of a feed after step ``released``."""
        return next(each for each in reversed(self.documents[feed]) if each.changed_by <= released)


Count = Callable[[Sequence[Path]], Mapping[Path, list[Item]]]


def load_recorded(folder: Path, state: Path, count: Count | None = None) -> Recorded:
    """Every feed of ``folder``; the reference's counts are kept in ``state`` for the next start.
    ``count`` reads the files that are not counted yet (default: count_apart).
    Raises SampleError when there is nothing to play."""
    if not folder.is_dir():
        raise SampleError(f"{folder} is no folder; give --play 'sample' or a folder of feed files")
    found = {path.name: _files(path) for path in sorted(folder.iterdir()) if not path.name.startswith(".")}
    found = {name: files for name, files in found.items() if files}
    if not found:
        raise SampleError(f"{folder} holds no files to play")
    items = _reference(
        [path for files in found.values() for path in files], state / "reference.json", count or count_apart
    )
    steps = [Step(0, 0, "", "every feed opens")]
    documents: dict[str, list[RecordedDocument]] = {
        name: [RecordedDocument(files[0], 0, items[files[0]])] for name, files in found.items()
    }
    for turn in range(1, max(map(len, found.values()))):
        for name, files in found.items():
            if turn < len(files):
                number = len(steps)
                steps.append(Step(number, number * 1000, name, files[turn].name))
                documents[name].append(RecordedDocument(files[turn], number, items[files[turn]]))
    return Recorded(str(folder.resolve()), steps, documents)


def recorded_catalogue(recorded: Recorded, base_url: str) -> list[dict[str, object]]:
    """A catalogue in which each file is an outlet of its own that nothing else is known of."""
    return [
        {
            "url": f"{base_url}/feeds/{name}",
            "title": name,
            "site_url": "",
            "publisher": name,
            "family": name,
            "country": "",
            "language": "",
            "desk": "world",
            "reliability": "F",
            "rights": "",
            "active": True,
        }
        for name in recorded.feeds()
    ]


def sniffed(data: bytes) -> str:
    """A media type from the first bytes; text/html when nothing says feed."""
    head = data[:1024].replace(b"\0", b"")
    return next((kind for mark, kind in _SNIFFED if mark.lower() in head.lower()), "text/html")


def counted(data: bytes) -> list[Item]:
    """What feedparser finds: one item for each entry with a title or a text, a blank for one without,
    and one DOCUMENT for something that is no feed. JSON Feed, which it does not know, is read as JSON."""
    entries = _json_entries(data)
    if entries is None:
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
        entries = parsed.entries
        if not parsed.get("version") and not entries:
            return [Item("(document)", hashlib.sha256(data).hexdigest()[:32], unit=Unit.DOCUMENT)]
    repeats: Counter[str] = Counter()
    items = []
    for entry in entries:
        title, text = str(entry.get("title", "")).strip(), _text(entry)
        guid = str(entry.get("id") or entry.get("link") or content_hash(f"{title}\n{text}"))
        repeats[guid] += 1
        items.append(
            Item(
                guid=guid if repeats[guid] == 1 else f"{guid} ({repeats[guid]})",
                fingerprint=content_hash(f"{title}\n{text}"),
                unit=Unit.ENTRY if title or text else Unit.BLANK,
                title=title[:200],
                url=str(entry.get("link", "")),
            )
        )
    return items


def _json_entries(data: bytes) -> list[dict[str, Any]] | None:
    """Items of a JSON Feed under feedparser's names; None for anything else."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        raws = json.loads(data)["items"]
        return [
            {
                "id": raw.get("id"),
                "link": raw.get("url"),
                "title": raw.get("title") or "",
                "summary": raw.get("content_html") or raw.get("content_text") or raw.get("summary") or "",
            }
            for raw in raws
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _text(entry: Mapping[str, Any]) -> str:
    contents = [str(each.get("value", "")) for each in entry.get("content", [])]
    return next((text.strip() for text in [*contents, str(entry.get("summary", ""))] if text.strip()), "")


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))


def _reference(paths: Sequence[Path], cache: Path, count: Count) -> dict[Path, list[Item]]:
    kept = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
    keys = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    missing = [path for path in paths if keys[path] not in kept]
    if missing:
        kept |= {keys[path]: [asdict(item) for item in items] for path, items in count(missing).items()}
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(kept), encoding="utf-8")
    return {path: [Item(**{**raw, "unit": Unit(raw["unit"])}) for raw in kept[keys[path]]] for path in paths}


def count_apart(paths: Sequence[Path]) -> dict[Path, list[Item]]:
    """Counts in processes of their own; a document that takes longer than LIMIT_S counts nothing."""
    counts: dict[Path, list[Item]] = {}
    # Leaving the block ends the workers, one that hangs in a document included.
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        jobs = {path: pool.apply_async(counted, [path.read_bytes()]) for path in paths}
        for path, job in jobs.items():
            try:
                counts[path] = job.get(LIMIT_S)
            except multiprocessing.TimeoutError:
                logger("newswire").warning("not counted in time", file=path.name, limit_s=LIMIT_S)
                counts[path] = []
    return counts
