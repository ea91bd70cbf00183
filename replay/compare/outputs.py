"""Reads what a lane made, and what the raw log says about it: every committed record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from agents.money.budget import BUDGET
from replay.compare.lane import Outputs, Range, warm_range
from replay.compare.raw_log import LogFold, RawLog
from replay.compare.records import Given, Moved, Placed, Told, Window
from schemas.codec import Codec
from schemas.records import (
    AgentEvent,
    AgentEventKind,
    Article,
    Assignment,
    Brief,
    EnrichedArticle,
    Indicator,
    Kind,
    Record,
    Story,
)
from topics.catalogue import (
    AGENTS_AUDIT,
    ARTICLES_ENRICHED,
    ARTICLES_RAW,
    ASSIGNMENTS,
    BRIEFS,
    INDICATORS,
    STORIES,
    TOPICS,
)
from topics.decoding import decoded
from topics.lane import Lane
from topics.letters import sent_again
from topics.reading import Received, beginnings, read_range
from topics.settings import BrokerSettings
from topics.takedowns import read_takedowns

R = TypeVar("R", bound=Record)
S = TypeVar("S")


def read_outputs(settings: BrokerSettings, codec: Codec, lane: Lane, range_: Range | None = None) -> Outputs:
    """The lane's outputs up to now, read_committed. ``range_`` is what it read of the raw log, if that is
    known; else a warm-up that it marked tells."""
    kept_from: dict[str, Mapping[int, int]] = {}
    # A dead letter's record that was sent through again stands in its topic twice, and was made once.
    twice = sent_again(settings, codec)

    def once(name: str, record_type: type[R]) -> Iterator[tuple[Received, R]]:
        topic = lane.topic(name)
        for received, record in _each(settings, codec, topic, record_type):
            if (topic, received.partition, received.offset) not in twice:
                yield received, record

    def read(
        name: str, record_type: type[R], made: Callable[[R], S], at: Callable[[S], int]
    ) -> tuple[S, ...]:
        lost = {p for p, offset in beginnings(settings, lane.topic(name)).items() if offset > 0}
        first: dict[int, int] = {}
        found = []
        for received, record in once(name, record_type):
            each = made(record)
            found.append(each)
            if received.partition in lost:
                first.setdefault(received.partition, at(each))
        kept_from[name] = first
        return tuple(found)

    enriched = read(ARTICLES_ENRICHED, EnrichedArticle, Placed.of, lambda each: each.logged_at)
    return Outputs(
        enriched=enriched,
        stories=read(STORIES, Story, Moved.of, lambda each: each.updated_at),
        assignments=read(ASSIGNMENTS, Assignment, Given.of, lambda each: each.assigned_at),
        briefs=tuple(Told.of(brief) for _, brief in once(BRIEFS, Brief)),
        indicators=read(INDICATORS, Indicator, Window.of, lambda each: each.end),
        range=warm_range(enriched) if range_ is None else range_,
        kept_from=kept_from,
        refused=_refused(settings, codec, lane),
    )


def read_log(settings: BrokerSettings, codec: Codec, skew_ms: int = 0) -> RawLog:
    """One pass over the raw log. ``skew_ms``: how far its clock may step back, as the jobs allow."""
    fold = LogFold(beginnings(settings, ARTICLES_RAW), skew_ms, read_takedowns(settings, codec))
    for received, record in _each(settings, codec, ARTICLES_RAW, Article):
        fold.take(received.partition, received.offset, received.timestamp_ms, record)
    return fold.end()


def last_tick(settings: BrokerSettings, codec: Codec) -> int:
    """The smallest over partitions of the last tick's log-append time, epoch ms: up to here the
    raw log is whole. 0 while a partition has no tick."""
    last = dict.fromkeys(range(TOPICS[ARTICLES_RAW].partitions), 0)
    for received, record in _each(settings, codec, ARTICLES_RAW, Article):
        if record.kind is Kind.TICK:
            last[received.partition] = received.timestamp_ms
    return min(last.values())


def _refused(settings: BrokerSettings, codec: Codec, lane: Lane) -> dict[str, str]:
    """Briefs for which a call to a model was refused, by id, and why."""
    events = (event for _, event in _each(settings, codec, lane.topic(AGENTS_AUDIT), AgentEvent))
    return refusals(events)


def refusals(events: Iterable[AgentEvent]) -> dict[str, str]:
    """Of an audit: what refused a call, by brief."""
    return {
        event.brief_id: event.reason
        for event in events
        if event.kind is AgentEventKind.CHECK and event.brief_id and event.reason == BUDGET
    }


def _each(
    settings: BrokerSettings, codec: Codec, topic: str, record_type: type[R]
) -> Iterator[tuple[Received, R]]:
    yield from decoded(read_range(settings, topic), codec, record_type)
