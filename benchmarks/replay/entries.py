"""Entries for the raw log, as producers would have made them: of the stream in ../shared/data/stream where
that is, else generated. The texts stay where they are."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from benchmarks.latency.feed import event
from language.clean import citable_text
from schemas.identity import article_id_for_entry, article_id_for_url, content_hash, feed_id
from schemas.records import Article, Kind, Reliability

STREAM = Path(__file__).parents[3] / "shared" / "data" / "stream" / "articles.jsonl.gz"
# Neighbours of the stream tell of the same days, and have to be neighbours in the log.
BLOCK = 250
STREAM_ITEMS = 127_966
# Each so manieth keeps the date it had, and is late; the others are of this minute.
DATED_EVERY = 20
FRESH_MS = 15_000


@dataclass(frozen=True, slots=True)
class Item:
    """What is told, by whom. ``at``: epoch ms, None where nobody knows."""

    name: str
    source: str
    language: str
    title: str
    body: str
    url: str
    at: int | None


def from_stream(wanted: int) -> Iterator[Item]:
    """So many, in blocks spread evenly over the whole stream. Raises FileNotFoundError."""
    blocks = -(-wanted // BLOCK)
    every = STREAM_ITEMS // blocks
    with gzip.open(STREAM, "rt", encoding="utf-8") as lines:
        taken = (line for place, line in enumerate(lines) if place % every < BLOCK)
        for line in islice(taken, wanted):
            yield _item(json.loads(line))


def generated(seed: int = 7) -> Iterator[Item]:
    """Without an end; each an event of its own."""
    source = random.Random(seed)
    for number in count():
        title, body = event(source)
        publisher = f"bench{number % 10}.example"
        yield Item(str(number), publisher, "en", title, body, f"https://{publisher}/{seed}/{number}", None)


def articles(items: Iterable[Item]) -> Iterator[Article]:
    """As they come out of a poll that takes place when the next one is asked for: an entry that was
    there before is a duplicate when it says the same, else a new version."""
    seen: dict[str, tuple[int, str]] = {}
    for number, item in enumerate(items):
        now = time.time_ns() // 1_000_000
        feed = feed_id(f"https://{item.source}/feed")
        text = citable_text(item.title, item.body)
        told = content_hash(text)
        ident = article_id_for_url(item.url) if item.url else article_id_for_entry(feed, item.name)
        version, before = seen.get(ident, (0, ""))
        seen[ident] = (version if told == before else version + 1, told)
        published = item.at if number % DATED_EVERY == 0 else now - (number * 997) % FRESH_MS
        yield Article(
            kind=Kind.ENTRY,
            article_id=ident,
            version=seen[ident][0],
            content_hash=told,
            feed_id=feed,
            publisher=item.source,
            family=item.source,
            reliability=Reliability.B,
            url=item.url,
            title=item.title,
            text=text,
            language=item.language,
            published_at=published,
            observed_at=now,
        )


def _item(row: dict[str, str | None]) -> Item:
    language = row["lang"] or ""
    return Item(
        name=row["id"] or "",
        source=row["source"] or row["origin"] or "",
        # Some have no code of two letters, which is all that a feed could say.
        language=language if len(language) == 2 else "",
        title=" ".join((row["title"] or "").split()),
        body=" ".join((row["body"] or "").split()),
        url=row["url"] or "",
        at=_millis(row["ts"]),
    )


def _millis(text: str | None) -> int | None:
    if text is None:
        return None
    said = datetime.fromisoformat(text)
    return round((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp() * 1000)
