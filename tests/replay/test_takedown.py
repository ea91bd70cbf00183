"""A source is taken down, and the cluster dies at that moment: everything forgets it, and no replay brings it
back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from reader.client import ReaderProblem
from replay.compare.outputs import last_tick
from schemas.identity import content_hash
from schemas.records import Article, Brief, EnrichedArticle, Kind, Record, Story, StoryChange, UniqueArticle
from schemas.takedown import Named, Takedown
from tests.e2e.homes import wait_until
from tests.integration.flink_jobs import expected
from tests.replay.newsroom import Newsroom, opened
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_RAW,
    ARTICLES_UNIQUE,
    ASSIGNMENTS,
    BRIEFS,
    STORIES,
    TOPICS,
)
from topics.decoding import latest
from topics.lane import LIVE, Lane
from topics.reading import read_range
from topics.writing import Writer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]

WHY = "court order 4711"
AGAIN = Lane("again")
PUBLISHER = "plain.test"


@dataclass
class Told:
    """``gone`` was taken down, an article on which ``before``, a brief, rested, and ``story``, which held
    others too; ``said`` is what the command said, and the replay."""

    room: Newsroom
    gone: EnrichedArticle
    story: str
    before: Brief
    said: str
    replayed: str

    def written(self, topic: str, lane: Lane = LIVE) -> list[Any]:
        return written(self.room, topic, lane)


def written(room: Newsroom, topic: str, lane: Lane = LIVE) -> list[Any]:
    kind: type[Record] = TOPICS[topic].record
    return [
        room.codec.decode(each.value, kind)
        for each in read_range(room.broker, lane.topic(topic))
        if each.value
    ]


def chosen(room: Newsroom) -> tuple[EnrichedArticle, str, Brief]:
    """The first article that a brief quotes, of a story with others by other publishers."""
    last = {each.story_id: each for each in written(room, STORIES)}
    articles = {each.article_id: each for each in written(room, ARTICLES_ENRICHED)}
    latest = {(each.story_id, each.desk): each for each in written(room, BRIEFS)}
    for brief in latest.values():
        story: Story = last[brief.story_id]
        kept = [each for each in story.articles if each.publisher != PUBLISHER]
        cited = {c.article_id for each in brief.statements for c in each.citations}
        gone = [each for each in kept if each.article_id in cited]
        if gone and len(kept) > 2 and story.change is not StoryChange.CLOSED:
            return articles[gone[0].article_id], story.story_id, brief
    raise AssertionError("no brief of a story with several articles")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with opened(tmp_path_factory.mktemp("takedown")) as room:
        room.feed.send(120)
        room.settled()
        gone, story, before = chosen(room)
        said = room.tw("takedown", "article", gone.article_id, "--reason", WHY, "--yes").stdout
        room.kill("taskmanager")
        room.tw("takedown", "publisher", PUBLISHER, "--reason", WHY, "--yes")
        wait_until(lambda: len(room.active_jobs(LIVE)) == 2, "both jobs to run again")
        resent(room, gone)
        room.feed.send(40)
        room.settled()
        replayed = room.replay(AGAIN.name)
        yield Told(room, gone, story, before, said, replayed)


def resent(room: Newsroom, gone: EnrichedArticle) -> None:
    """The feed that showed it goes on, and changes it."""
    text = f"{gone.text} It goes on."
    entry = Article(
        kind=Kind.ENTRY,
        article_id=gone.article_id,
        version=gone.version + 5,
        content_hash=content_hash(text),
        feed_id=gone.feed_id,
        publisher=gone.publisher,
        family=gone.family,
        url=gone.url,
        title=gone.title,
        text=text,
        language=gone.language,
        observed_at=gone.observed_at,
    )
    writer = Writer(room.broker, room.codec)
    writer.send(ARTICLES_RAW, entry.article_id, entry)
    writer.flush()


def is_gone(told: Told, article: Named) -> bool:
    """Sightings of its page are, too."""
    said = (Takedown(article_id=told.gone.article_id), Takedown(publisher=PUBLISHER))
    return any(each.covers(article) for each in said)


def test_the_command_says_what_falls_under_it(told: Told) -> None:
    assert f"1 article\n    {told.gone.article_id}  {told.gone.title}" in told.said
    assert told.story in told.said
    assert told.before.brief_id in told.said
    assert f"article/{told.gone.article_id} is taken down" in told.said
    listed = json.loads(told.room.tw("takedown", "list", "--json").stdout)
    assert {(each["kind"], each["what"], each["reason"]) for each in listed} == {
        ("article", told.gone.article_id, WHY),
        ("publisher", PUBLISHER, WHY),
    }
    again = told.room.tw("takedown", "publisher", PUBLISHER, "--reason", WHY, "--yes", status=1)
    assert "taken down already" in again.stderr


def test_the_log_holds_it_once_in_the_article_s_partition_and_in_all_for_a_publisher(told: Told) -> None:
    found = [
        (each.article_id, each.publisher) for each in told.written(ARTICLES_RAW) if each.kind is Kind.TAKEDOWN
    ]
    assert sorted(found) == sorted([(told.gone.article_id, ""), *[("", PUBLISHER)] * 6])


def test_its_story_is_revised_without_it_and_desks_are_told(told: Told) -> None:
    revisions = [each for each in told.written(STORIES) if each.story_id == told.story]
    assert [each.revision for each in revisions] == list(range(1, len(revisions) + 1))
    without = [told.gone.article_id not in {a.article_id for a in each.articles} for each in revisions]
    first = max(n for n, gone in enumerate(without) if not gone) + 1
    assert revisions[first].change is StoryChange.REVISED
    assert revisions[first].article_count < revisions[first - 1].article_count
    reasons = {each.desk: each for each in told.written(ASSIGNMENTS) if each.reason == f"taken down: {WHY}"}
    assert told.before.desk in {
        each.desk for each in told.written(ASSIGNMENTS)
        if (each.story_id, each.reason) == (told.story, f"taken down: {WHY}")
    }  # fmt: skip
    assert all(each.materiality == 1.0 for each in reasons.values())
    last = {each.story_id: each for each in told.written(STORIES)}
    for story in last.values():
        if story.change is not StoryChange.CLOSED or not story.articles:
            assert not any(is_gone(told, each) for each in story.articles)


def test_nothing_of_it_joins_a_story_again(told: Told) -> None:
    """Its feeds go on showing it, and its publisher others."""
    raw = [each for each in told.written(ARTICLES_RAW) if each.kind is not Kind.TICK]
    said = max(n for n, each in enumerate(raw) if each.kind is Kind.TAKEDOWN)
    assert any(is_gone(told, each) for each in raw[said + 1 :])
    refused = {
        (e.article_id, e.version) for e in raw if e.article_id == told.gone.article_id and e.version > 5
    }
    assert refused
    assert not refused & {(each.article_id, each.version) for each in told.written(ARTICLES_ENRICHED)}


@pytest.mark.parametrize("topic", [ARTICLES_ENRICHED, STORIES, ASSIGNMENTS])
def test_both_lanes_made_exactly_what_the_rules_make_of_the_log(told: Told, topic: str) -> None:
    room = told.room
    end_at = last_tick(room.broker, room.codec) - 1
    raw = expected.read_raw(room.broker, room.codec, end_at)
    unique = expected.unique(raw, room.times)
    said = expected.takedowns(raw, room.times)
    assert len(said) == 7
    live = expected.stories(unique, room.stories, end_at, takedowns=said)
    kept = [each for each in unique if not is_gone(told, each)]
    again = expected.stories(kept, room.stories, end_at)
    for lane, predicted in ((LIVE, live), (AGAIN, again)):
        wanted = Counter(each for each in predicted if isinstance(each, TOPICS[topic].record))
        found = Counter(each for each in told.written(topic, lane) if logged(each) <= end_at)
        assert found == wanted, lane


def logged(record: Any) -> int:
    names = ("assigned_at", "updated_at", "logged_at")
    return next(int(getattr(record, name)) for name in names if hasattr(record, name))


def test_the_brief_is_superseded_and_says_why(told: Told) -> None:
    (after,) = [each for each in told.written(BRIEFS) if told.before.brief_id in each.supersedes]
    assert f"A source was taken down: {WHY}." in after.change
    cited = {c.article_id for each in after.statements for c in each.citations}
    assert told.gone.article_id not in cited
    latest = {(each.story_id, each.desk): each for each in told.written(BRIEFS)}
    for brief in latest.values():
        assert not any(is_gone(told, each) for each in brief.provenance.sources)


@pytest.mark.parametrize("lane", [LIVE, AGAIN], ids=lambda lane: lane.name)
def test_readers_do_not_find_it(told: Told, lane: Lane) -> None:
    reader = told.room.reader
    with pytest.raises(ReaderProblem) as missing:
        reader.get(f"/api/articles/{told.gone.article_id}", {"lane": lane.name})
    assert missing.value.status == 404
    everything: dict[str, str | int | None] = {"lane": lane.name, "superseded": "true", "limit": 50}
    for question in (told.gone.title, PUBLISHER):
        for each in reader.get("/api/search", {**everything, "q": question})["results"]:
            assert each["id"] != told.gone.article_id
            assert PUBLISHER not in each["outlets"]
    for story in reader.get("/api/stories", {"lane": lane.name, "limit": 100})["stories"]:
        assert PUBLISHER not in story["outlets"]


def test_the_old_brief_is_withheld_and_named_by_the_new_one(told: Told) -> None:
    shown = told.room.reader.get(f"/api/briefs/{told.before.brief_id}")
    assert (shown["status"], shown["statements"], len(shown["superseded_by"])) == ("WITHHELD", [], 1)
    done = told.room.tw("rebuild", told.before.brief_id, status=1).stdout
    assert f"was taken down ({WHY}): the brief may not be made again" in done
    assert told.before.headline not in done


def test_a_replay_from_the_beginning_never_has_it(told: Told) -> None:
    assert "2 takedowns honoured" in told.replayed
    for topic in (ARTICLES_ENRICHED, ARTICLES_UNIQUE):
        found: list[EnrichedArticle | UniqueArticle] = told.written(topic, AGAIN)
        assert found
        assert not any(is_gone(told, each) for each in found)
    for brief in told.written(BRIEFS, AGAIN):
        assert not any(is_gone(told, each) for each in brief.provenance.sources)


def test_the_comparison_names_takedowns_and_nothing_else(told: Told) -> None:
    said = json.loads(told.room.tw("replay", "compare", "live", AGAIN.name, "--json").stdout)
    assert said["verdict"] == "equal but for allowed differences"
    assert {name for name, some in said["allowed"].items() if some} == {"takedowns"}


def test_briefs_on_it_can_be_dropped_from_the_log(told: Told) -> None:
    """Last, for the log is another one then."""
    room = told.room

    def kept() -> dict[str, Brief]:
        return latest(room.broker, room.codec, BRIEFS, Brief)

    before = kept()
    assert told.before.brief_id in before
    said = room.tw("takedown", "purge").stdout
    after = kept()
    gone = before.keys() - after.keys()
    assert told.before.brief_id in gone
    assert f"{BRIEFS}: {len(gone)} dropped" in said
    assert f"{AGAIN.topic(BRIEFS)}: 0 dropped" in said
    for brief_id in gone:
        assert any(is_gone(told, s) for s in before[brief_id].provenance.sources)
