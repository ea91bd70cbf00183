"""Every topic, in one table. Keys are UTF-8 strings, values Avro with the registry's header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.limits import MESSAGE_BYTES
from schemas.records import (
    AgentEvent,
    Article,
    Assignment,
    Brief,
    DeadLetter,
    EnrichedArticle,
    Feedback,
    FeedSeen,
    FeedSpec,
    FeedState,
    Indicator,
    Record,
    RecordedResponse,
    Story,
    UniqueArticle,
)

DAY_MS = 86_400_000
PARTITIONS = 6

FEEDS_CATALOG = "feeds.catalog"
FEEDS_STATE = "feeds.state"
FEEDS_SEEN = "feeds.seen"
ARTICLES_RAW = "articles.raw"
ARTICLES_TAKEDOWNS = "articles.takedowns"
ARTICLES_UNIQUE = "articles.unique"
ARTICLES_LATE = "articles.late"
ARTICLES_ENRICHED = "articles.enriched"
INDICATORS = "indicators"
STORIES = "stories"
ASSIGNMENTS = "assignments"
BRIEFS = "briefs"
FEEDBACK = "feedback"
AGENTS_AUDIT = "agents.audit"
AGENTS_RESPONSES = "agents.responses"
DEAD_LETTERS = "dead.letters"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: what is in it, by what key, and how long it is kept.

    ``shared`` topics are the same for all lanes. ``retention_ms`` None keeps the latest record
    of each key instead. ``log_append_time`` makes the broker stamp records as they enter the log.
    """

    name: str
    record: type[Record]
    key: str
    retention_ms: int | None
    shared: bool = False
    log_append_time: bool = False
    partitions: int = PARTITIONS

    @property
    def cleanup(self) -> Literal["compact", "delete"]:
        """The broker's clean-up policy."""
        return "compact" if self.retention_ms is None else "delete"

    def config(self) -> dict[str, str]:
        """The broker's settings for it."""
        settings = {"cleanup.policy": self.cleanup, "max.message.bytes": str(MESSAGE_BYTES)}
        if self.retention_ms is not None:
            settings["retention.ms"] = str(self.retention_ms)
        if self.log_append_time:
            settings["message.timestamp.type"] = "LogAppendTime"
        return settings


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(FEEDS_CATALOG, FeedSpec, "feed_id", None, shared=True),
        Topic(FEEDS_STATE, FeedState, "feed_id", None, shared=True),
        Topic(FEEDS_SEEN, FeedSeen, "feed_id", None, shared=True),
        Topic(ARTICLES_RAW, Article, "article_id", 30 * DAY_MS, shared=True, log_append_time=True),
        Topic(ARTICLES_TAKEDOWNS, Article, "what it takes down", None, shared=True),
        Topic(ARTICLES_UNIQUE, UniqueArticle, "article_id", 30 * DAY_MS),
        Topic(ARTICLES_LATE, UniqueArticle, "article_id", 30 * DAY_MS),
        Topic(INDICATORS, Indicator, "name+scope", 90 * DAY_MS),
        Topic(ARTICLES_ENRICHED, EnrichedArticle, "article_id", 30 * DAY_MS),
        Topic(STORIES, Story, "story_id", 30 * DAY_MS),
        Topic(ASSIGNMENTS, Assignment, "story_id", 30 * DAY_MS),
        Topic(BRIEFS, Brief, "brief_id, partition by story_id", None),
        Topic(FEEDBACK, Feedback, "brief_id", 365 * DAY_MS),
        Topic(AGENTS_AUDIT, AgentEvent, "story_id", 90 * DAY_MS),
        Topic(AGENTS_RESPONSES, RecordedResponse, "request_hash", 90 * DAY_MS, shared=True),
        Topic(DEAD_LETTERS, DeadLetter, "source", 30 * DAY_MS, shared=True),
    )
}
SHARED = frozenset(name for name, topic in TOPICS.items() if topic.shared)
