"""Replays that differ from live, and exactly as they should: `make test-replay`.

One log in two halves, live jobs over all of it, and lanes over parts of it or with one thing changed.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import desks
from desks.loader import load_desks
from flink_jobs.rest import FlinkRest, until
from schemas.records import Article, Assignment, Brief, EnrichedArticle, Record, Story, UniqueArticle
from tests.e2e.homes import wait_until
from tests.integration.flink_jobs import expected
from tests.replay.newsroom import Newsroom, content, opened
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_RAW,
    ARTICLES_UNIQUE,
    ASSIGNMENTS,
    BRIEFS,
    STORIES,
    TOPICS,
)
from topics.lane import Lane
from topics.reading import end_offsets, read_range

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2_400)]

COUNT = 120
DESKS = Path(desks.__file__).parent


@dataclass
class Log:
    """A newsroom whose log is whole. ``middle``: by partition, where its second half begins."""

    room: Newsroom
    middle: dict[int, int]
    middle_at: int
    live: dict[str, str]
    end_at: int

    def written(self, lane: str, topic: str, within: bool = True) -> list[Record]:
        """Committed records; ``within``: only up to the end that lanes have."""
        kind = TOPICS[topic].record
        found = [
            self.room.codec.decode(each.value or b"", kind)
            for each in read_range(self.room.broker, Lane(lane).topic(topic))
        ]
        return [each for each in found if not within or logged(each) <= self.end_at]


def logged(record: Record) -> int:
    for name in ("assigned_at", "updated_at", "information_cutoff", "logged_at"):
        if hasattr(record, name):
            return int(getattr(record, name))
    raise AssertionError(record)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with opened(tmp_path_factory.mktemp("replays")) as room:
        room.feed.send(COUNT)
        time.sleep(1)
        middle = end_offsets(room.broker, ARTICLES_RAW)
        room.feed.send(COUNT)
        room.settled()
        end = {}
        at = min(each.timestamp_ms for each in read_range(room.broker, ARTICLES_RAW, middle))
        for each in read_range(room.broker, ARTICLES_RAW):
            if each.value and room.codec.decode(each.value, Article).article_id == "":
                end[each.partition] = each.timestamp_ms
        yield Log(room, middle, at, room.hashes(), min(end.values()) - 1)


@pytest.fixture(autouse=True)
def _dropped(log: Log) -> Iterator[None]:
    yield
    log.room.drop_all(log.live)


def places(offsets: dict[int, int]) -> str:
    return ",".join(f"{partition}={offset}" for partition, offset in offsets.items())


def test_from_the_middle_on_all_that_came_before_the_range_is_as_live(log: Log) -> None:
    """The window of stories is longer than this log: the warm-up lacks nothing."""
    said = log.room.replay("middle", "--from-offset", f"{ARTICLES_RAW}:{places(log.middle)}")
    assert f"{sum(log.middle.values())} records before the range" in said
    for topic in (ARTICLES_ENRICHED, STORIES, ASSIGNMENTS):
        range_of = [each for each in log.written("live", topic) if logged(each) >= log.middle_at]
        found = log.written("middle", topic)
        assert Counter(content(each) for each in found if not each.warmup) == Counter(  # type: ignore[attr-defined]
            content(each) for each in range_of
        ), topic
        assert {logged(each) < log.middle_at for each in found if each.warmup} == {True}  # type: ignore[attr-defined]
    unique = log.written("middle", ARTICLES_UNIQUE)
    assert Counter(map(content, unique)) == Counter(
        content(each) for each in log.written("live", ARTICLES_UNIQUE) if logged(each) >= log.middle_at
    )
    live, lane = log.room.outputs(), log.room.outputs(Lane("middle"))
    assert {each.brief_id for each in lane.briefs} == {
        each.brief_id for each in live.briefs if log.middle_at <= each.cutoff <= log.end_at
    }
    said = json.loads(log.room.tw("replay", "compare", "live", "middle", "--json").stdout)
    assert said["verdict"] == "equal but for allowed differences"
    assert {name for name, some in said["allowed"].items() if some} == {"warm-up"}


def test_without_a_warm_up_stories_begin_with_the_range(log: Log) -> None:
    log.room.replay("cold", "--from-time", str(log.middle_at), "--warm-up", "0")
    found = [each for each in log.written("cold", STORIES) if isinstance(each, Story)]
    assert found
    assert not any(each.warmup for each in found)
    assert min(each.opened_at for each in found) >= log.middle_at
    keys = Counter(
        (a.article_id, a.version, a.content_hash)
        for a in log.written("cold", ARTICLES_UNIQUE)
        if isinstance(a, UniqueArticle)
    )
    wanted = {
        (article.article_id, article.version, article.content_hash)
        for place, article in expected.read_raw(log.room.broker, log.room.codec, log.end_at).entries
        if place.timestamp_ms >= log.middle_at
    }
    assert keys == Counter(wanted)


def test_after_three_kills_it_is_still_what_live_made(log: Log) -> None:
    room = log.room
    # Reading takes minutes: all three come while it reads.
    limit = str(room.raw_bytes() / 50)
    command = room.command("replay", "start", "--lane", "hurt", "--yes", "--limit", limit)
    with subprocess.Popen(command, env=room.env, stdout=subprocess.PIPE, text=True) as asked:
        read = reads_on(log, "hurt", 0)
        asked.send_signal(signal.SIGKILL)
    room.kill("taskmanager")
    reads_on(log, "hurt", read)
    room.kill("jobmanager")
    rest = FlinkRest(room.settings.flink_url, identity=room.settings.keys.identity)
    until(rest.jobs, 180, "the JobManager to be back")
    assert "goes on as it was started" in room.replay("hurt", "--limit", "0")
    assert room.compared(Lane("hurt"), log.end_at).identical


def reads_on(log: Log, lane: str, before: int) -> int:
    """The percentage a lane's slowest job has read, once it is more than before; not all of it."""
    found: list[int] = []

    def more() -> bool:
        found.append(min(row(log, lane).get("percent", {"none": 0}).values()))
        return found[-1] > before

    wait_until(more, f"lane {lane} to read more than {before} %")
    assert found[-1] < 100, found
    return found[-1]


