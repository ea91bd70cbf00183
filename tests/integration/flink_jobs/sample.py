"""Made-up entries for the raw log: copies, revisions, late, undated and future-dated ones, and ticks."""

from __future__ import annotations

import random
import time
from dataclasses import replace

from schemas.codec import Codec
from schemas.identity import article_id_for_entry, article_id_for_url, content_hash
from schemas.records import Article, Kind, Reliability, Standing
from topics.catalogue import ARTICLES_RAW, PARTITIONS
from topics.settings import BrokerSettings
from topics.writing import Writer

EVENTS = (
    ("Port strike halts cargo in {city}", "dock workers walked out over pay and cranes stood still"),
    (
        "Floods cut off villages near {city}",
        "rivers broke their banks after days of rain and roads are closed",
    ),
    (
        "Chip makers {city} and Larkfield agree to merge",
        "regulators will examine the planned deal worth billions",
    ),
    ("Election recount ordered in {city}", "judges found errors in the tally and voters wait for a result"),
)
CITIES = ("Hamburg", "Porto", "Oslo", "Valparaíso", "Gdańsk", "Busan")
OUTLETS = (
    ("north.test", "Northern Press", "de", "de"),
    ("harbour.test", "Northern Press", "pt", "en"),
    ("daily.test", "Daily Group", "", "en"),
    ("plain.test", "Plain", "no", ""),
)
WORDS = (
    "the",
    "a",
    "officials",
    "said",
    "talks",
    "would",
    "go",
    "on",
    "while",
    "crews",
    "and",
    "families",
    "wait",
    "for",
    "news",
    "of",
    "help",
    "money",
    "weather",
)


class Feed:
    """Writes entries; the same seed writes the same ones, but for times."""

    def __init__(self, broker: BrokerSettings, codec: Codec, seed: int) -> None:
        self._writer = Writer(broker, codec)
        self._random = random.Random(seed)
        self._sent: list[Article] = []

    def tick(self) -> None:
        """One in every partition, after all that was sent."""
        self._writer.flush()
        for partition in range(PARTITIONS):
            tick = Article(article_id="", observed_at=_now(), kind=Kind.TICK)
            self._writer.send(ARTICLES_RAW, "", tick, partition)
        self._writer.flush()

    def send(self, count: int) -> None:
        """Entries with a tick after every twentieth."""
        for number in range(count):
            article = self._next()
            self._sent.append(article)
            self._writer.send(ARTICLES_RAW, article.article_id, article)
            if number % 20 == 19:
                self.tick()
        self.tick()

    def _next(self) -> Article:
        what = self._random.random()
        if self._sent and what < 0.12:
            return self._random.choice(self._sent)
        if self._sent and what < 0.2:
            return self._revised(self._random.choice(self._sent))
        if self._sent and what < 0.3:
            return self._copied(self._random.choice(self._sent))
        return self._new()

    def _new(self) -> Article:
        event = self._random.randrange(len(EVENTS) * len(CITIES))
        title, lead = EVENTS[event % len(EVENTS)]
        title = title.format(city=CITIES[event // len(EVENTS)])
        text = f"{title}\n{lead.capitalize()}. {' '.join(self._random.choices(WORDS, k=30))}."
        return self._article(title, text)

    def _copied(self, original: Article) -> Article:
        """Another outlet's wire copy, or what it shows of the first one's page."""
        copied = self._article(original.title, original.text + " Copyright.")
        if self._random.random() < 0.5:
            return copied
        shown_by = article_id_for_entry(copied.feed_id, original.url)
        return replace(copied, article_id=shown_by, url=original.url, standing=Standing.SIGHTING)

    def _article(self, title: str, text: str) -> Article:
        publisher, family, country, language = self._random.choice(OUTLETS)
        url = f"https://{publisher}/{self._random.randrange(10**9)}"
        return Article(
            kind=Kind.ENTRY,
            article_id=article_id_for_url(url),
            version=1,
            content_hash=content_hash(text),
            feed_id=publisher,
            publisher=publisher,
            family=family,
            country=country,
            reliability=self._random.choice(list(Reliability)),
            url=url,
            title=title,
            text=text,
            authors=tuple(
                self._random.sample(["Ann Ames", "Bö Berg", "Cem 'C' Çelik"], self._random.randrange(3))
            ),
            language=language,
            published_at=self._published(),
            observed_at=_now(),
            backfill=self._random.random() < 0.03,
            categories=tuple(self._random.sample(["politics", "economy"], self._random.randrange(2))),
            desk=self._random.choice(["world", "business", ""]),
            rights="some",
            standing=Standing.OWN,
            trace_id=f"{self._random.randrange(10**9):x}",
        )

    def _revised(self, article: Article) -> Article:
        text = f"{article.text} Updated {self._random.randrange(1000)} times."
        fields = {name: getattr(article, name) for name in Article.__dataclass_fields__}
        return Article(
            **{**fields, "version": article.version + 1, "text": text, "content_hash": content_hash(text)}
        )

    def _published(self) -> int | None:
        """Mostly some seconds ago; else unknown, in the future, late, or before the epoch."""
        kind = self._random.random()
        if kind < 0.7:
            return _now() - self._random.randrange(15_000)
        odd = (None, _now() + 86_400_000, _now() - 3_600_000, -2_208_988_801_600, _now())
        return self._random.choice(odd)


def _now() -> int:
    return time.time_ns() // 1_000_000
