"""``python -m reader`` on a real log: what is in the topics is in the index, through kills and restarts."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from confluent_kafka import Producer

from language.embeddings import MiniLM
from schemas.codec import Codec
from schemas.identity import brief_hash
from schemas.records import Brief, DeadLetter, EnrichedArticle, FeedSpec, Record, Story
from schemas.registry import Registry
from tests.fakes.index_sample import T0, article, brief, member
from topics.admin import drop_lane_topics, ensure_topics
from topics.catalogue import (
    ARTICLES_ENRICHED,
    ARTICLES_TAKEDOWNS,
    BRIEFS,
    DEAD_LETTERS,
    FEEDBACK,
    STORIES,
)
from topics.decoding import decoded
from topics.lane import Lane
from topics.reading import read_range
from topics.writing import Writer

pytestmark = pytest.mark.integration
TOPIC_OF: dict[type[Record], str] = {EnrichedArticle: ARTICLES_ENRICHED, Story: STORIES, Brief: BRIEFS}
PATIENCE_S = 60.0


class Reader:
    """A reader process, and questions to it."""

    def __init__(self, kafka: Any, home: Path, port: int) -> None:
        self.environment = {
            **os.environ,
            "TIDEWIRE_HOME": str(home),
            **kafka.variables(),
            "TIDEWIRE_READER_PORT": str(port),
            "TIDEWIRE_READER_LANES_EVERY_S": "1",
            "TIDEWIRE_READER_BATCH_SIZE": "20",
        }
        self.url = f"http://127.0.0.1:{port}"
        self.log = home / "reader.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        home = self.log.parent
        home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "reader"]
            self.process = subprocess.Popen(command, env=self.environment, stderr=log)

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def get(self, path: str, **parameters: Any) -> Any:
        return httpx2.get(self.url + path, params=parameters, timeout=20).json()

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                if holds():
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"not within {PATIENCE_S} s:\n{self.log.read_text()[-3000:]}")

    def lag(self, lane: Lane) -> dict[str, int] | None:
        (said,) = [each for each in self.get("/ready")["lanes"] if each["lane"] == lane.name]
        return said["lag"] if said["indexing"] else None  # type: ignore[no-any-return]

    def caught_up(self, lane: Lane) -> None:
        self.until(lambda: any(each["name"] == lane.name for each in self.get("/api/lanes")["lanes"]))
        nothing = dict.fromkeys((*TOPIC_OF.values(), FEEDBACK, ARTICLES_TAKEDOWNS), 0)
        self.until(lambda: self.lag(lane) == nothing)


@pytest.fixture
def codec(kafka: Any) -> Codec:
    return Codec(Registry(kafka.registry))


@pytest.fixture
def lane(kafka: Any, request: pytest.FixtureRequest) -> Iterator[Lane]:
    name = request.node.name.removeprefix("test_").replace("_", "-")[:28].strip("-")
    made = Lane(f"r-{name}")
    ensure_topics(kafka.broker, made)
    yield made
    drop_lane_topics(kafka.broker, made)


@pytest.fixture
def reader(kafka: Any, tmp_path: Path) -> Iterator[Reader]:
    from stack import ports

    made = Reader(kafka, tmp_path / "home", ports.free(1)[0])
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def write(kafka: Any, codec: Codec, lane: Lane, records: list[Record]) -> None:
    writer = Writer(kafka.broker, codec)
    for record in records:
        ident = getattr(
            record, {EnrichedArticle: "article_id", Story: "story_id", Brief: "brief_id"}[type(record)]
        )
        writer.send(lane.topic(TOPIC_OF[type(record)]), ident, record)
    writer.flush()


def told(n: int) -> list[Record]:
    """A story told by two articles, one revised; two briefs, the second superseding the first."""
    at = T0 + n * 1_000
    first = article(f"a{n}", f"Ship {n} runs aground off Rovigo", at, story_id=f"s{n}")
    revised = article(f"a{n}", f"Ship {n} is afloat again", at + 500, story_id=f"s{n}", version=2, revision=1)
    other = article(f"o{n}", f"Salvage of ship {n} begins", at + 600, story_id=f"s{n}")
    stories = [
        Story(story_id=f"s{n}", opened_at=at, updated_at=at + 600 * r, revision=r, articles=(member(first),))
        for r in (1, 2)
    ]
    briefs = [
        brief(f"b{n}", first, at + 700, story_id=f"s{n}", headline=f"Ship {n} aground"),
        brief(
            f"c{n}",
            revised,
            at + 900,
            f"b{n}",
            story_id=f"s{n}",
            headline=f"Ship {n} afloat",
            story_revision=2,
        ),
    ]
    # Closings before what they close, where the topics allow it.
    return [briefs[1], briefs[0], first, revised, other, *stories]


def counted(stories: int) -> dict[str, int]:
    return {
        "articles": 3 * stories,
        "current_articles": 2 * stories,
        "stories": stories,
        "story_revisions": 2 * stories,
        "briefs": 2 * stories,
        "current_briefs": stories,
        "latest_briefs": stories,
    }


def counts(reader: Reader, lane: Lane) -> dict[str, int]:
    """By kind of point; zeros while the reader does not know the lane."""
    said = reader.get("/api/counts", lane=lane.name)
    return {field: said.get(field, 0) for field in counted(0)}


def test_from_topics_to_search_and_out_again_on_sigterm(
    kafka: Any, codec: Codec, lane: Lane, reader: Reader
) -> None:
    records = [each for n in range(20) for each in told(n)]
    reader.start()
    write(kafka, codec, lane, records)
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(20)
    found = reader.get("/api/search", q="ship 7 afloat", lane=lane.name, kind="brief")["results"]
    assert found[0]["id"] == "c7"
    shown = reader.get("/api/briefs/c7", lane=lane.name)
    (written,) = [each for each in records if isinstance(each, Brief) and each.brief_id == "c7"]
    assert shown["content_hash"] == brief_hash(written)
    assert shown["references"][0]["place"] == "articles.raw-3@1207"
    assert reader.end(signal.SIGTERM) == 0
    assert '"stopped"' in reader.log.read_text()


def test_kill_9_in_the_middle_loses_nothing_and_goes_on_from_where_it_was(
    kafka: Any, codec: Codec, lane: Lane, reader: Reader
) -> None:
    reader.start()
    for round_ in range(3):
        write(kafka, codec, lane, [each for n in range(round_ * 20, round_ * 20 + 20) for each in told(n)])
        seen = round_ * 20
        reader.until(lambda seen=seen: counts(reader, lane)["briefs"] > 2 * seen)  # type: ignore[misc]
        assert reader.end(signal.SIGKILL) == -signal.SIGKILL
        reader.start()
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(60)


def test_a_lost_index_is_built_again_from_the_start_of_the_log(
    kafka: Any, codec: Codec, lane: Lane, reader: Reader
) -> None:
    write(kafka, codec, lane, told(1))
    reader.start()
    reader.caught_up(lane)
    assert reader.end(signal.SIGTERM) == 0
    for path in sorted((reader.log.parent / "index").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    reader.start()
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(1)


def test_a_lane_made_again_begins_with_an_empty_view(
    kafka: Any, codec: Codec, lane: Lane, reader: Reader
) -> None:
    write(kafka, codec, lane, [each for n in range(3) for each in told(n)])
    reader.start()
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(3)
    drop_lane_topics(kafka.broker, lane)
    reader.until(lambda: lane.name not in {each["name"] for each in reader.get("/api/lanes")["lanes"]})
    assert not (reader.log.parent / "index" / lane.name / f"{lane.collection('documents')}.json").exists()
    ensure_topics(kafka.broker, lane)
    write(kafka, codec, lane, told(9))
    reader.until(lambda: lane.name in {each["name"] for each in reader.get("/api/lanes")["lanes"]})
    reader.until(lambda: counts(reader, lane) == counted(1))


def test_what_is_no_record_and_what_the_engine_refuses_is_put_aside_once_and_the_rest_goes_on(
    kafka: Any, codec: Codec, lane: Lane, reader: Reader
) -> None:
    producer = Producer(dict(kafka.broker.client()))
    for name in (BRIEFS, STORIES, ARTICLES_ENRICHED):
        producer.produce(lane.topic(name), b"no record", b"\xff\xfe")
        producer.produce(lane.topic(name), codec.encode(FeedSpec(feed_id="another's")), b"k")
    assert producer.flush(10) == 0
    # Of the encoder's name, and not of its dimension.
    refused = article(
        "r", "One that the engine refuses", T0, embedding=b"\0" * 12, embedding_model=MiniLM.name
    )
    write(kafka, codec, lane, [*told(1), refused, *told(2)])
    reader.start()
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(2)
    found = letters(kafka, codec, lane)
    assert Counter((each.source, each.error) for each in found if each.error == "Undecodable") == {
        (lane.topic(name), "Undecodable"): 2 for name in (BRIEFS, STORIES, ARTICLES_ENRICHED)
    }
    (one,) = (each for each in found if each.error != "Undecodable")
    assert (one.stage, one.lane, one.article_id) == ("indexer", lane.name, refused.article_id)
    counted_dead = reader.get("/api/dead")
    assert counted_dead["total"] >= counted_dead["last_hour"] >= 7
    assert {each["stage"] for each in counted_dead["kinds"]} >= {"indexer"}
    assert reader.end(signal.SIGTERM) == 0
    # A view that is built anew meets them again.
    for path in sorted((reader.log.parent / "index").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    reader.start()
    reader.caught_up(lane)
    assert counts(reader, lane) == counted(2)
    assert letters(kafka, codec, lane) == found


def letters(kafka: Any, codec: Codec, lane: Lane) -> list[DeadLetter]:
    came = decoded(read_range(kafka.broker, DEAD_LETTERS), codec, DeadLetter)
    return [letter for _, letter in came if letter.lane == lane.name]


def test_a_second_reader_is_refused_with_what_to_do(kafka: Any, lane: Lane, reader: Reader) -> None:
    from stack import ports

    reader.start()
    reader.until(lambda: reader.get("/health")["status"] == "ok")
    same_port = subprocess.run(
        [sys.executable, "-m", "reader"], env=reader.environment, capture_output=True, text=True, timeout=60
    )
    assert same_port.returncode == 1
    assert "TIDEWIRE_READER_PORT" in same_port.stderr
    elsewhere = reader.environment | {"TIDEWIRE_READER_PORT": str(ports.free(1)[0])}
    same_index = subprocess.run(
        [sys.executable, "-m", "reader"], env=elsewhere, capture_output=True, text=True, timeout=60
    )
    assert same_index.returncode == 1
    assert "one process owns an embedded index" in same_index.stderr
