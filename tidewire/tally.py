"""What a run has done so far, counted from the log alone."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from schemas.codec import Codec
from schemas.records import Article, Brief, DeadLetter, Kind, Story, UniqueArticle
from topics.catalogue import (
    ARTICLES_LATE,
    ARTICLES_RAW,
    ARTICLES_UNIQUE,
    ASSIGNMENTS,
    BRIEFS,
    DEAD_LETTERS,
    STORIES,
)
from topics.decoding import decoded, records
from topics.lane import Lane
from topics.letters import Place, sent_again
from topics.reading import Received, read_range
from topics.settings import BrokerSettings

Key = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one lane, of all feeds or of some. ``duplicates`` is counted from the keys of the raw log,
    not from what the jobs say; ``briefs`` is the latest per story and desk; ``last_entry_at`` is logged
    time."""

    raw: int
    duplicates: int
    unique: int
    late: int
    dead_letters: int
    stories: int
    assignments: int
    briefs: int
    last_entry_at: int


def entry_keys(
    codec: Codec, raw: Iterable[Received], feeds: Container[str] | None = None
) -> list[tuple[Key, int]]:
    """Deduplication key and log-append time of every entry; ticks are left out, and so is what was sent
    through again from the dead letters and stands there already."""
    keys: list[tuple[Key, int]] = []
    known: set[Key] = set()
    for each, article in decoded(raw, codec, Article):
        key = (article.article_id, article.version, article.content_hash)
        counts = article.kind is Kind.ENTRY and (feeds is None or article.feed_id in feeds)
        if counts and not (article.attempt and key in known):
            keys.append((key, each.timestamp_ms))
            known.add(key)
    return keys


def take(settings: BrokerSettings, codec: Codec, lane: Lane, feeds: Container[str] | None = None) -> Tally:
    """Counts the lane as it stands now, reading only what is committed. With ``feeds`` (ids) articles and
    dead letters are those of these feeds; stories, assignments and briefs are counted whole all the same."""
    keys = entry_keys(codec, read_range(settings, ARTICLES_RAW), feeds)

    def articles(name: str) -> int:
        found = records(settings, codec, lane.topic(name), UniqueArticle)
        return sum(feeds is None or each.feed_id in feeds for each in found)

    stories = {each.story_id for each in records(settings, codec, lane.topic(STORIES), Story)}
    briefs = {(each.story_id, each.desk) for each in records(settings, codec, lane.topic(BRIEFS), Brief)}
    return Tally(
        raw=len(keys),
        duplicates=len(keys) - len({key for key, _ in keys}),
        unique=articles(ARTICLES_UNIQUE),
        late=articles(ARTICLES_LATE),
        dead_letters=sum(
            not each.retried and (feeds is None or each.source in feeds)
            for each in records(settings, codec, DEAD_LETTERS, DeadLetter)
        ),
        stories=len(stories),
        assignments=_count(settings, lane.topic(ASSIGNMENTS), sent_again(settings, codec)),
        briefs=len(briefs),
        last_entry_at=max((at for _, at in keys), default=0),
    )


def _count(settings: BrokerSettings, topic: str, twice: frozenset[Place] = frozenset()) -> int:
    came = read_range(settings, topic)
    return sum((each.topic, each.partition, each.offset) not in twice for each in came)
