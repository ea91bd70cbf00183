"""Reads what a lane made: every committed record of its output topics."""

from __future__ import annotations

from typing import TypeVar

from replay.compare import Outputs
from schemas.codec import Codec
from schemas.records import Article, Assignment, Brief, EnrichedArticle, Indicator, Kind, Record, Story
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_RAW,
    ASSIGNMENTS,
    BRIEFS,
    INDICATORS,
    STORIES,
    TOPICS,
)
from topics.lane import Lane
from topics.reading import read_range
from topics.settings import BrokerSettings

R = TypeVar("R", bound=Record)


def read_outputs(settings: BrokerSettings, codec: Codec, lane: Lane) -> Outputs:
    """The lane's outputs up to now, read_committed."""
    return Outputs(
        records(settings, codec, lane.topic(ARTICLES_ENRICHED), EnrichedArticle),
        records(settings, codec, lane.topic(STORIES), Story),
        records(settings, codec, lane.topic(ASSIGNMENTS), Assignment),
        records(settings, codec, lane.topic(BRIEFS), Brief),
        records(settings, codec, lane.topic(INDICATORS), Indicator),
    )


def records(settings: BrokerSettings, codec: Codec, topic: str, record_type: type[R]) -> tuple[R, ...]:
    """Every committed record of a topic; within a partition in order. Tombstones are left out."""
    return tuple(
        codec.decode(each.value, record_type)
        for each in read_range(settings, topic)
        if each.value is not None
    )


def last_tick(settings: BrokerSettings, codec: Codec) -> int:
    """The smallest over partitions of the last tick's log-append time, epoch ms: up to here the
    raw log is whole. 0 while a partition has no tick."""
    last = dict.fromkeys(range(TOPICS[ARTICLES_RAW].partitions), 0)
    for each in read_range(settings, ARTICLES_RAW):
        if each.value is not None and codec.decode(each.value, Article).kind is Kind.TICK:
            last[each.partition] = each.timestamp_ms
    return min(last.values())
