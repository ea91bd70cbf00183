"""Both jobs on a real cluster that is hurt, stopped and run again beside itself.

One stack of its own goes through it all once: entries flow, the TaskManager is killed, the jobs are
stopped with savepoints and go on from them, and a second lane runs over the same raw log. Every
output is then compared, record by record, with what plain Python makes of the raw log.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from flink_jobs.bounds import latest_tick
from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import FlinkRest, until
from flink_jobs.runs import JOBS, Run
from flink_jobs.settings import ArticlesSettings, ClusterSettings, JobSettings, TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.submit import AlreadyRunning, Jobs, Started
from schemas.codec import Codec
from schemas.records import Assignment, EnrichedArticle, Indicator, Record, Story, UniqueArticle
from schemas.registry import Registry
from stack import contents
from stack.stack import Stack
from tests.conftest import stack_settings
from tests.integration.flink_jobs import expected
from tests.integration.flink_jobs.sample import Feed
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_LATE,
    ARTICLES_UNIQUE,
    ASSIGNMENTS,
    INDICATORS,
    STORIES,
    TOPICS,
)
from topics.lane import LIVE, Lane
from topics.partitioning import partition_for
from topics.reading import read_range

pytestmark = pytest.mark.timeout(1_500)

TIMES = TimeSettings(lateness_ms=20_000, window_skew_ms=2_000)
WINDOWS_S = (10, 30, 60)
SETTINGS = StoriesSettings(first_debounce_ms=500, debounce_ms=3_000)
CHECK = Lane("check")
OUTPUTS: dict[str, type[Record]] = {
    name: TOPICS[name].record
    for name in (ARTICLES_UNIQUE, ARTICLES_LATE, INDICATORS, ARTICLES_ENRICHED, STORIES, ASSIGNMENTS)
}


@dataclass
class Flow:
    """What was done, and the log that came of it."""

    stack: Stack
    jobs: Jobs
    first: list[Started]
    resumed: list[Started]
    savepoints: list[Path]
    bounds: Bounds

    @cached_property
    def codec(self) -> Codec:
        return Codec(Registry(contents.registry(self.stack.settings)))

    @cached_property
    def raw(self) -> expected.Raw:
        return expected.read_raw(contents.broker(self.stack.settings), self.codec, self.bounds.end_at)

    @cached_property
    def unique(self) -> list[UniqueArticle]:
        return expected.unique(self.raw, TIMES)

    @cached_property
    def stories(self) -> list[EnrichedArticle | Story | Assignment]:
        return expected.stories(self.unique, SETTINGS, self.bounds.end_at)

    @cached_property
    def wanted(self) -> dict[str, Counter[Record]]:
        """By topic."""
        return {
            ARTICLES_UNIQUE: Counter(self.unique),
            ARTICLES_LATE: Counter(article for article in self.unique if article.late),
            INDICATORS: Counter(expected.indicators(self.unique, TIMES, WINDOWS_S, self.bounds.end_at)),
            ARTICLES_ENRICHED: Counter(each for each in self.stories if isinstance(each, EnrichedArticle)),
            STORIES: Counter(each for each in self.stories if isinstance(each, Story)),
            ASSIGNMENTS: Counter(each for each in self.stories if isinstance(each, Assignment)),
        }

    def written(self, topic: str, lane: Lane = LIVE) -> list[Record]:
        broker = contents.broker(self.stack.settings)
        found = read_range(broker, lane.topic(topic))
        return [self.codec.decode(each.value or b"", OUTPUTS[topic]) for each in found]

    def await_all(self, topic: str) -> None:
        wanted = self.wanted[topic].total()
        until(lambda: len(self.written(topic)) >= wanted, 240, f"{wanted} records in {topic}")


def run_of(stack: Stack, lane: Lane = LIVE, bounds: Bounds | None = None) -> list[Run]:
    return [
        Run(
            job=job,
            lane=lane,
            bootstrap=stack.settings.bootstrap,
            registry_url=stack.settings.registry_url,
            bounds=bounds,
            times=TIMES,
            articles=ArticlesSettings(windows_s=WINDOWS_S),
            stories=SETTINGS,
            settings=JobSettings(home=stack.settings.home, checkpoint_interval_ms=1_000),
        )
        for job in JOBS
    ]


def kill_taskmanager(stack: Stack, rest: FlinkRest, names: list[str]) -> None:
    """kill -9, then until the jobs have completed a checkpoint of their own again."""
    before = stack.status().program("taskmanager")
    assert before.pid is not None
    done = {name: rest.checkpoints(active(rest, name)).latest_id or 0 for name in names}
    os.kill(before.pid, signal.SIGKILL)
    until(
        lambda: stack.status().program("taskmanager").restarts > before.restarts, 120, "another TaskManager"
    )
    for name in names:
        await_checkpoint(rest, name, done[name] + 1)


def await_checkpoint(rest: FlinkRest, name: str, after: int) -> None:
    def newer() -> bool:
        return (rest.checkpoints(active(rest, name)).latest_id or 0) > after

    until(newer, 240, f"a checkpoint of {name} after number {after}")


def active(rest: FlinkRest, name: str) -> str:
    return until(lambda: rest.active(name), 60, f"{name} to be known again").id


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flow]:
    stack = Stack(stack_settings(tmp_path_factory.mktemp("jobs")))
    try:
        stack.up()
        yield flowed(stack)
    finally:
        stack.down()


def flowed(stack: Stack) -> Flow:
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
    live = run_of(stack)
    feed = Feed(broker, codec, seed=7)
    feed.send(150)
    first = jobs.submit_all(live)
    feed.send(100)
    kill_taskmanager(stack, jobs.rest, [run.name for run in live])
    feed.send(100)
    savepoints = [jobs.stop(run) for run in live]
    feed.send(100)
    resumed = jobs.submit_all(live)
    feed.send(50)
    flow = Flow(stack, jobs, first, resumed, savepoints, latest_tick(broker, codec))
    for topic in OUTPUTS:
        flow.await_all(topic)
    bounded = run_of(stack, CHECK, flow.bounds)
    for run, started in zip(bounded, jobs.submit_all(bounded), strict=True):
        jobs.await_end(run, started)
    return flow


def test_sample_has_all_that_is_to_be_told_apart(flow: Flow) -> None:
    assert len(flow.raw.entries) == 500
    assert len({article.published_from for article in flow.unique}) == 3
    assert 0 < len(flow.wanted[ARTICLES_LATE]) < len(flow.unique) < 500
    assert len(flow.wanted[INDICATORS]) > 50
    assert {story.change.value for story in flow.wanted[STORIES]} >= {"NEW", "GREW", "REVISED"}  # type: ignore[attr-defined]
    assert len(flow.wanted[ASSIGNMENTS]) > 10
    assert [each for each in flow.wanted[ARTICLES_ENRICHED] if each.duplicate_of]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lane", [LIVE, CHECK], ids=lambda lane: lane.name)
@pytest.mark.parametrize("topic", OUTPUTS)
def test_output_is_what_plain_python_makes_of_the_raw_log(flow: Flow, lane: Lane, topic: str) -> None:
    assert Counter(flow.written(topic, lane)) == flow.wanted[topic]


def test_raw_is_unique_and_duplicates_and_late_ones_are_unique_too(flow: Flow) -> None:
    keys = Counter((a.article_id, a.version, a.content_hash) for _, a in flow.raw.entries)
    duplicates = sum(count - 1 for count in keys.values())
    unique = flow.written(ARTICLES_UNIQUE)
    assert len(flow.raw.entries) == len(unique) + duplicates
    assert Counter(flow.written(ARTICLES_LATE)) <= Counter(unique)


@pytest.mark.parametrize("lane", [LIVE, CHECK], ids=lambda lane: lane.name)
def test_each_story_moves_in_the_order_of_the_engine(flow: Flow, lane: Lane) -> None:
    """A topic has no order beyond its partitions, and a story has one partition."""
    for topic, record_type in ((STORIES, Story), (ASSIGNMENTS, Assignment)):
        wanted = [each for each in flow.stories if isinstance(each, record_type)]
        assert by_story(flow.written(topic, lane)) == by_story(wanted)


def by_story(records: Iterable[Record]) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = {}
    for record in records:
        assert isinstance(record, Story | Assignment)
        grouped.setdefault(record.story_id, []).append(record)
    return grouped


def test_records_are_where_their_key_belongs(flow: Flow) -> None:
    for topic in OUTPUTS:
        for each in read_range(contents.broker(flow.stack.settings), topic):
            assert each.key is not None
            assert each.partition == partition_for(each.key, TOPICS[topic].partitions)
            record = flow.codec.decode(each.value or b"", OUTPUTS[topic])
            assert each.key.decode() == key_of(topic, record)


def key_of(topic: str, record: Record) -> str:
    if isinstance(record, Indicator):
        return f"{record.name}+{record.scope}"
    return str(getattr(record, TOPICS[topic].key))


def test_jobs_went_on_from_their_own_savepoints(flow: Flow) -> None:
    assert [each.resumed_from for each in flow.first] == [None, None]
    assert [each.resumed_from for each in flow.resumed] == flow.savepoints


def test_running_job_is_refused_a_second_time(flow: Flow) -> None:
    with pytest.raises(AlreadyRunning, match="already RUNNING"):
        flow.jobs.submit(run_of(flow.stack)[0])


def test_no_transaction_was_lost(flow: Flow) -> None:
    assert [flow.jobs.rest.failed_committables(each.id) for each in flow.resumed] == [0, 0]


def test_operators_carry_their_names(flow: Flow) -> None:
    articles, stories = (flow.jobs.rest.operators(each.id) for each in flow.resumed)
    assert "deduplicate" in " ".join(articles)
    assert "window 10 s" in " ".join(articles)
    assert len([name for name in stories if name.startswith("Source: articles.raw")]) == 1
    assert [name for name in stories if "stories" in name and "assignments: Writer" in name]
    assert len(stories) == 3
