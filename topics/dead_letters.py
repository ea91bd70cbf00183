"""What becomes of what cannot be used: its bytes, its coordinates and the reason, kept in one topic."""

from __future__ import annotations

import time

from schemas.limits import DEAD_LETTER_BYTES, DEAD_LETTER_KEY_BYTES, REASON_CHARACTERS
from schemas.records import DeadLetter
from schemas.strings import sanitised
from topics.lane import LIVE, Lane
from topics.reading import Received


def from_received(
    received: Received,
    stage: str,
    error: BaseException,
    lane: Lane = LIVE,
    feed_id: str = "",
    article_id: str = "",
    story_id: str = "",
    attempt: int = 0,
) -> DeadLetter:
    """Of a record in the log that ``stage`` could not use in its run of ``lane``.

    The ids and the attempt are those of the record, as far as it could be read.
    """
    return DeadLetter(
        source=received.topic,
        key=None if received.key is None else received.key[:DEAD_LETTER_KEY_BYTES],
        topic=received.topic,
        partition=received.partition,
        offset=received.offset,
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=time.time_ns() // 1_000_000,
        lane=lane_of(lane),
        feed_id=feed_id,
        article_id=article_id,
        story_id=story_id,
        attempt=attempt,
        value=_kept(received.value),
        whole=_is_whole(received.value) and len(received.key or b"") <= DEAD_LETTER_KEY_BYTES,
    )


def from_url(
    feed_id: str, url: str, body: bytes | None, stage: str, error: BaseException, article_id: str = ""
) -> DeadLetter:
    """Of something a feed sent that ``stage`` could not use."""
    return DeadLetter(
        source=feed_id,
        url=url,
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=time.time_ns() // 1_000_000,
        feed_id=feed_id,
        article_id=article_id,
        value=_kept(body),
        whole=_is_whole(body),
    )


def lane_of(lane: Lane) -> str:
    """As a letter names it; the live lane has no name there."""
    return "" if lane.is_live else lane.name


def reason_of(error: BaseException) -> str:
    """What an error says, as a record may hold it: it may quote what a stranger said."""
    return sanitised(str(error), REASON_CHARACTERS)


def _kept(value: bytes | None) -> bytes | None:
    return None if value is None else value[:DEAD_LETTER_BYTES]


def _is_whole(value: bytes | None) -> bool:
    return value is not None and len(value) <= DEAD_LETTER_BYTES
