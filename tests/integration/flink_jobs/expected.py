"""What the jobs must write, computed from the raw log in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache

from desks.loader import Desk, load_desks
from desks.prototypes import prototypes_of
from flink_jobs.settings import TimeSettings
from flink_jobs.stories.embedded import Embedded, Embedder, takedown
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.order import position
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import MiniLM
from schemas.codec import Codec, from_dict, to_dict
from schemas.records import (
    Article,
    Assignment,
    EnrichedArticle,
    Indicator,
    Kind,
    PublishedFrom,
    Story,
    UniqueArticle,
)
from topics.catalogue import ARTICLES_RAW
from topics.reading import Received, read_range
from topics.settings import BrokerSettings

LABELS = {10: "10s", 30: "30s", 60: "1m"}


@dataclass(frozen=True)
class Raw:
    """The raw log up to a logged time."""

    entries: tuple[tuple[Received, Article], ...]
    end_at: int
    takedowns: tuple[tuple[Received, Article], ...] = ()


def read_raw(
    broker: BrokerSettings, codec: Codec, end_at: int, refused: Container[tuple[int, int]] = ()
) -> Raw:
    """``refused``: partitions and offsets of what is no record."""
    entries, takedowns = [], []
    for place in read_range(broker, ARTICLES_RAW):
        if (place.partition, place.offset) in refused:
            continue
        article = codec.decode(place.value or b"", Article)
        if article.kind is not Kind.TICK and place.timestamp_ms <= end_at:
            (entries if article.kind is Kind.ENTRY else takedowns).append((place, article))
    return Raw(tuple(entries), end_at, tuple(takedowns))


def unique(raw: Raw, times: TimeSettings) -> list[UniqueArticle]:
    """The first of each key, in no particular order. Copies of an article share a partition."""
    first: dict[tuple[str, int, str], tuple[Received, Article]] = {}
    for place, article in raw.entries:
        key = (article.article_id, article.version, article.content_hash)
        if key not in first or place.offset < first[key][0].offset:
            first[key] = (place, article)
    return [_effective(place, article, times) for place, article in first.values()]


def takedowns(raw: Raw, times: TimeSettings) -> list[UniqueArticle]:
    """Their records as the job has them."""
    return [_effective(place, article, times) for place, article in raw.takedowns]


def _effective(place: Received, article: Article, times: TimeSettings) -> UniqueArticle:
    logged = place.timestamp_ms
    said = article.published_at
    if said is None:
        published, source = logged, PublishedFrom.LOGGED
    elif said > logged:
        published, source = logged, PublishedFrom.CLAMPED
    else:
        published, source = said, PublishedFrom.FEED
    changed = {
        "published_at": published,
        "published_from": source,
        "logged_at": logged,
        "raw_partition": place.partition,
        "raw_offset": place.offset,
        "late": published < logged - times.lateness_ms,
        "lateness_ms": logged - published,
    }
    return from_dict(UniqueArticle, to_dict(article) | changed)


def indicators(
    articles: Iterable[UniqueArticle], times: TimeSettings, windows_s: Iterable[int], end_at: int
) -> list[Indicator]:
    """Of the windows that a watermark of ``end_at`` less lateness and skew has closed."""
    watermark = end_at - times.lateness_ms - times.window_skew_ms
    grouped: dict[tuple[int, int, str], list[UniqueArticle]] = defaultdict(list)
    for article in articles:
        if article.late:
            continue
        scopes = (("desk", article.desk), ("country", article.country), ("publisher", article.publisher))
        for size in windows_s:
            start = article.published_at // (size * 1000) * (size * 1000)
            for kind, value in scopes:
                if value and start + size * 1000 - 1 <= watermark:
                    grouped[size, start, f"{kind}:{value}"].append(article)
    found = []
    for (size, start, scope), members in grouped.items():
        measures = {
            "volume": len(members),
            "families": len({member.family for member in members}),
            "non_english": sum(member.language not in ("", "en") for member in members) / len(members),
        }
        found += [
            Indicator(
                name=f"{name}.{LABELS[size]}",
                scope=scope,
                window_start=start,
                window_end=start + size * 1000,
                value=float(value),
            )
            for name, value in measures.items()
        ]
    return found


@cache
def _embedder() -> Embedder:
    return Embedder(MiniLM())


_embedded: dict[UniqueArticle, Embedded] = {}


def _embed(article: UniqueArticle) -> Embedded:
    if article not in _embedded:
        _embedded[article] = _embedder().embed(article)
    return _embedded[article]


def stories(
    articles: Iterable[UniqueArticle],
    settings: StoriesSettings,
    end_at: int,
    desks: tuple[Desk, ...] | None = None,
    takedowns: Iterable[UniqueArticle] = (),
) -> list[EnrichedArticle | Story | Assignment]:
    """The engine over the records in the order of the log, in the order in which it gives them."""
    desks = desks or load_desks()
    engine = StoryEngine(settings, desks, prototypes=prototypes_of(desks, _embedder().encoder))
    outputs: list[EnrichedArticle | Story | Assignment] = []
    items = [*map(_embed, articles), *map(takedown, takedowns)]
    for item in sorted(items, key=lambda each: position(each.article)):
        outputs += engine.process(item)
    outputs += engine.advance(end_at)
    return outputs
