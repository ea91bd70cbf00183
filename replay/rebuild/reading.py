"""Reads what a brief was made of, as far as the log still holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from replay.rebuild.making import Evidence, Logged
from schemas.codec import Codec
from schemas.prefixes import whole
from schemas.records import Article, Assignment, Brief, Indicator, Story
from topics.catalogue import (
    AGENTS_RESPONSES,
    ARTICLES_RAW,
    ASSIGNMENTS,
    BRIEFS,
    INDICATORS,
    STORIES,
    TOPICS,
)
from topics.decoding import decoded
from topics.lane import Lane
from topics.partitioning import partition_for
from topics.reading import Received, beginnings, read_places, read_range
from topics.settings import BrokerSettings
from topics.takedowns import read_takedowns


class NoSuchBrief(ValueError):
    """The lane's briefs do not hold it."""


def whole_id(settings: BrokerSettings, lane: Lane, said: str) -> str:
    """The id of the lane's brief that is ``said`` or begins so. Raises NoSuchBrief, Ambiguous."""
    keys = ((each.key or b"").decode("utf-8", "replace") for each in read_range(settings, lane.topic(BRIEFS)))
    found = whole(said, keys)
    if found is None:
        raise NoSuchBrief(f"No brief {said} in {lane.topic(BRIEFS)}. `./tw search` prints ids.")
    return found


def gather(
    settings: BrokerSettings, codec: Codec, lane: Lane, brief_id: str, windows_of: Lane | None = None
) -> Evidence:
    """Everything the brief rests on; ``windows_of`` is the lane whose indicators it used, if not its own.
    Raises NoSuchBrief."""
    brief = _briefs(settings, codec, lane, [brief_id]).get(brief_id)
    if brief is None:
        raise NoSuchBrief(f"No brief {brief_id} in {lane.topic(BRIEFS)}. `./tw search` prints ids.")
    given = _assignment(settings, codec, lane, brief)
    of_story = _story(settings, codec, lane, brief) if given is None else None
    if of_story is not None:
        # An assignment holds the story's revision as its topic has it; what else it says is in the brief.
        given = Assignment(
            story_id=brief.story_id,
            assigned_at=brief.information_cutoff,
            story=of_story,
            desk=brief.desk,
        )
    places = [(source.raw_partition, source.raw_offset) for source in brief.provenance.sources]
    raw = read_places(settings, ARTICLES_RAW, places)
    return Evidence(
        brief=brief,
        assignment=given,
        given_by="" if given is None else ASSIGNMENTS if of_story is None else STORIES,
        raw={
            (each.partition, each.offset): Logged(article, each.timestamp_ms)
            for each, article in decoded(raw.values(), codec, Article)
        },
        beginnings=beginnings(settings, ARTICLES_RAW),
        predecessors=_briefs(settings, codec, lane, brief.supersedes) if brief.supersedes else {},
        windows=tuple(_windows(settings, codec, windows_of or lane, brief.desk)),
        responses=_responses(settings, brief),
        takedowns=read_takedowns(settings, codec),
    )


def _briefs(settings: BrokerSettings, codec: Codec, lane: Lane, brief_ids: Iterable[str]) -> dict[str, Brief]:
    wanted = {brief_id.encode(): brief_id for brief_id in brief_ids}
    values: dict[str, Received] = {}
    for each in read_range(settings, lane.topic(BRIEFS)):
        brief_id = wanted.get(each.key or b"")
        if brief_id is not None and each.value is not None:
            values[brief_id] = each
        elif brief_id is not None:
            values.pop(brief_id, None)
    return {brief.brief_id: brief for _, brief in decoded(values.values(), codec, Brief)}


def _assignment(settings: BrokerSettings, codec: Codec, lane: Lane, brief: Brief) -> Assignment | None:
    for _, given in decoded(_of_story(settings, lane, ASSIGNMENTS, brief.story_id), codec, Assignment):
        if (given.story.revision, given.desk) == (brief.story_revision, brief.desk):
            return given
    return None


def _story(settings: BrokerSettings, codec: Codec, lane: Lane, brief: Brief) -> Story | None:
    for _, story in decoded(_of_story(settings, lane, STORIES, brief.story_id), codec, Story):
        if story.revision == brief.story_revision:
            return story
    return None


def _of_story(settings: BrokerSettings, lane: Lane, name: str, story_id: str) -> Iterator[Received]:
    """A story's records, in order; only its partition is read."""
    key, count = story_id.encode(), TOPICS[name].partitions
    others = dict.fromkeys(set(range(count)) - {partition_for(key, count)}, 0)
    for each in read_range(settings, lane.topic(name), end=others):
        if each.key == key and each.value is not None:
            yield each


def _windows(settings: BrokerSettings, codec: Codec, lane: Lane, desk: str) -> Iterator[Indicator]:
    """The desk's; their key is name+scope."""
    ending = f"+desk:{desk}".encode()
    of_all = read_range(settings, lane.topic(INDICATORS))
    came = (each for each in of_all if (each.key or b"").endswith(ending))
    yield from (window for _, window in decoded(came, codec, Indicator))


def _responses(settings: BrokerSettings, brief: Brief) -> frozenset[str]:
    wanted = {each.encode() for each in brief.provenance.request_hashes}
    if not wanted:
        return frozenset()
    kept = {each.key for each in read_range(settings, AGENTS_RESPONSES) if each.value is not None}
    return frozenset(each.decode() for each in wanted & kept)
