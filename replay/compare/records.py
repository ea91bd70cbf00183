"""What is held of a lane's records to compare them: of each its ids, its times and a hash, not its texts.

A hash leaves out what follows from a lane and not from the log: ids of stories (they name a founding
article, and lanes are compared by members), the mark of a warm-up, tokens, cost, and when a brief
was made. Briefs are kept whole, packed, for those that differ are shown side by side. Pure.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import intern
from typing import Any

from schemas.codec import from_dict, to_dict
from schemas.identity import hash_of
from schemas.records import (
    Article,
    Assignment,
    Brief,
    BriefIndicator,
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

    @property
    def raw_place(self) -> tuple[int, int]:
        """Partition and offset of its raw record."""
        return self.raw_partition, self.raw_offset

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

    def without_indicators(self) -> str:
        """The hash of its content but for its indicators."""
        return Told.of(replace(self.brief(), indicators=())).content


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
        return _window_key(self.name, self.scope, self.start, self.end)

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


def scopes(record: EnrichedArticle | Article) -> tuple[str, ...]:
    """Of the windows that an article counts in, as indicators name them."""
    named = (("desk", record.desk), ("country", record.country), ("publisher", record.publisher))
    return tuple(intern(f"{kind}:{value}") for kind, value in named if value)


def window_key(shown: BriefIndicator) -> str:
    """Names the window that a brief shows as ``Window.key`` does."""
    return _window_key(shown.name, shown.scope, shown.window_start, shown.window_end)


def _window_key(name: str, scope: str, start: int, end: int) -> str:
    return f"{name} {scope} {start}-{end}"


def _story(record: Story) -> dict[str, Any]:
    plain = to_dict(record)
    for name in (*STORY_IDS, "warmup"):
        del plain[name]
    return plain


def _hash(plain: Mapping[str, Any]) -> str:
    return hash_of(plain)[:HASH_DIGITS]
