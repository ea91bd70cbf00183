"""What could not be used, on its way through the job to the dead letters. Pure.

All of it follows from the log and from what failed, so a job that runs again says the same of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.limits import ID_CHARACTERS
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

    @property
    def source(self) -> str:
        """Whom it counts against when failures are counted."""
        return self.feed_id


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
    )


def of_story(story_id: str, at: int, stage: str, error: Exception) -> Failure:
    """``at``: when it was due, logged time."""
    return Failure(stage, type(error).__name__, reason_of(error), at, story_id=story_id)


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
