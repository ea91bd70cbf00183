"""Assignments to briefs on a real broker: none missing, one effect each, in order, whatever is killed."""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from agents.evaluate import recipe
from agents.extract import RECIPE
from desks import load_desks
from schemas.codec import Codec
from schemas.identity import brief_hash, brief_id
from schemas.records import (
    AgentEvent,
    AgentEventKind,
    Assignment,
    Brief,
    BriefStatus,
    DeadLetter,
    Indicator,
    StoryArticle,
)
from tests.integration.agents.running import Agents, articles_job, briefs, burning, until, write
from tests.support.newsdesk import DAY_ZERO, HOUR, assignment, story
from topics.admin import drop_lane_topics, ensure_topics
from topics.catalogue import AGENTS_AUDIT, ASSIGNMENTS, BRIEFS, DEAD_LETTERS, INDICATORS, TOPICS
from topics.lane import Lane
from topics.partitioning import partition_for
from topics.reading import end_offsets, read_range, reader_config
from topics.writing import Writer, transactional_config

STORIES, REVISIONS = 100, 5
DESKS = {desk.name: desk for desk in load_desks()}


def grown(n: int, revision: int) -> tuple[StoryArticle, ...]:
    """A story's members at a revision: one outlet more each time."""
    return tuple(burning(n, member, f"article-{n}-{member}") for member in range(revision))


def assigned(n: int, revision: int) -> Assignment:
    of = story(grown(n, revision), revision=revision, story_id=f"story-{n}")
    return assignment(of, desk="world" if n % 2 else "business", at=DAY_ZERO + HOUR + revision)


def all_assigned() -> list[Assignment]:
    """Half of the stories move at once and again and again, the others in turn."""
    half, revisions = STORIES // 2, range(1, REVISIONS + 1)
    at_once = [assigned(n, revision) for n in range(half) for revision in revisions]
    in_turn = [assigned(n, revision) for revision in revisions for n in range(half, STORIES)]
    return at_once + in_turn


def expected_id(of: Assignment) -> str:
    made_by = recipe(DESKS[of.desk], RECIPE)
    return brief_id(of.story_id, of.story.revision, of.desk, made_by)


def distinct(kafka: Any, codec: Codec, lane: Lane) -> set[str]:
    return {brief.brief_id for _, brief in briefs(kafka, codec, lane)}


def in_log(kafka: Any, lane: Lane) -> int:
    return sum(end_offsets(kafka.broker, lane.topic(BRIEFS)).values())


def lag(kafka: Any, lane: Lane) -> int:
    consumer = Consumer(reader_config(kafka.broker, lane.group("agents")))
    try:
        wanted = [TopicPartition(lane.topic(ASSIGNMENTS), p) for p in range(TOPICS[ASSIGNMENTS].partitions)]
        committed = {each.partition: max(0, each.offset) for each in consumer.committed(wanted, timeout=10)}
    except KafkaException:
        # A broker that has just started finds its coordinator first.
        committed = {}
    finally:
        consumer.close()
    return sum(
        end - committed.get(p, 0) for p, end in end_offsets(kafka.broker, lane.topic(ASSIGNMENTS)).items()
    )


