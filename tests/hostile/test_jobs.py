"""Bytes that are no article stand among good ones in the raw log, and both jobs go on.

On a stack of its own: foreign bytes before and after the jobs start, and around a kill -9 of the TaskManager,
then the log once more in another lane. Each of them becomes one dead letter in each lane, and what the jobs
make of the good ones is what plain Python makes of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from confluent_kafka import KafkaError, Message, Producer

from flink_jobs.bounds import latest_tick
from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import until
from flink_jobs.settings import ClusterSettings
from flink_jobs.submit import Jobs
from schemas.codec import Codec
from schemas.limits import DEAD_LETTER_BYTES, DEAD_LETTER_KEY_BYTES
from schemas.records import Assignment, DeadLetter, EnrichedArticle, Record, Story
from schemas.registry import Registry
from stack import contents
from stack.stack import Stack
from tests.conftest import stack_settings
from tests.hostile.foreign import foreign
from tests.integration.flink_jobs import expected
from tests.integration.flink_jobs.sample import Feed
from tests.integration.flink_jobs.test_jobs import (
    CHECK,
    OUTPUTS,
    SETTINGS,
    TIMES,
    WINDOWS_S,
    kill_taskmanager,
    run_of,
)
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_LATE,
    ARTICLES_RAW,
    ARTICLES_UNIQUE,
    ASSIGNMENTS,
    DEAD_LETTERS,
    INDICATORS,
    STORIES,
)
from topics.lane import LIVE, Lane
from topics.reading import read_range

pytestmark = pytest.mark.timeout(1_500)
KEYS = (b"a key", None, b"\xff\xfe no UTF-8", b"k" * 1_000_000)
Place = tuple[int, int]


@dataclass
class Hostile:
    """What was written that is no article, by its place in the log."""

    stack: Stack
    jobs: Jobs
    codec: Codec
    written: dict[Place, tuple[str, bytes | None, bytes | None]] = field(default_factory=dict)
    bounds: Bounds | None = None

    def write(self) -> None:
        """One of each kind, under each of the keys in turn."""
        broker = contents.broker(self.stack.settings)
        producer = Producer({**broker.client(), "message.max.bytes": 4 * 1024 * 1024})

        def noted(what: str, key: bytes | None, value: bytes | None) -> object:
            def delivered(error: KafkaError | None, message: Message) -> None:
                assert error is None, (what, error)
                self.written[message.partition() or 0, message.offset() or 0] = (what, key, value)

            return delivered

        for number, (what, value) in enumerate(foreign(self.codec)):
            key = KEYS[number % len(KEYS)]
            producer.produce(ARTICLES_RAW, value, key, number % 6, noted(what, key, value))
        assert producer.flush(60) == 0

    def dead(self, lane: Lane) -> list[DeadLetter]:
        broker = contents.broker(self.stack.settings)
        letters = [
            self.codec.decode(each.value or b"", DeadLetter) for each in read_range(broker, DEAD_LETTERS)
        ]
        return [each for each in letters if each.lane == ("" if lane.is_live else lane.name)]

    def records(self, topic: str, lane: Lane) -> Counter[Record]:
        found = read_range(contents.broker(self.stack.settings), lane.topic(topic))
        return Counter(self.codec.decode(each.value or b"", OUTPUTS[topic]) for each in found)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    stack = Stack(stack_settings(tmp_path_factory.mktemp("hostile")))
    try:
        stack.up()
        yield flowed(stack)
    finally:
        stack.down()


def flowed(stack: Stack) -> Hostile:
    settings = stack.settings
    broker = contents.broker(settings)
    codec = Codec(Registry(contents.registry(settings)))
    jobs = Jobs(
        ClusterSettings(
            url=settings.flink_url,
            identity=settings.keys.identity,
            variables=stack.flink_environment(),
            start_timeout_s=400,
        ),
        broker,
    )
    hostile = Hostile(stack, jobs, codec)
    live = run_of(stack)
    feed = Feed(broker, codec, seed=11)
    hostile.write()
    feed.send(60)
    jobs.submit_all(live)
    hostile.write()
    feed.send(60)
    kill_taskmanager(stack, jobs.rest, [run.name for run in live])
    hostile.write()
    feed.send(60)
    # The last thing in every partition but for the tick that ends it.
    hostile.write()
    feed.tick()
    hostile.bounds = latest_tick(broker, codec)
    until(lambda: len(hostile.dead(LIVE)) >= len(hostile.written), 240, "a dead letter of each")
    wanted = sum(isinstance(each, EnrichedArticle) for each in stories(hostile))
    until(lambda: hostile.records(ARTICLES_ENRICHED, LIVE).total() >= wanted, 240, f"{wanted} articles")
    bounded = run_of(stack, CHECK, hostile.bounds)
    for run, started in zip(bounded, jobs.submit_all(bounded), strict=True):
        jobs.await_end(run, started)
    return hostile


def raw(hostile: Hostile) -> expected.Raw:
    assert hostile.bounds is not None
    broker = contents.broker(hostile.stack.settings)
    return expected.read_raw(broker, hostile.codec, hostile.bounds.end_at, hostile.written)


def stories(hostile: Hostile) -> list[EnrichedArticle | Story | Assignment]:
    assert hostile.bounds is not None
    return expected.stories(expected.unique(raw(hostile), TIMES), SETTINGS, hostile.bounds.end_at)


def test_both_jobs_still_run_and_were_never_started_again_but_for_the_kill(hostile: Hostile) -> None:
    for run in run_of(hostile.stack):
        active = hostile.jobs.rest.active(run.name)
        assert active is not None
        assert active.state == "RUNNING"
        trace = hostile.jobs.rest.root_exception(active.id) or ""
        assert "tidewire.flink" not in trace


@pytest.mark.parametrize("lane", [LIVE, CHECK], ids=lambda lane: lane.name)
def test_each_is_one_dead_letter_with_its_place_and_bytes(hostile: Hostile, lane: Lane) -> None:
    letters = hostile.dead(lane)
    places = Counter((each.partition, each.offset) for each in letters)
    assert places == Counter(dict.fromkeys(hostile.written, 1))
    for each in letters:
        assert each.partition is not None
        assert each.offset is not None
        what, key, value = hostile.written[each.partition, each.offset]
        assert (each.topic, each.source, each.stage) == (ARTICLES_RAW, ARTICLES_RAW, "articles.decode"), what
        assert each.key == (None if key is None else key[:DEAD_LETTER_KEY_BYTES]), what
        assert each.value == (None if value is None else value[:DEAD_LETTER_BYTES]), what
        whole = value is not None and len(value) <= DEAD_LETTER_BYTES
        assert each.whole == (whole and len(key or b"") <= DEAD_LETTER_KEY_BYTES), what
        assert each.error == "Undecodable", what
        assert each.reason, what


def test_a_second_run_says_the_same(hostile: Hostile) -> None:
    assert Counter(hostile.dead(LIVE)) == Counter(replace(each, lane="") for each in hostile.dead(CHECK))


@pytest.mark.parametrize("lane", [LIVE, CHECK], ids=lambda lane: lane.name)
def test_what_is_made_of_the_good_ones_is_as_without(hostile: Hostile, lane: Lane) -> None:
    assert hostile.bounds is not None
    unique, moved = expected.unique(raw(hostile), TIMES), stories(hostile)
    wanted: dict[str, Counter[Record]] = {
        ARTICLES_UNIQUE: Counter(unique),
        ARTICLES_LATE: Counter(each for each in unique if each.late),
        INDICATORS: Counter(expected.indicators(unique, TIMES, WINDOWS_S, hostile.bounds.end_at)),
        ARTICLES_ENRICHED: Counter(each for each in moved if isinstance(each, EnrichedArticle)),
        STORIES: Counter(each for each in moved if isinstance(each, Story)),
        ASSIGNMENTS: Counter(each for each in moved if isinstance(each, Assignment)),
    }
    for topic, records in wanted.items():
        assert hostile.records(topic, lane) == records, topic


@pytest.mark.slow
def test_a_flood_of_foreign_bytes_ends_both_jobs_for_good_and_can_be_let_through(hostile: Hostile) -> None:
    before = len(hostile.dead(LIVE))
    producer = Producer(dict(contents.broker(hostile.stack.settings).client()))
    for number in range(1_200):
        producer.produce(ARTICLES_RAW, b"flood %d" % number, None, 0)
        producer.poll(0)
    assert producer.flush(60) == 0
    live = run_of(hostile.stack)
    names = {run.name for run in live}
    until(lambda: names <= {job.name for job, _ in hostile.jobs.failed()}, 240, "both jobs to end")
    reasons = {job.name: why for job, why in hostile.jobs.failed()}
    for run in live:
        assert "Flood: " in reasons[run.name]
        assert "no schema header" in reasons[run.name]
        assert "TIDEWIRE_FLOOD_FAILURES" in reasons[run.name]
    settings = live[0].settings.model_copy(update={"flood_failures": 1_000_000})
    hostile.jobs.submit_all([run.model_copy(update={"settings": settings}) for run in live])
    until(lambda: len(hostile.dead(LIVE)) >= before + 1_200, 240, "a dead letter of each")
    assert len(hostile.dead(LIVE)) == before + 1_200
