"""Reading, writing and consuming on a real broker."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.codec import Codec
from schemas.records import Article, Brief, DeadLetter, FeedSpec, Kind, Record, Story
from schemas.registry import Registry
from topics.admin import drop_lane_topics, ensure_topics, lanes
from topics.answering import answers
from topics.catalogue import ARTICLES_RAW, BRIEFS, DEAD_LETTERS, FEEDS_CATALOG, STORIES
from topics.consuming import Effect, consume
from topics.decoding import latest
from topics.edges import edges
from topics.guard import Flood
from topics.lane import LIVE, Lane
from topics.partitioning import partition_for
from topics.reading import ReadFailed, end_offsets, offset_ranges, read_range
from topics.writing import Writer, transactional_config

pytestmark = pytest.mark.integration


@pytest.fixture
def codec(kafka: Any) -> Codec:
    return Codec(Registry(kafka.registry))


@pytest.fixture
def lane(kafka: Any, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A lane of the test's own, so that tests do not read each other's records."""
    number = partition_for(request.node.name.encode(), 1_000_000)
    made = Lane(f"log-{number}")
    ensure_topics(kafka.broker, made)
    yield made
    drop_lane_topics(kafka.broker, made)


def story(n: int) -> Story:
    return Story(story_id=f"story-{n}", revision=n, opened_at=n, updated_at=n)