@pytest.mark.timeout(600)
def test_killed_again_and_again_every_assignment_has_one_brief_in_order(
    kafka: Any, codec: Codec, lane: Lane, tmp_path: Path
) -> None:
    work = all_assigned()
    write(kafka, codec, lane, work)
    _killed_with_work_in_hand(kafka, lane, tmp_path)
    with articles_job(kafka, codec, lane):
        for enough in (len(work) // 4, len(work) // 2):
            with Agents(kafka, lane, tmp_path) as agents:
                until(lambda enough=enough: in_log(kafka, lane) >= enough, f"{enough} briefs")  # type: ignore[misc]
                agents.kill()
        with Agents(kafka, lane, tmp_path) as agents:
            until(lambda: lag(kafka, lane) == 0, "all assignments acknowledged")
            assert agents.stop() == 0
    found = briefs(kafka, codec, lane)
    assert {brief.brief_id for _, brief in found} == {expected_id(each) for each in work}
    _one_content_each(found)
    _chains(found)
    _accounted_for(kafka, codec, lane, {brief.brief_id for _, brief in found})


def _killed_with_work_in_hand(kafka: Any, lane: Lane, home: Path) -> None:
    """While no window is known to have closed, all that is taken stays in hand: none of it may be lost."""
    with Agents(kafka, lane, home, TIDEWIRE_AGENTS_COMMIT_INTERVAL_S="0.1") as agents:
        until(lambda: b"waiting for windows" in agents.log.read_bytes(), "work in hand")
        # Several times what a commit that should not come would need.
        time.sleep(2)
        agents.kill()
    assert in_log(kafka, lane) == 0


def _one_content_each(found: list[Any]) -> None:
    contents = defaultdict(set)
    for _, brief in found:
        contents[brief.brief_id].add(brief_hash(brief))
    assert {len(hashes) for hashes in contents.values()} == {1}


def _chains(found: list[Any]) -> None:
    """Each story's briefs first appear by revision, in its own partition, each superseding the one before."""
    by_story: dict[str, dict[int, Brief]] = defaultdict(dict)
    for received, brief in found:
        assert received.partition == partition_for(brief.story_id.encode(), TOPICS[BRIEFS].partitions)
        assert received.key == brief.brief_id.encode()
        by_story[brief.story_id].setdefault(brief.story_revision, brief)
    for revisions in by_story.values():
        assert list(revisions) == list(range(1, REVISIONS + 1))
        for revision, brief in revisions.items():
            before = revisions.get(revision - 1)
            assert brief.supersedes == ((before.brief_id,) if before else ())
            assert brief.change.startswith("First brief" if before is None else "1 more article")


def _accounted_for(kafka: Any, codec: Codec, lane: Lane, ids: set[str]) -> None:
    events = [
        codec.decode(r.value or b"", AgentEvent) for r in read_range(kafka.broker, lane.topic(AGENTS_AUDIT))
    ]
    published = {event.brief_id for event in events if event.kind is AgentEventKind.PUBLISH}
    assert published == ids
    assert len({event.event_id for event in events if event.kind is AgentEventKind.PUBLISH}) == len(ids)


def test_what_cannot_be_used_becomes_one_dead_letter_and_the_rest_goes_on(
    kafka: Any, codec: Codec, lane: Lane, tmp_path: Path
) -> None:
    topic, before = lane.topic(ASSIGNMENTS), end_offsets(kafka.broker, DEAD_LETTERS)
    foreign = Producer(kafka.broker.client())
    foreign.produce(topic, b"not avro", b"story-0", partition_for(b"story-0", TOPICS[ASSIGNMENTS].partitions))
    assert foreign.flush(10) == 0
    nowhere = assignment(story(grown(1, 1), story_id="story-1"), desk="gardening")
    warm = assignment(story(grown(2, 1), story_id="story-2"), warmup=True)
    write(kafka, codec, lane, [nowhere, warm, assigned(0, 1), assigned(3, 1)])
    with articles_job(kafka, codec, lane), Agents(kafka, lane, tmp_path) as agents:
        until(lambda: lag(kafka, lane) == 0, "all assignments acknowledged")
        assert agents.stop() == 0
    assert distinct(kafka, codec, lane) == {expected_id(assigned(0, 1)), expected_id(assigned(3, 1))}
    letters = [
        codec.decode(r.value or b"", DeadLetter) for r in read_range(kafka.broker, DEAD_LETTERS, start=before)
    ]
    own = [letter for letter in letters if letter.topic == topic]
    assert sorted((letter.stage, letter.error) for letter in own) == [("agents", "Unusable")] * 2
    assert {letter.value == b"not avro" for letter in own} == {True, False}
    assert any("gardening" in letter.reason for letter in own)
    for letter in own:
        assert letter.partition is not None
        assert letter.offset is not None


def test_uncommitted_assignments_are_not_seen(kafka: Any, codec: Codec, lane: Lane, tmp_path: Path) -> None:
    topic, given = lane.topic(ASSIGNMENTS), assigned(0, 1)
    aborted = Producer(transactional_config(kafka.broker, f"{lane.name}-test", 60_000))
    aborted.init_transactions(30)
    aborted.begin_transaction()
    lost = assigned(0, 2)
    aborted.produce(topic, codec.encode(lost), lost.story_id.encode())
    assert aborted.flush(10) == 0
    aborted.abort_transaction(30)
    write(kafka, codec, lane, [given])
    with articles_job(kafka, codec, lane), Agents(kafka, lane, tmp_path) as agents:
        until(lambda: in_log(kafka, lane) > 0, "a brief")
        assert agents.stop() == 0
    assert distinct(kafka, codec, lane) == {expected_id(given)}


def test_two_lanes_write_the_same_briefs_with_the_same_closed_windows(
    kafka: Any, codec: Codec, lane: Lane, tmp_path: Path
) -> None:
    other = Lane(f"{lane.name}-b")
    ensure_topics(kafka.broker, other)
    cutoff = DAY_ZERO + HOUR
    windows = {"TIDEWIRE_TIME_LATENESS_MS": "20000", "TIDEWIRE_TIME_WINDOW_SKEW_MS": "2000"}
    closed, open_ = cutoff - 900_000, cutoff
    work = [assigned(1, revision) for revision in (1, 2)]
    for each in (lane, other):
        writer = Writer(kafka.broker, codec)
        for end, value, revision in ((closed, 7.0, 0), (open_, 8.0, 0), (closed, 9.0, 1)):
            record = Indicator(
                name="volume.15m",
                scope="desk:world",
                window_start=end - 900_000,
                window_end=end,
                value=value,
                revision=revision,
            )
            writer.send(each.topic(INDICATORS), "volume.15m+desk:world", record)
        writer.flush()
        write(kafka, codec, each, work)
        with articles_job(kafka, codec, each), Agents(kafka, each, tmp_path, **windows) as agents:
            until(lambda each=each: lag(kafka, each) == 0, "all assignments acknowledged")  # type: ignore[misc]
            assert agents.stop() == 0
    contents = [sorted(brief_hash(b) for _, b in briefs(kafka, codec, each)) for each in (lane, other)]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 2
    for _, brief in briefs(kafka, codec, lane):
        assert [(i.name, i.window_end, i.value) for i in brief.indicators] == [("volume.15m", closed, 7.0)]
    drop_lane_topics(kafka.broker, other)


def test_a_stop_while_waiting_for_windows_publishes_nothing_and_the_next_start_does(
    kafka: Any, codec: Codec, lane: Lane, tmp_path: Path
) -> None:
    given = assigned(0, 1)
    write(kafka, codec, lane, [given])
    with Agents(kafka, lane, tmp_path) as agents:
        until(
            lambda: b"waiting for windows" in agents.log.read_bytes(), "the wait for a job that does not run"
        )
        assert agents.stop() == 0
    assert briefs(kafka, codec, lane) == []
    with articles_job(kafka, codec, lane), Agents(kafka, lane, tmp_path) as agents:
        until(lambda: lag(kafka, lane) == 0, "all assignments acknowledged")
    assert distinct(kafka, codec, lane) == {expected_id(given)}


def test_a_job_that_does_not_run_degrades_a_brief_after_the_patience(
    kafka: Any, codec: Codec, lane: Lane, tmp_path: Path
) -> None:
    write(kafka, codec, lane, [assigned(0, 1), assigned(0, 2), assigned(1, 1)])
    with Agents(kafka, lane, tmp_path, TIDEWIRE_AGENTS_INDICATORS_PATIENCE_S="2") as agents:
        until(lambda: lag(kafka, lane) == 0, "all assignments acknowledged")
        assert agents.stop() == 0
    found = [brief for _, brief in briefs(kafka, codec, lane)]
    assert {brief.status for brief in found} == {BriefStatus.DEGRADED}
    assert len(found) == 3
    assert all("indicators" in brief.gaps[0] for brief in found)
