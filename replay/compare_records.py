"""What is held of a lane to compare it: of every record its ids, its times and a hash, not its texts.

A hash leaves out what follows from a lane and not from the log: ids of stories (they name a founding
article, and lanes are compared by members), the mark of a warm-up, tokens, cost, and when a brief
was made. Briefs are kept whole, packed, for those that differ are shown side by side. Pure.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from replay.matching import standing
from schemas.codec import from_dict, to_dict
from schemas.identity import hash_of
from schemas.records import (
    Article,
    Assignment,
    Brief,
    BriefStatus,
    EnrichedArticle,
    Indicator,
    Story,
)

# 128 bits: enough to tell any two records of a log apart.
HASH_DIGITS = 32
STORY_IDS = ("story_id", "previous_story_id", "merged_into", "absorbed")


@dataclass(frozen=True, slots=True)
class Placed:
    """A record of ``articles.enriched``: one wording of an article, and the story it was put in."""

    article_id: str
    version: int
    content_hash: str
    revision: int
    story_id: str
    publisher: str
    url: str
    # Of the windows it counts in, as indicators name them.
    scopes: tuple[str, ...]
    published_at: int
    logged_at: int
    raw_partition: int
    raw_offset: int
    warmup: bool
    content: str
    # Without the score by which it joined.
    unscored: str

    @property
    def wording(self) -> tuple[str, int, str]:
        """One exact text of one article."""
        return self.article_id, self.version, self.content_hash

    @classmethod
    def of(cls, record: EnrichedArticle) -> Placed:
        plain = to_dict(record)
        for name in ("story_id", "warmup", "trace_id"):
            del plain[name]
        return cls(
            article_id=intern(record.article_id),
            version=record.version,
            content_hash=record.content_hash,
            revision=record.revision,
            story_id=intern(record.story_id),
            publisher=intern(record.publisher),
            url=record.url,
            scopes=scopes(record),
            published_at=record.published_at,
            logged_at=record.logged_at,
            raw_partition=record.raw_partition,
            raw_offset=record.raw_offset,
            warmup=record.warmup,
            content=_hash(plain),
            unscored=_hash(plain | {"similarity": 0.0}),
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """A record of ``stories``. ``newest``: the last logged time of its articles, 0 without any."""

    story_id: str
    revision: int
    updated_at: int
    newest: int
    previous_story_id: str | None
    merged_into: str | None
    warmup: bool
    content: str

    @classmethod
    def of(cls, record: Story) -> Moved:
        return cls(
            story_id=intern(record.story_id),
            revision=record.revision,
            updated_at=record.updated_at,
            newest=max((article.logged_at for article in record.articles), default=0),
            previous_story_id=record.previous_story_id,
            merged_into=record.merged_into,
            warmup=record.warmup,
            content=_hash(_story(record)),
        )


@dataclass(frozen=True, slots=True)
class Given:
    """A record of ``assignments``."""

    story_id: str
    revision: int
    desk: str
    assigned_at: int
    warmup: bool
    content: str

    @classmethod
    def of(cls, record: Assignment) -> Given:
        plain = to_dict(record)
        del plain["story_id"], plain["warmup"]
        plain["story"] = _story(record.story)
        return cls(
            story_id=intern(record.story_id),
            revision=record.story.revision,
            desk=intern(record.desk),
            assigned_at=record.assigned_at,
            warmup=record.warmup or record.story.warmup,
            content=_hash(plain),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A record of ``briefs``. ``packed`` holds all of it."""

    brief_id: str
    story_id: str
    revision: int
    desk: str
    cutoff: int
    generated_at: int
    supersedes: tuple[str, ...]
    status: BriefStatus
    content: str
    packed: bytes

    @classmethod
    def of(cls, record: Brief) -> Told:
        plain = to_dict(record)
        packed = zlib.compress(json.dumps(plain).encode(), 1)
        for name in ("brief_id", "story_id", "supersedes", "generated_at", "trace_id"):
            del plain[name]
        for name in ("input_tokens", "output_tokens", "cost_usd"):
            del plain["provenance"][name]
        return cls(
            brief_id=record.brief_id,
            story_id=intern(record.story_id),
            revision=record.story_revision,
            desk=intern(record.desk),
            cutoff=record.information_cutoff,
            generated_at=record.generated_at,
            supersedes=record.supersedes,
            status=record.status,
            content=_hash(plain),
            packed=packed,
        )

    def brief(self) -> Brief:
        """The record itself."""
        return from_dict(Brief, json.loads(zlib.decompress(self.packed)))


