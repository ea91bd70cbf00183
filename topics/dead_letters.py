"""What becomes of the unreadable: its bytes, its coordinates and the reason, kept in one topic."""

from __future__ import annotations

import time

from schemas.limits import DEAD_LETTER_BYTES, REASON_CHARACTERS
from schemas.records import DeadLetter
from schemas.strings import sanitised
from topics.reading import Received


def from_received(received: Received, stage: str, error: BaseException) -> DeadLetter:
    """Of a record in the log that ``stage`` could not use."""
    return DeadLetter(
        source=received.topic,
        key=received.key,
        value=None if received.value is None else received.value[:DEAD_LETTER_BYTES],
        topic=received.topic,
        partition=received.partition,
        offset=received.offset,
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=time.time_ns() // 1_000_000,
    )


def from_url(feed_id: str, url: str, body: bytes | None, stage: str, error: BaseException) -> DeadLetter:
    """Of something a feed sent that ``stage`` could not use."""
    return DeadLetter(
        source=feed_id,
        value=None if body is None else body[:DEAD_LETTER_BYTES],
        url=url,
        stage=stage,
        error=type(error).__name__,
        reason=reason_of(error),
        failed_at=time.time_ns() // 1_000_000,
    )


def reason_of(error: BaseException) -> str:
    """What an error says, as a record may hold it: it may quote what a stranger said."""
    return sanitised(str(error), REASON_CHARACTERS)