def row(log: Log, lane: str) -> dict[str, Any]:
    return log.room.listed().get(lane, {})


def test_a_feed_left_out_removes_its_articles_and_nothing_else(log: Log) -> None:
    raw = expected.read_raw(log.room.broker, log.room.codec, log.end_at)
    out = "harbour.test"
    assert any(article.feed_id == out for _, article in raw.entries)
    log.room.replay("without", "--without-feed", out)
    kept = expected.Raw(tuple((p, a) for p, a in raw.entries if a.feed_id != out), raw.end_at)
    unique = expected.unique(kept, log.room.times)
    assert Counter(log.written("without", ARTICLES_UNIQUE)) == Counter(unique)
    predicted = expected.stories(unique, log.room.stories, log.end_at)
    assert_stories(log, "without", predicted)
    cited = {
        citation.article_id
        for brief in log.room.outputs(Lane("without")).briefs
        for statement in brief.brief().statements
        for citation in statement.citations
    }
    assert cited
    assert cited <= {article.article_id for article in unique}


@pytest.mark.parametrize("source", [ARTICLES_RAW, ARTICLES_ENRICHED])
def test_a_raised_threshold_splits_exactly_the_predicted_stories(log: Log, source: str) -> None:
    raised = 0.97
    raw = expected.read_raw(log.room.broker, log.room.codec, log.end_at)
    unique = expected.unique(raw, log.room.times)
    settings = log.room.stories.model_copy(update={"threshold": raised})
    predicted = expected.stories(unique, settings, log.end_at)
    before = expected.stories(unique, log.room.stories, log.end_at)
    assert founded(predicted) > founded(before)
    log.room.replay("raised", "--from-offset", f"{source}:earliest", "--threshold", str(raised))
    assert_stories(log, "raised", predicted)
    assert log.room.differing("raised")["stories"]["split"] > 0


def test_since_the_first_source_of_a_brief_with_other_desks(log: Log, tmp_path: Path) -> None:
    """All desks but the busiest; what came before the range is read as a warm-up."""
    raw = expected.read_raw(log.room.broker, log.room.codec, log.end_at)
    logged_at = {(place.partition, place.offset): place.timestamp_ms for place, _ in raw.entries}

    def first_source(brief: Brief) -> int:
        return min(logged_at[each.raw_partition, each.raw_offset] for each in brief.provenance.sources)

    told = [each for each in log.written("live", BRIEFS) if isinstance(each, Brief)]
    brief = max((each for each in told if each.provenance.sources), key=first_source)
    begins_at = first_source(brief)
    ((busiest, _),) = Counter(each.desk for each in told).most_common(1)
    folder = tmp_path / "my-desks"
    shutil.copytree(DESKS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", f"{busiest}.yaml"))
    log.room.replay("since", "--from-brief", brief.brief_id, "--desks", str(folder))
    settings = log.room.stories.model_copy(update={"warmup_until_ms": begins_at})
    unique = expected.unique(raw, log.room.times)
    predicted = expected.stories(unique, settings, log.end_at, load_desks(folder))
    assert_stories(log, "since", predicted)
    given = {
        (each.story_id, each.story.revision, each.desk)
        for each in predicted
        if isinstance(each, Assignment) and not each.warmup
    }
    assert given
    assert busiest not in {desk for _, _, desk in given}
    assert {
        (each.story_id, each.revision, each.desk) for each in log.room.outputs(Lane("since")).briefs
    } == given


def founded(outputs: list[EnrichedArticle | Story | Assignment]) -> int:
    return len({each.story_id for each in outputs})


def assert_stories(log: Log, lane: str, predicted: list[EnrichedArticle | Story | Assignment]) -> None:
    for topic in (ARTICLES_ENRICHED, STORIES, ASSIGNMENTS):
        wanted = [each for each in predicted if isinstance(each, TOPICS[topic].record)]
        assert Counter(log.written(lane, topic, within=False)) == Counter(wanted), topic


def test_one_that_follows_catches_up_and_goes_on_with_live(log: Log) -> None:
    room, along = log.room, Lane("along")
    assert "lane along runs" in room.replay(along.name, "--follow")
    room.feed.send(20)
    room.settled(along)
    assert row(log, along.name)["state"] == "running"
    assert room.compared(along).identical
    # What came after the log that all others ran again.
    log.live = room.hashes()


def test_a_start_that_retention_has_overtaken_says_so_and_stops(log: Log, tmp_path: Path) -> None:
    from confluent_kafka import TopicPartition
    from confluent_kafka.admin import AdminClient

    room = log.room
    gone = 5
    admin = AdminClient(dict(room.broker.client()))
    for future in admin.delete_records([TopicPartition(ARTICLES_RAW, 0, gone)]).values():
        future.result()
    said = room.replay("late", "--from-offset", f"{ARTICLES_RAW}:0=1", status=1)
    assert f"{ARTICLES_RAW}-0@1 is gone; retention has overtaken it" in said
    assert "late" not in room.listed()
    whole = room.replay("rest")
    assert "RETENTION HAS TAKEN AWAY" in whole
    assert row(log, "rest")["state"] == "finished"
