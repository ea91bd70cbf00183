"""Real agents write the briefs of two lanes; these are compared, altered and made again from the log."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from agents.extract import ExtractiveWriter
from agents.settings import WindowSettings
from desks import Desk, load_desks
from replay.compare.briefs import Side
from replay.compare.comparison import compare
from replay.compare.matching import Fate
from replay.compare.outputs import read_log, read_outputs
from replay.rebuild.making import Maker, Rebuilt, rebuild
from replay.rebuild.reading import NoSuchBrief, gather
from schemas.codec import Codec
from schemas.records import (
    Article,
    Brief,
    EnrichedArticle,
    Kind,
    StoryArticle,
)
from schemas.registry import Registry
from tests.integration.agents.running import CHECKOUT, Agents, articles_job, briefs, until
from tests.support.newsdesk import DAY_ZERO, HOUR, assignment, port_strike, story
from topics.admin import drop_lane_topics, ensure_topics
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, ASSIGNMENTS, BRIEFS, STORIES
from topics.lane import Lane
from topics.reading import Received, read_places, read_range
from topics.writing import Writer

DESKS = {desk.name: desk for desk in load_desks()}
FIRST, SECOND = Lane("compared-a"), Lane("compared-b")


@dataclass
class Log:
    """The broker's log with both lanes in it."""

    kafka: Any
    codec: Codec

    def compared(self) -> Any:
        outputs = [read_outputs(self.kafka.broker, self.codec, lane) for lane in (FIRST, SECOND)]
        return compare(*outputs, read_log(self.kafka.broker, self.codec))

    def rebuilt(self, brief_id: str, desks: dict[str, Desk] | None = None) -> Rebuilt:
        evidence = gather(self.kafka.broker, self.codec, FIRST, brief_id)
        maker = Maker(self.codec, desks or DESKS, ExtractiveWriter(), WindowSettings())
        return asyncio.run(rebuild(evidence, maker))

    def briefs(self, lane: Lane = FIRST) -> dict[int, Brief]:
        """By revision of the story."""
        return {brief.story_revision: brief for _, brief in briefs(self.kafka, self.codec, lane)}

    def write(self, lane: Lane, name: str, key: str, record: Any, partition: int | None = None) -> None:
        writer = Writer(self.kafka.broker, self.codec)
        writer.send(lane.topic(name), key, record, partition)
        writer.flush()

    def tw(self, *arguments: str, status: int = 0) -> str:
        """The command line, on this log."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWIRE_")}
        done = subprocess.run(
            [str(Path(sys.executable).parent / "tidewire"), *arguments],
            cwd=CHECKOUT,
            env={**own, **self.kafka.stack.environment(), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def log(kafka: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Three outlets in the raw log, and what two lanes made of them: a story that grew, and its briefs."""
    made = Log(kafka, Codec(Registry(kafka.registry)))
    members = _logged(made)
    for lane in (FIRST, SECOND):
        ensure_topics(kafka.broker, lane)
        _gathered(made, lane, members)
        home = tmp_path_factory.mktemp(lane.name)
        with articles_job(kafka, made.codec, lane), Agents(kafka, lane, home) as agents:
            until(lambda lane=lane: set(made.briefs(lane)) == {2, 3}, "both briefs")  # type: ignore[misc]
            assert agents.stop() == 0
    yield made
    for lane in (FIRST, SECOND):
        drop_lane_topics(kafka.broker, lane)


def _logged(log: Log) -> list[StoryArticle]:
    """Writes what feeds said to the raw log; the members as a job would show them, places and all."""
    for shown in port_strike():
        said = Article(
            article_id=shown.article_id, observed_at=1, kind=Kind.ENTRY, version=shown.version,
            content_hash=shown.content_hash, publisher=shown.publisher, family=shown.family, url=shown.url,
            title=shown.title, text=shown.excerpt, language=shown.language, reliability=shown.reliability,
            published_at=DAY_ZERO, desk="world",
        )  # fmt: skip
        log.write(FIRST, ARTICLES_RAW, shown.article_id, said)
    places: dict[str, Received] = {}
    for each in read_range(log.kafka.broker, ARTICLES_RAW):
        places[(each.key or b"").decode()] = each
    return [
        replace(
            shown,
            published_at=DAY_ZERO,
            logged_at=places[shown.article_id].timestamp_ms,
            raw_partition=places[shown.article_id].partition,
            raw_offset=places[shown.article_id].offset,
        )
        for shown in port_strike()
    ]


def _gathered(log: Log, lane: Lane, members: list[StoryArticle]) -> None:
    """What the stories job would have written."""
    at = max(each.logged_at for each in members)
    for each in members:
        placed = EnrichedArticle(
            article_id=each.article_id, version=each.version, content_hash=each.content_hash,
            story_id="story", publisher=each.publisher, url=each.url, desk="world", published_at=DAY_ZERO,
            observed_at=1, logged_at=each.logged_at, raw_partition=each.raw_partition,
            raw_offset=each.raw_offset,
        )  # fmt: skip
        log.write(lane, ARTICLES_ENRICHED, each.article_id, placed)
    for revision in (1, 2, 3):
        moved = story(members[:revision], revision=revision, updated_at=at)
        log.write(lane, STORIES, "story", moved)
        if revision > 1:
            given = assignment(moved, at=at + revision, desk_hash=DESKS["world"].file_hash)
            log.write(lane, ASSIGNMENTS, "story", given)