@dataclass(frozen=True, slots=True)
class Window:
    """A record of ``indicators``."""

    name: str
    scope: str
    start: int
    end: int
    revision: int
    value: float
    content: str

    @property
    def key(self) -> str:
        """Names the window, whatever its revision."""
        return f"{self.name} {self.scope} {self.start}-{self.end}"

    @classmethod
    def of(cls, record: Indicator) -> Window:
        return cls(
            name=intern(record.name),
            scope=intern(record.scope),
            start=record.window_start,
            end=record.window_end,
            revision=record.revision,
            value=record.value,
            content=_hash(to_dict(record)),
        )


@dataclass(frozen=True, slots=True)
class Range:
    """What of the raw log a lane read.

    ``start_ms``: before this logged time it was warming up, 0 if it was not. ``offsets``: by
    partition, the first raw offset it read; ``read_from_ms``: the logged time of the first one,
    for where offsets are not known. An empty range is the whole log. ``windows``: whether it cut windows
    too; a lane over enriched articles does not.
    """

    start_ms: int = 0
    read_from_ms: int = 0
    offsets: Mapping[int, int] = field(default_factory=dict)
    windows: bool = True

    def read(self, article: Placed) -> bool:
        """Whether the lane can have read the raw record of this article."""
        return (
            article.raw_offset >= self.offsets.get(article.raw_partition, 0)
            and article.logged_at >= self.read_from_ms
        )


@dataclass(frozen=True)
class Outputs:
    """What a lane made, every committed record of it, in the order of the log.

    ``kept_from``: by topic of the catalogue and partition, where retention has taken a topic's
    beginning: the logged time of the first record that is left. ``refused``: ids of briefs whose
    agent was refused money for them, and why.
    """

    enriched: tuple[Placed, ...] = ()
    stories: tuple[Moved, ...] = ()
    assignments: tuple[Given, ...] = ()
    briefs: tuple[Told, ...] = ()
    indicators: tuple[Window, ...] = ()
    range: Range = field(default_factory=Range)
    kept_from: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def up_to(self, logged_ms: int, windows_ms: int) -> Outputs:
        """Without what came after a point of the log's clock, or windows that end after ``windows_ms``."""
        return Outputs(
            tuple(each for each in self.enriched if each.logged_at <= logged_ms),
            tuple(each for each in self.stories if each.updated_at <= logged_ms),
            tuple(each for each in self.assignments if each.assigned_at <= logged_ms),
            tuple(each for each in self.briefs if each.cutoff <= logged_ms),
            tuple(each for each in self.indicators if each.end <= windows_ms),
            self.range,
            self.kept_from,
            self.refused,
        )

    def members(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: where each article stands at last, in what its story went into."""
        merged = self.merged()
        last = {each.article_id: standing(each.story_id, merged) for each in self.enriched}
        return _gathered((story, article) for article, story in last.items())

    def merged(self) -> dict[str, str]:
        """What stories went into, by their last revision: once forgotten, an id may come again."""
        last = {each.story_id: each.merged_into for each in self.stories}
        return {story: other for story, other in last.items() if other is not None}

    def ever(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: all that were put into it, those included that stand elsewhere by now."""
        return _gathered((each.story_id, each.article_id) for each in self.enriched)


def warm_range(enriched: tuple[Placed, ...]) -> Range:
    """The range of a lane that marked a warm-up, from its records alone; the whole log if it did not."""
    warm = [each.logged_at for each in enriched if each.warmup]
    return Range(start_ms=max(warm) + 1, read_from_ms=min(warm)) if warm else Range()


def scopes(record: EnrichedArticle | Article) -> tuple[str, ...]:
    """Of the windows that an article counts in, as indicators name them."""
    named = (("desk", record.desk), ("country", record.country), ("publisher", record.publisher))
    return tuple(intern(f"{kind}:{value}") for kind, value in named if value)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for story, article in pairs:
        found.setdefault(story, set()).add(article)
    return {story: frozenset(articles) for story, articles in found.items()}


def _story(record: Story) -> dict[str, Any]:
    plain = to_dict(record)
    for name in (*STORY_IDS, "warmup"):
        del plain[name]
    return plain


def _hash(plain: Mapping[str, Any]) -> str:
    return hash_of(plain)[:HASH_DIGITS]