def test_what_was_written_is_read_back_in_order_and_where_its_key_belongs(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    writer = Writer(kafka.broker, codec)
    for n in range(300):
        writer.send(lane.topic(STORIES), f"story-{n % 20}", story(n))
    writer.flush()
    read = [
        (each, codec.decode(each.value or b"", Story))
        for each in read_range(kafka.broker, lane.topic(STORIES))
    ]
    assert sorted(found.revision for _, found in read) == list(range(300))
    for each, _ in read:
        assert each.partition == partition_for(each.key or b"", 6)
    for partition in range(6):
        revisions = [found.revision for each, found in read if each.partition == partition]
        assert revisions == sorted(revisions)


def test_a_range_begins_and_ends_where_asked(kafka: Any, codec: Codec, lane: Lane) -> None:
    writer = Writer(kafka.broker, codec)
    for n in range(10):
        writer.send(lane.topic(STORIES), "k", story(n), partition=2)
    writer.flush()
    read = read_range(kafka.broker, lane.topic(STORIES), start={2: 3}, end={2: 7})
    assert [each.offset for each in read] == [3, 4, 5, 6]
    assert end_offsets(kafka.broker, lane.topic(STORIES))[2] == 10
    assert offset_ranges(kafka.broker, lane.topic(STORIES))[2] == (0, 10)
    assert answers(kafka.broker)


def test_aborted_records_are_never_read_and_the_end_is_still_reached(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    producer = Producer(transactional_config(kafka.broker, f"abort-{lane.name}", 10_000))
    producer.init_transactions()
    for commit in (True, False, True, False):
        producer.begin_transaction()
        for n in range(5):
            producer.produce(lane.topic(STORIES), codec.encode(story(n + 10 * commit)), b"k")
        producer.flush()
        if commit:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    revisions = [
        codec.decode(each.value or b"", Story).revision
        for each in read_range(kafka.broker, lane.topic(STORIES))
    ]
    assert revisions == [10, 11, 12, 13, 14] * 2


def test_edges_are_the_first_record_and_a_late_one_of_what_holds_something(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    writer = Writer(kafka.broker, codec)
    for n in range(40):
        writer.send(lane.topic(STORIES), "k", story(n), partition=2)
    brief = Brief(brief_id="b", story_id="s", information_cutoff=1, generated_at=1)
    writer.send(lane.topic(BRIEFS), "k", brief, partition=4)
    writer.flush()
    found = [
        (each.topic, each.partition, each.offset)
        for each in edges(kafka.broker, [lane.topic(STORIES), lane.topic(BRIEFS)])
    ]
    assert (lane.topic(STORIES), 2, 0) in found
    assert max(offset for topic, _, offset in found if topic == lane.topic(STORIES)) >= 24
    assert found.count((lane.topic(BRIEFS), 4, 0)) == 2
    assert len(found) == 4


def test_edges_of_a_topic_that_is_not_there_are_refused(kafka: Any) -> None:
    with pytest.raises(ReadFailed, match=r"no topic nowhere\.stories"):
        list(edges(kafka.broker, ["nowhere.stories"]))


def test_the_raw_log_is_stamped_by_the_broker(kafka: Any, codec: Codec) -> None:
    marker = "stamped-by-the-broker"
    producer = Producer(dict(kafka.broker.client()))
    producer.produce(
        ARTICLES_RAW, codec.encode(Article(kind=Kind.ENTRY, article_id=marker, observed_at=1)), timestamp=1000
    )
    assert producer.flush(10) == 0
    (found,) = [
        each
        for each in read_range(kafka.broker, ARTICLES_RAW)
        if codec.decode(each.value or b"", Article).article_id == marker
    ]
    assert found.timestamp_ms > 1_600_000_000_000


def test_latest_is_the_last_of_each_key_and_forgets_what_was_withdrawn(kafka: Any, codec: Codec) -> None:
    writer = Writer(kafka.broker, codec)
    for title in ("first", "second"):
        for key in ("latest-a", "latest-b"):
            writer.send(FEEDS_CATALOG, key, FeedSpec(feed_id=key, title=title))
    writer.flush()
    producer = Producer({**kafka.broker.client(), "partitioner": "murmur2_random"})
    producer.produce(FEEDS_CATALOG, None, b"latest-b")
    assert producer.flush(10) == 0
    view = latest(kafka.broker, codec, FEEDS_CATALOG, FeedSpec)
    assert view["latest-a"].title == "second"
    assert "latest-b" not in view


class Taken:
    """A handler that keeps what it was handed and stops the loop when it has ``wanted``."""

    def __init__(self, wanted: int, away: bool = False, refused: tuple[int, ...] = ()) -> None:
        self.wanted, self.away, self.refused = wanted, away, refused
        self.records: list[Record] = []
        self.stop = threading.Event()

    def __call__(self, batch: Any) -> None:
        if self.away:
            raise RuntimeError("the view took nothing")
        for _, record in batch:
            if record.revision in self.refused:
                raise ValueError(f"revision {record.revision} is refused")
        self.records += [record for _, record in batch]
        if len(self.records) >= self.wanted:
            self.stop.set()

    def well(self) -> None:
        if self.away:
            raise ConnectionError("the view is away")


def run(kafka: Any, codec: Codec, lane: Lane, handler: Taken, group: str = "test") -> None:
    consume(
        kafka.broker,
        codec,
        lane.group(group),
        {lane.topic(STORIES): Story, lane.topic(BRIEFS): Brief},
        Effect("test", lane, handler, handler.well),
        handler.stop,
    )


def test_foreign_bytes_become_one_dead_letter_and_the_rest_is_handled(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    writer = Writer(kafka.broker, codec)
    writer.send(lane.topic(STORIES), "k", story(1), partition=0)
    writer.flush()
    foreign = Producer(dict(kafka.broker.client()))
    foreign.produce(lane.topic(STORIES), b"not avro", b"k", partition=0)
    assert foreign.flush(10) == 0
    writer.send(lane.topic(STORIES), "k", story(2), partition=0)
    writer.flush()
    handler = Taken(2)
    run(kafka, codec, lane, handler)
    assert [record.revision for record in handler.records if isinstance(record, Story)] == [1, 2]
    letters = [
        letter
        for each in read_range(kafka.broker, DEAD_LETTERS)
        for letter in (codec.decode(each.value or b"", DeadLetter),)
        if letter.topic == lane.topic(STORIES)
    ]
    assert [(letter.partition, letter.offset, letter.value) for letter in letters] == [(0, 1, b"not avro")]
    assert letters[0].reason


def test_a_failed_batch_is_not_committed_and_comes_again(kafka: Any, codec: Codec, lane: Lane) -> None:
    writer = Writer(kafka.broker, codec)
    for n in range(4):
        writer.send(lane.topic(STORIES), "k", story(n))
    writer.flush()
    with pytest.raises(ConnectionError, match="away"):
        run(kafka, codec, lane, Taken(4, away=True))
    again = Taken(4)
    run(kafka, codec, lane, again)
    assert len(again.records) == 4
    assert letters(kafka, codec, lane) == []


def test_what_an_effect_refuses_is_put_aside_once_however_often_the_log_is_read(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    writer = Writer(kafka.broker, codec)
    for n in range(9):
        writer.send(lane.topic(STORIES), "k", story(n), partition=0)
    writer.flush()
    foreign = Producer(dict(kafka.broker.client()))
    foreign.produce(lane.topic(BRIEFS), b"\xff" * 100_000, b"\xff\xfe" * 5_000, partition=3)
    assert foreign.flush(10) == 0
    for group in ("test", "test", "another-view"):
        handler = Taken(7, refused=(2, 8))
        if group == "test" and letters(kafka, codec, lane):
            writer.send(lane.topic(STORIES), "k", story(10), partition=0)
            writer.flush()
            handler = Taken(1)
        run(kafka, codec, lane, handler, group)
    found = letters(kafka, codec, lane)
    assert [(each.topic, each.offset, each.error, each.whole) for each in found] == [
        (lane.topic(BRIEFS), 0, "Undecodable", False),
        (lane.topic(STORIES), 2, "ValueError", True),
        (lane.topic(STORIES), 8, "ValueError", True),
    ]
    assert {(each.stage, each.lane) for each in found} == {("test", lane.name)}
    assert {each.story_id for each in found} == {"", "story-2", "story-8"}


def test_a_flood_stops_instead_of_emptying_the_log_into_the_dead_letters(
    kafka: Any, codec: Codec, lane: Lane
) -> None:
    foreign = Producer(dict(kafka.broker.client()))
    for _ in range(300):
        foreign.produce(lane.topic(STORIES), b"not avro", b"k", partition=0)
    assert foreign.flush(10) == 0
    with pytest.raises(Flood, match="test: 100 of the last 100 records failed"):
        run(kafka, codec, lane, Taken(1))
    # The first batches may be small, and have their letters; no more than the limit have one.
    assert len(letters(kafka, codec, lane)) < 100


def letters(kafka: Any, codec: Codec, lane: Lane) -> list[DeadLetter]:
    found = [codec.decode(each.value or b"", DeadLetter) for each in read_range(kafka.broker, DEAD_LETTERS)]
    return sorted(
        (each for each in found if each.source.startswith(lane.prefix)),
        key=lambda each: (each.topic or "", each.offset or 0),
    )


def test_making_topics_again_makes_none_and_dropping_a_lane_leaves_the_rest(kafka: Any, lane: Lane) -> None:
    assert ensure_topics(kafka.broker, lane) == []
    other = Lane(f"{lane.name}-b")
    assert other.topic(STORIES) in ensure_topics(kafka.broker, other)
    assert lanes(kafka.broker)[0] == LIVE
    assert {lane, other} <= set(lanes(kafka.broker))
    dropped = drop_lane_topics(kafka.broker, other)
    assert other.topic(BRIEFS) in dropped
    assert ARTICLES_RAW not in dropped
    assert lane in lanes(kafka.broker)
    with pytest.raises(ValueError, match="live"):
        drop_lane_topics(kafka.broker, LIVE)
