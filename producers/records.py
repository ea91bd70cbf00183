"""A poll's outcome as the records of its transaction, each within its bound. Pure.

Whatever a feed made of itself, what comes out can be written: an article that cannot be encoded becomes a
dead letter, a state that cannot becomes that of a failed poll. There is no limit to how many: a feed that
breaks backs off by itself, and the log's clock must not stop for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from producers.holdings import Due
from producers.poll import Outcome
from producers.schedule import Failed, after_failure, first_state
from producers.settings import ScheduleSettings
from schemas.codec import Codec, to_dict
from schemas.limits import DEAD_LETTER_BYTES, REASON_CHARACTERS, RECORD_BYTES
from schemas.records import Article, DeadLetter, FeedSeen, FeedState, Record
from schemas.strings import sanitised
from telemetry import logs
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS, FEEDS_SEEN, FEEDS_STATE
from topics.dead_letters import from_url, reason_of

LOG = logs.logger("records")
BY_KEY = -1
STAGE = "encode"


class TooLarge(ValueError):
    """A record beyond what the log takes."""


@dataclass(frozen=True, slots=True)
class Written:
    """One record; ``partition`` BY_KEY leaves it to the key."""

    topic: str
    key: bytes
    value: bytes
    partition: int = BY_KEY


@dataclass(frozen=True, slots=True)
class Settled:
    """All of an outcome's records, the state and the memory among them, and what they hold."""

    records: tuple[Written, ...]
    state: FeedState
    seen: bytes | None
    articles: int
    letters: tuple[DeadLetter, ...]


def settled(due: Due, outcome: Outcome, codec: Codec, schedule: ScheduleSettings, now_ms: int) -> Settled:
    """The records of ``outcome``. Raises nothing for what a feed can say."""
    feed_id = due.spec.feed_id
    try:
        seen = None if outcome.seen is None else encoded(codec, outcome.seen)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this feed's
        # Without its memory nothing of this poll may be written, or it would be written again.
        outcome = Outcome(_failed(due, error, schedule, now_ms), None, (), (_letter(due, error),))
        seen = None
    articles, letters = [], list(outcome.dead_letters)
    for article in outcome.articles:
        try:
            articles.append(Written(ARTICLES_RAW, article.article_id.encode(), encoded(codec, article)))
        except Exception as error:  # noqa: BLE001 - as above
            letters.append(_letter(due, error, article))
    try:
        state = outcome.state
        state_bytes = encoded(codec, state)
    except Exception as error:  # noqa: BLE001 - as above
        letters.append(_letter(due, error, outcome.state))
        state = _failed(due, error, schedule, now_ms)
        state_bytes = encoded(codec, state)
    records = [*articles, *_letters(letters, codec)]
    key = feed_id.encode()
    if seen is not None:
        records.append(Written(FEEDS_SEEN, key, seen, due.partition))
    records.append(Written(FEEDS_STATE, key, state_bytes, due.partition))
    return Settled(tuple(records), state, seen, len(articles), tuple(letters))


def encoded(codec: Codec, record: Record) -> bytes:
    """Raises TooLarge, or whatever the codec raises."""
    value = codec.encode(record)
    if len(value) > RECORD_BYTES:
        raise TooLarge(
            f"a {type(record).__name__} of {len(value)} bytes, more than the {RECORD_BYTES} of a record"
        )
    return value


def samples() -> tuple[Record, ...]:
    """One of each kind: encoded once at the start, so that later a failure is a record's and not the
    registry's."""
    return (
        Article(article_id="", observed_at=0),
        DeadLetter(source="", stage="", error="", reason="", failed_at=0),
        FeedSeen(feed_id=""),
        first_state(""),
    )


def _letters(letters: list[DeadLetter], codec: Codec) -> Iterator[Written]:
    for letter in letters:
        try:
            value = encoded(codec, letter)
        except Exception as error:  # noqa: BLE001 - what is left of it can be told
            LOG.warning("a dead letter cannot be encoded as it is", error=reason_of(error))
            value = encoded(codec, _plain(letter))
        yield Written(DEAD_LETTERS, sanitised(letter.source, REASON_CHARACTERS).encode(), value)


def _plain(letter: DeadLetter) -> DeadLetter:
    """Every string of it made one that a record can hold."""
    said: dict[str, Any] = {}
    for each in fields(letter):
        held = getattr(letter, each.name)
        if isinstance(held, str):
            said[each.name] = sanitised(held, REASON_CHARACTERS)
        elif isinstance(held, bytes):
            said[each.name] = held[:DEAD_LETTER_BYTES]
    return replace(letter, **said, whole=False)


def _letter(due: Due, error: Exception, record: Record | None = None) -> DeadLetter:
    # In ASCII: what could not be encoded is to be seen in it.
    value = None if record is None else json.dumps(to_dict(record), default=repr).encode()
    article_id = record.article_id if isinstance(record, Article) else ""
    return _plain(from_url(due.spec.feed_id, due.spec.url, value, STAGE, error, article_id))


def _failed(due: Due, error: Exception, schedule: ScheduleSettings, now_ms: int) -> FeedState:
    reason = sanitised(f"{STAGE}: {type(error).__name__}: {error}", REASON_CHARACTERS)
    return after_failure(due.kept.state, Failed(reason), now_ms, schedule)
