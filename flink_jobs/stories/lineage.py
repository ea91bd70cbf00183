"""Who copied whom, what is new wording of what, and how many sources are independent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from flink_jobs.stories.settings import HOUR_MS
from language.sketches import resemblance
from schemas.limits import STORY_FAMILIES
from schemas.records import Standing, StoryArticle, UniqueArticle


class Sight(StrEnum):
    """What a record is to an article that may be known."""

    FIRST = "first"
    REVISION = "revision"
    # A revision beyond those sent on within an hour.
    HELD = "held"
    # Another feed's wording of version 1.
    VARIANT = "variant"
    # The current wording again.
    SAME = "same"
    # Sent through again from the dead letters, and held already, or superseded since.
    AGAIN = "again"


@dataclass(slots=True)
class Known:
    """What is remembered of an article. Mutable."""

    story_id: str
    content_hash: str
    family: str
    revision: int = 0
    similarity: float = 0.0
    duplicate_of: str | None = None
    # Logged times of the revisions sent on within the last hour.
    revised_at: tuple[int, ...] = ()
    seen_at: int = 0
    # By these a takedown finds it; empty for what an earlier version remembered.
    publisher: str = ""
    url: str = ""
    desk: str = ""
    # Of the wording; 0 for what an earlier version remembered.
    version: int = 0
    # Whose it is; empty for what an earlier version remembered.
    feed_id: str = ""
    standing: Standing = Standing.UNKNOWN


def first_known(article: UniqueArticle, before: Known | None, story_id: str, at: int) -> Known:
    """What is remembered of an article that a story begins to hold: at first sight, or again."""
    return Known(
        story_id=story_id,
        content_hash=article.content_hash,
        family=article.family,
        revision=before.revision + 1 if before else 0,
        revised_at=revised_times(before, at) if before else (),
        publisher=article.publisher,
        url=article.url,
        desk=article.desk,
        version=article.version,
        feed_id=article.feed_id,
        standing=article.standing,
    )


def sight(
    known: Known | None,
    version: int,
    content_hash: str,
    at: int,
    revisions_an_hour: int,
    attempt: int = 0,
    feed_id: str = "",
) -> Sight:
    """Judges a record of an article by what is known of it. `at` is logged time.

    Each feed counts the changes that it saw. One that counted no more of them than the feed of the wording
    that is known lags behind it, or words it in its own way. `feed_id`: empty where feeds are not told apart.

    A first sight with a version above 1 (a lane that starts in the middle) is a first sight still.
    """
    if known is None:
        return Sight.FIRST
    if attempt and _is_held(known, version, content_hash):
        return Sight.AGAIN
    if content_hash == known.content_hash:
        return Sight.SAME
    elsewhere = bool(feed_id and known.feed_id) and feed_id != known.feed_id
    if version <= (max(1, known.version) if elsewhere else 1):
        return Sight.VARIANT
    recent = [time for time in known.revised_at if time > at - HOUR_MS]
    return Sight.REVISION if len(recent) < revisions_an_hour else Sight.HELD


def _is_held(known: Known, version: int, content_hash: str) -> bool:
    """Whether a retry has nothing to add: a version that is there, or one that a later one took the place of.
    Versions of other feeds begin at 1, and are variants."""
    same = content_hash == known.content_hash and known.version in (0, version)
    return same or 1 < version < known.version


def revised_times(known: Known, at: int) -> tuple[int, ...]:
    """`revised_at` with a revision at `at`; what is older than an hour is forgotten."""
    return (*(time for time in known.revised_at if time > at - HOUR_MS), at)


@dataclass(slots=True)
class Member:
    """An article a story shows, with the sketch later ones are compared with."""

    shown: StoryArticle
    sketch: bytes


def original_of(
    article_id: str, sketch: bytes, members: Iterable[Member], least_resemblance: float
) -> str | None:
    """The article a text copies, if it resembles a member that much; copies lead to their original.

    Of several the one that resembles most, then the one logged first. An article is never taken
    for a copy of itself or of its own copies.
    """
    best: tuple[float, int, str] | None = None
    for member in members:
        shown = member.shown
        original = shown.duplicate_of or shown.article_id
        if article_id in (shown.article_id, original):
            continue
        alike = resemblance(sketch, member.sketch)
        if alike >= least_resemblance:
            candidate = (-alike, shown.logged_at, original)
            best = candidate if best is None or candidate < best else best
    return best[2] if best else None


@dataclass(slots=True)
class Families:
    """Owner groups of a story's articles: how many texts of their own, and how many in all. The first
    STORY_FAMILIES are counted."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, family: str, copy: bool) -> bool:
        """Counts an article; True if its family thereby becomes an independent source."""
        if family not in self.counts and len(self.counts) >= STORY_FAMILIES:
            return False
        own, every = self.counts.get(family, (0, 0))
        self.counts[family] = (own + (not copy), every + 1)
        return own == 0 and not copy

    def change(self, family: str, was_copy: bool, is_copy: bool) -> bool:
        """Counts a new wording of an article; True as for `add`."""
        if family not in self.counts:
            return False
        own, every = self.counts[family]
        self.counts[family] = (own + was_copy - is_copy, every)
        return own == 0 and was_copy and not is_copy

    def move(self, family: str, to: str, copy: bool) -> bool:
        """Counts an article under another family; True as for `add`."""
        self.leave(family, copy)
        return self.add(to, copy)

    def leave(self, family: str, copy: bool) -> None:
        """Counts an article no more."""
        own, every = self.counts.get(family, (0, 0))
        if every > 1:
            self.counts[family] = (max(0, own - (not copy)), every - 1)
        else:
            self.counts.pop(family, None)

    @property
    def number(self) -> int:
        return len(self.counts)

    @property
    def independent(self) -> int:
        return sum(own > 0 for own, _ in self.counts.values())


def shown_members(members: dict[str, Member], changed: str, founder: str, most: int) -> list[str]:
    """Which members stay when there are more than `most`: the changed one and the founder always,

    then texts of their own before copies, then the most recent.
    """

    def rank(article_id: str) -> tuple[bool, bool, bool, int, str]:
        shown = members[article_id].shown
        return (
            article_id != changed,
            article_id != founder,
            shown.duplicate_of is not None,
            -shown.logged_at,
            article_id,
        )

    return sorted(members, key=rank)[:most]