def test_two_lanes_over_the_same_log_are_identical(log: Log, tmp_path: Path) -> None:
    found = log.compared()
    assert found.identical, found.differences
    assert found.counts["briefs"] == (2, 2)
    assert found.counts["articles"] == (3, 3)
    file = tmp_path / "page.html"
    said = json.loads(log.tw("replay", "compare", FIRST.name, SECOND.name, "--json", "--page", str(file)))
    assert said["identical"] is True
    assert said["hashes"][FIRST.name] == said["hashes"][SECOND.name] == dict(found.hashes[0])
    assert "identical" in file.read_text()
    assert found.hashes[0]["all"] in log.tw("replay", "compare", FIRST.name, SECOND.name)


def test_each_brief_is_made_again_from_its_provenance(log: Log) -> None:
    for brief in log.briefs().values():
        found = log.rebuilt(brief.brief_id)
        assert found.identical, (found.missing, found.differences)
    said = json.loads(log.tw("rebuild", brief.brief_id, "--lane", FIRST.name, "--json"))
    assert (said["identical"], said["missing"]) == (True, [])
    assert said["hash"] == said["again"]


def test_an_unknown_brief_is_said_to_be_unknown(log: Log) -> None:
    with pytest.raises(NoSuchBrief, match=r"No brief nowhere in compared-a\.briefs"):
        log.rebuilt("nowhere")


def test_a_changed_desk_file_is_named(log: Log) -> None:
    desks = {"world": DESKS["world"].model_copy(update={"file_hash": "0" * 64})}
    (missing,) = log.rebuilt(log.briefs()[3].brief_id, desks).missing
    assert "the file of desk world is 0000000000000000" in missing


def test_without_the_assignment_the_story_s_own_record_serves(log: Log) -> None:
    _forget(log, FIRST.topic(ASSIGNMENTS))
    brief = log.briefs()[3]
    evidence = gather(log.kafka.broker, log.codec, FIRST, brief.brief_id)
    assert evidence.given_by == STORIES
    assert log.rebuilt(brief.brief_id).identical
    _forget(log, FIRST.topic(STORIES))
    (missing,) = log.rebuilt(brief.brief_id).missing
    assert missing.startswith("story story revision 3 is not retained")


def test_what_a_lane_s_topics_no_longer_hold_is_an_allowed_difference(log: Log) -> None:
    # The test before took the beginning of two topics away; one record more, so that they begin again.
    at = max(each.updated_at for each in read_outputs(log.kafka.broker, log.codec, SECOND).stories) + 1
    closed = story((), revision=4, updated_at=at)
    for lane in (FIRST, SECOND):
        log.write(lane, STORIES, "story", closed)
        log.write(lane, ASSIGNMENTS, "story", assignment(closed, at=at + 10, desk="business"))
    found = log.compared()
    assert found.differences == ()
    assert {name.value: [each.kind for each in some] for name, some in found.allowed.items() if some} == {
        "retention": ["stories", "assignments"]
    }
    assert (found.identical, found.verdict) == (False, "equal but for allowed differences")


def test_an_altered_lane_shows_its_difference(log: Log) -> None:
    (received, brief) = next(b for b in briefs(log.kafka, log.codec, SECOND) if b[1].story_revision == 3)
    altered = replace(brief, statements=brief.statements[1:])
    log.write(SECOND, BRIEFS, brief.brief_id, altered, received.partition)
    found = log.compared()
    assert [each.kind for each in found.differences] == ["briefs"]
    (line,) = [line for line in found.briefs[0].lines if line.side is not Side.BOTH]
    assert line.side is Side.FIRST
    assert line.text == brief.statements[0].text
    said = log.tw("replay", "compare", FIRST.name, SECOND.name, status=1)
    assert "different" in said
    split = EnrichedArticle(
        article_id="article-meridian", story_id="another", published_at=DAY_ZERO, observed_at=1,
        logged_at=DAY_ZERO + HOUR,
    )  # fmt: skip
    log.write(SECOND, ARTICLES_ENRICHED, split.article_id, split)
    assert log.compared().fates[Fate.SPLIT] == 1


def test_a_raw_record_that_retention_has_taken_is_named_by_its_place(log: Log) -> None:
    source = log.briefs()[3].provenance.sources[0]
    place = (source.raw_partition, source.raw_offset)
    assert place in read_places(log.kafka.broker, ARTICLES_RAW, [place, (place[0], 10**9)])
    _forget(log, ARTICLES_RAW, {source.raw_partition: source.raw_offset + 1})
    assert read_places(log.kafka.broker, ARTICLES_RAW, [place]) == {}
    missing = log.rebuilt(log.briefs()[3].brief_id).missing
    assert any(
        f"articles.raw-{place[0]}@{place[1]} (article {source.article_id}) is overtaken by retention" in each
        for each in missing
    )


def _forget(log: Log, topic: str, before: dict[int, int] | None = None) -> None:
    """As retention does: takes away all records, or those of partitions before an offset."""
    ends = before or dict.fromkeys(range(6), -1)
    asked = [TopicPartition(topic, partition, offset) for partition, offset in ends.items()]
    # A client of its own name: one that is collected answers no more.
    admin = AdminClient(dict(log.kafka.broker.client()))
    for future in admin.delete_records(asked).values():
        future.result(60)
