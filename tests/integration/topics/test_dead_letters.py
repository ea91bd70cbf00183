"""Dead letters on a real broker: listed, shown, and sent through again once."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from schemas.codec import Codec
from schemas.limits import DEAD_LETTER_BYTES
from schemas.records import Article, Brief, DeadLetter, FeedSpec, Kind, Record, Story
from schemas.registry import Registry
from tidewire.retrying import Outcome, Overtaken, retry
from topics.admin import drop_lane_topics, ensure_topics
from topics.catalogue import ARTICLES_RAW, BRIEFS, DEAD_LETTERS, FEEDS_CATALOG, STORIES
from topics.dead_letters import from_received, from_url
from topics.decoding import latest
from topics.lane import LIVE, Lane
from topics.letters import Letter, NoSuchLetter, letters, named, retries, sent_again
from topics.partitioning import partition_for
from topics.reading import Received, end_offsets, read_range
from topics.settings import BrokerSettings
from topics.writing import Writer

pytestmark = pytest.mark.integration

HELD = """
import sys, time
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from tidewire.retrying import retry
from topics.letters import named
from topics.settings import BrokerSettings

def hold():
    print("written", flush=True)
    time.sleep(600)

broker, codec = BrokerSettings(), Codec(Registry(RegistrySettings()))
retry(broker, codec, named(broker, codec, sys.argv[1:]), hold)
"""


@pytest.fixture
def codec(kafka: Any) -> Codec:
    return Codec(Registry(kafka.registry))


@pytest.fixture
def lane(kafka: Any, request: pytest.FixtureRequest) -> Iterator[Lane]:
    made = Lane(f"dead-{partition_for(request.node.name.encode(), 1_000_000)}")
    ensure_topics(kafka.broker, made)
    yield made
    drop_lane_topics(kafka.broker, made)


class Log:
    """The log of a test: what is written to it, and what fails in it."""

    def __init__(self, broker: BrokerSettings, codec: Codec, lane: Lane) -> None:
        self.broker, self.codec, self.lane = broker, codec, lane
        self.writer = Writer(broker, codec)

    def write(self, topic: str, key: str, record: Record) -> Received:
        start = end_offsets(self.broker, topic)
        self.writer.send(topic, key, record)
        self.writer.flush()
        (written,) = (each for each in read_range(self.broker, topic, start) if each.key == key.encode())
        return written

    def fail(self, received: Received, stage: str = "stories", lane: Lane = LIVE) -> Letter:
        return self.put(from_received(received, stage, KeyError("ı"), lane))

    def put(self, letter: DeadLetter) -> Letter:
        start = end_offsets(self.broker, DEAD_LETTERS)
        self.writer.send(DEAD_LETTERS, letter.source, letter)
        self.writer.flush()
        (each,) = (e for e in read_range(self.broker, DEAD_LETTERS, start) if e.key == letter.source.encode())
        return Letter(each.partition, each.offset, each.timestamp_ms, letter)

    def retry(self, *chosen: Letter) -> list[Outcome]:
        return retry(self.broker, self.codec, chosen)

    def of_article(self, article_id: str) -> list[tuple[Received, Article]]:
        return [
            (each, self.codec.decode(each.value or b"", Article))
            for each in read_range(self.broker, ARTICLES_RAW)
            if each.key == article_id.encode()
        ]


@pytest.fixture
def log(kafka: Any, codec: Codec, lane: Lane) -> Log:
    return Log(kafka.broker, codec, lane)


def entry(name: str) -> Article:
    return Article(article_id=name, kind=Kind.ENTRY, version=1, content_hash="h", observed_at=1, text="T")


def test_an_article_goes_again_once_whoever_failed_of_it(log: Log) -> None:
    first = log.write(ARTICLES_RAW, "once", entry("once"))
    stories, articles = log.fail(first), log.fail(first, "articles")
    (done,) = log.retry(stories)
    (_, original), (again, sent) = log.of_article("once")
    assert sent == replace(original, attempt=1)
    assert done.went == (ARTICLES_RAW, again.partition, again.offset)
    assert again.partition == first.partition
    refused = log.retry(stories, articles)
    assert [each.went for each in refused] == [None, None]
    assert "was sent again on" in refused[0].refused
    assert f"with {stories.name}" in refused[1].refused
    once_more = log.fail(again)
    (refused_again,) = log.retry(stories)
    assert refused_again.refused.endswith(f"it failed again as {once_more.name}")
    (done,) = log.retry(once_more)
    assert [article.attempt for _, article in log.of_article("once")] == [0, 1, 2]
    assert {(ARTICLES_RAW, again.partition, again.offset), done.went} <= sent_again(log.broker, log.codec)


def test_other_records_go_again_as_they_are_to_where_they_were(log: Log) -> None:
    topic = log.lane.topic(STORIES)
    first = log.write(topic, "s", Story(story_id="s", opened_at=1, updated_at=1))
    letter = log.fail(first, "indexer", log.lane)
    (done,) = log.retry(letter)
    one, two = read_range(log.broker, topic)
    assert (one.key, one.value, one.partition) == (two.key, two.value, two.partition)
    assert done.went == (topic, two.partition, two.offset)


def test_what_cannot_go_is_refused_with_the_reason_and_the_rest_goes(log: Log) -> None:
    brief = Brief(brief_id="b", story_id="s", generated_at=1, information_cutoff=1)
    old = log.write(log.lane.topic(BRIEFS), "b", brief)
    log.write(log.lane.topic(BRIEFS), "b", replace(brief, headline="newer"))
    raw = log.write(ARTICLES_RAW, "refused", entry("refused"))
    gone = replace(raw, offset=10**9, value=b"x" * (DEAD_LETTER_BYTES + 1))
    foreign = log.write(log.lane.topic(STORIES), "k", FeedSpec(feed_id="f"))
    told = [
        log.fail(old, "indexer", log.lane),
        log.fail(raw, "stories", log.lane),
        log.fail(gone),
        log.fail(foreign, "indexer", log.lane),
        log.fail(replace(raw, topic="no.such.topic")),
        log.put(from_url("no-such-feed", "https://x.example/", b"<", "parse", ValueError("broken"))),
        log.fail(raw),
    ]
    outcomes = log.retry(*told)
    for outcome, reason in zip(
        outcomes,
        ("would undo", "`./tw replay` runs it again", "only its beginning", "cannot be decoded now either",
         "no topic whose records", "not in the catalogue", ""),
        strict=True,
    ):  # fmt: skip
        assert reason in outcome.refused
    assert [each.went is not None for each in outcomes] == [False] * 6 + [True]


def test_what_retention_took_goes_from_the_letter_if_that_holds_all_of_it(log: Log) -> None:
    raw = log.write(ARTICLES_RAW, "taken", entry("taken"))
    (done,) = log.retry(log.fail(replace(raw, offset=10**9 + 1)))
    assert done.went is not None
    assert [article.attempt for _, article in log.of_article("taken")] == [0, 1]


def test_letters_of_a_feed_have_it_read_anew_once_for_all(log: Log) -> None:
    log.write(FEEDS_CATALOG, "fed", FeedSpec(feed_id="fed", url="https://fed.example/", reread=3))
    several = [
        log.put(from_url("fed", f"https://fed.example/{n}", b"<", "normalise", ValueError("broken")))
        for n in range(3)
    ]
    outcomes = log.retry(*several)
    assert len({each.went for each in outcomes}) == 1
    assert latest(log.broker, log.codec, FEEDS_CATALOG, FeedSpec)["fed"].reread == 4
    again = log.put(from_url("fed", "https://fed.example/1", b"<", "normalise", ValueError("broken")))
    known = retries(log.broker, log.codec)
    assert [known.failed_again(each) for each in several] == [None, again, None]


def test_of_two_retries_at_once_each_letter_is_sent_by_one(log: Log) -> None:
    letter = log.fail(log.write(ARTICLES_RAW, "two", entry("two")))
    written, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def hold() -> None:
        written.set()
        assert go_on.wait(60)

    def first() -> None:
        try:
            retry(log.broker, log.codec, [letter], hold)
        except Overtaken as error:
            failed.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert written.wait(60)
    (done,) = log.retry(letter)
    go_on.set()
    thread.join(60)
    assert done.went is not None
    assert len(failed) == 1
    assert [article.attempt for _, article in log.of_article("two")] == [0, 1]


def test_a_retry_killed_before_its_commit_has_sent_nothing(log: Log, kafka: Any) -> None:
    letter = log.fail(log.write(ARTICLES_RAW, "killed", entry("killed")))
    environment = {
        **os.environ,
        **kafka.variables(),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", HELD, letter.name], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "written\n"
    child.send_signal(signal.SIGKILL)
    child.wait(30)
    child.stdout.close()
    assert [article.attempt for _, article in log.of_article("killed")] == [0]
    marks = letters(log.broker, log.codec, marks=True)
    assert letter.name not in {each.said.retried for each in marks}
    (done,) = log.retry(letter)
    assert done.went is not None
    assert [article.attempt for _, article in log.of_article("killed")] == [0, 1]


def test_a_letter_is_found_by_its_name(log: Log) -> None:
    letter = log.fail(log.write(ARTICLES_RAW, "named", entry("named")))
    assert [each.said.key for each in named(log.broker, log.codec, [letter.name, letter.name])] == [b"named"]
    for name in ("x", "@3", "99@1", f"{letter.partition}@999999999"):
        with pytest.raises(NoSuchLetter):
            named(log.broker, log.codec, [name])
