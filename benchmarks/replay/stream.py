"""Entries for the raw log: those of a long stream of articles, or made-up ones where it is not there."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path

from schemas.codec import Codec
from schemas.identity import article_id_for_url, content_hash
from schemas.records import Article, Kind
from topics.catalogue import ARTICLES_RAW, PARTITIONS
from topics.settings import BrokerSettings
from topics.writing import Writer

DATA = Path(__file__).parents[3] / "shared" / "data" / "stream" / "articles.jsonl.gz"
# Headlines with a sentence or two of many outlets: what feeds are like.
ORIGIN = "headlines-archive"
TICK_EVERY = 50
WORDS = (
    *("harbour", "council", "bridge", "river", "strike", "storm", "court", "election", "budget"),
    *("school", "doctor", "railway", "farmers", "power", "market", "museum", "festival", "border"),
    *("airport", "energy", "climate", "water", "housing", "police", "union", "vote"),
)


def entries(count: int) -> list[Article]:
    """The first entries of the stream, each article once; made-up ones where there is none."""
    found: dict[str, Article] = {}
    for each in _recorded() if DATA.is_file() else _made_up():
        found.setdefault(each.article_id, each)
        if len(found) == count:
            break
    return list(found.values())


def _recorded() -> Iterator[Article]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            if item["origin"] == ORIGIN and item["title"]:
                yield _entry(
                    item["url"] or item["id"], item["title"], item["body"], item["source"], item["lang"]
                )


def _made_up() -> Iterator[Article]:
    source = random.Random(5)
    for number in numbers():
        title = " ".join(source.sample(WORDS, 6)).capitalize()
        outlet = f"outlet{source.randrange(40)}.test"
        body = " ".join(source.choices(WORDS, k=30)).capitalize() + "."
        yield _entry(f"https://{outlet}/{number}", title, body, outlet, "en")


def _entry(url: str, title: str, body: str, source: str, language: str) -> Article:
    text = f"{title}\n{body or ''}".strip()
    publisher = (source or "unknown").lower().replace(" ", "-")
    return Article(
        kind=Kind.ENTRY,
        article_id=article_id_for_url(url if "://" in url else f"https://stream.test/{url}"),
        version=1,
        content_hash=content_hash(text),
        feed_id=publisher,
        publisher=publisher,
        family=publisher,
        url=url,
        title=title,
        text=text,
        language=language or "",
        observed_at=time.time_ns() // 1_000_000,
    )


class Log:
    """Writes entries into the raw log, and ticks into all of its partitions."""

    def __init__(self, broker: BrokerSettings, codec: Codec) -> None:
        self._writer = Writer(broker, codec)

    def write(self, articles: list[Article]) -> None:
        """As fast as the log takes them, with a tick after every fiftieth and at the end."""
        for number, article in enumerate(articles, 1):
            self._writer.send(ARTICLES_RAW, article.article_id, article)
            if number % TICK_EVERY == 0:
                self.tick()
        self.tick()

    def write_one(self, article: Article) -> None:
        """Without a tick."""
        self._writer.send(ARTICLES_RAW, article.article_id, article)
        self._writer.flush()

    def tick(self) -> None:
        """One in every partition, after all that was written."""
        self._writer.flush()
        for partition in range(PARTITIONS):
            tick = Article(article_id="", observed_at=time.time_ns() // 1_000_000, kind=Kind.TICK)
            self._writer.send(ARTICLES_RAW, "", tick, partition)
        self._writer.flush()
