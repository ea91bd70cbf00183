"""What could not be used, on its way through the job to the dead letters. Pure.

All of it follows from the log and from what failed, so a job that runs again says the same of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.limits import ID_CHARACTERS, NAME_CHARACTERS
from schemas.records import DeadLetter, UniqueArticle
from schemas.strings import sanitised
from topics.catalogue import ARTICLES_RAW, STORIES
from topics.dead_letters import lane_of, reason_of
from topics.lane import Lane

# Not the record's fault: the machine's, which a restart may mend.
NOT_THE_RECORDS = (MemoryError, OSError)


class TooLarge(ValueError):
    """A record that would be larger than the log takes."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A record of the raw log, or what was due for a story, that a stage could not use.

    ``failed_at``: logged time, epoch milliseconds. ``raw_partition`` is -1 for what was due.
    """

    stage: str
    error: str
    reason: str
    failed_at: int
    raw_partition: int = -1
    raw_offset: int = -1
    article_id: str = ""
    feed_id: str = ""
    story_id: str = ""
    attempt: int = 0
    # The family of the article, or of the one that moved the story.
    owner: str = ""

    @property
    def source(self) -> str:
        """Whom it counts against when failures are counted: an owner has any number of feeds and stories."""
        return self.owner or self.feed_id


def of_article(article: UniqueArticle, stage: str, error: Exception) -> Failure:
    return Failure(
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=article.logged_at,
        raw_partition=article.raw_partition,
        raw_offset=article.raw_offset,
        article_id=sanitised(article.article_id, ID_CHARACTERS),
        feed_id=sanitised(article.feed_id, ID_CHARACTERS),
        attempt=getattr(article, "attempt", 0),
        owner=sanitised(article.family, NAME_CHARACTERS),
    )


def of_row(row: Mapping[str, Any], stage: str, error: Exception) -> Failure:
    """Of what is to be an article and cannot be made one: its coordinates, as far as it has some."""

    def number(name: str, otherwise: int) -> int:
        value = row.get(name)
        return value if isinstance(value, int) else otherwise

    def text(name: str, most: int = ID_CHARACTERS) -> str:
        value = row.get(name)
        return sanitised(value, most) if isinstance(value, str) else ""

    return Failure(
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=number("logged_at", 0),
        raw_partition=number("raw_partition", -1),
        raw_offset=number("raw_offset", -1),
        article_id=text("article_id"),
        feed_id=text("feed_id"),
        attempt=number("attempt", 0),
        owner=text("family", NAME_CHARACTERS),
    )


def of_story(story_id: str, at: int, stage: str, error: Exception, owner: str = "") -> Failure:
    """``at``: when it was due, logged time."""
    return Failure(stage, type(error).__name__, reason_of(error), at, story_id=story_id, owner=owner)


def letter(failure: Failure, lane: Lane) -> DeadLetter:
    """Without a value: the record stands in the raw log, at the place that is said."""
    of_raw = failure.raw_partition >= 0
    return DeadLetter(
        source=ARTICLES_RAW if of_raw else STORIES,
        key=(failure.article_id or failure.story_id).encode(),
        topic=ARTICLES_RAW if of_raw else None,
        partition=failure.raw_partition if of_raw else None,
        offset=failure.raw_offset if of_raw else None,
        stage=failure.stage,
        error=failure.error,
        reason=failure.reason,
        failed_at=failure.failed_at,
        lane=lane_of(lane),
        feed_id=failure.feed_id,
        article_id=failure.article_id,
        story_id=failure.story_id,
        attempt=failure.attempt,
    )
