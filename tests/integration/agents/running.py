"""Agents as processes, and a stand-in for the job that cuts windows: it commits its place, nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from schemas.codec import Codec
from schemas.records import Article, Assignment, Brief, StoryArticle
from tests.support.newsdesk import article
from topics.catalogue import ARTICLES_RAW, ASSIGNMENTS, BRIEFS, TOPICS
from topics.lane import Lane
from topics.reading import Received, end_offsets, read_range, reader_config
from topics.writing import Writer

CHECKOUT = Path(__file__).resolve().parents[3]


def until(condition: Callable[[], bool], what: str, deadline_s: float = 120.0) -> None:
    """Polls a condition; fails with ``what`` did not come true."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s:.0f} s: {what}"
        time.sleep(0.1)


class Agents:
    """One worker process."""

    def __init__(self, kafka: Any, lane: Lane, home: Path, **settings: str) -> None:
        self.log = home / f"agents-{time.monotonic_ns()}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
        environment = {
            **inherited,
            "TIDEWIRE_HOME": str(home),
            "TIDEWIRE_LANE": lane.name,
            **kafka.variables(),
            "TIDEWIRE_AGENTS_SESSION_TIMEOUT_S": "6",
            "TIDEWIRE_AGENTS_HEARTBEAT_S": "1",
            **settings,
        }
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "agents"]
            self.process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stderr=log, stdout=log)

    def kill(self) -> None:
        """As a machine would: at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        """As a supervisor would; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)

    def __enter__(self) -> Agents:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


@contextmanager
def articles_job(kafka: Any, codec: Codec, lane: Lane) -> Iterator[None]:
    """Ticks in every raw partition, and commits past them for the lane's job, until the block ends."""
    done = threading.Event()
    partitions = range(TOPICS[ARTICLES_RAW].partitions)
    writer = Writer(kafka.broker, codec)
    consumer = Consumer(reader_config(kafka.broker, lane.group("jobs.articles")))

    def run() -> None:
        while not done.is_set():
            for partition in partitions:
                writer.send(ARTICLES_RAW, "tick", Article(article_id="", observed_at=0), partition=partition)
            writer.flush()
            ends = end_offsets(kafka.broker, ARTICLES_RAW)
            places = [TopicPartition(ARTICLES_RAW, p, ends[p]) for p in partitions]
            consumer.commit(offsets=places, asynchronous=False)
            done.wait(0.5)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        consumer.close()


def briefs(kafka: Any, codec: Codec, lane: Lane) -> list[tuple[Received, Brief]]:
    """All brief records of a lane, by partition in order."""
    return [(r, codec.decode(r.value or b"", Brief)) for r in read_range(kafka.broker, lane.topic(BRIEFS))]


def write(kafka: Any, codec: Codec, lane: Lane, all_of: Iterable[Assignment]) -> None:
    """Assignments into a lane's topic."""
    writer = Writer(kafka.broker, codec)
    for each in all_of:
        writer.send(lane.topic(ASSIGNMENTS), each.story_id, each)
    writer.flush()


def burning(n: int, member: int, article_id: str) -> StoryArticle:
    """A report of the n-th fire: every member tells of another street."""
    return article(
        f"Fire {n} in the harbour of Vell, report {member}\n"
        f"Fire broke out in warehouse {n} of the harbour of Vell late on Tuesday, officials said. "
        f"Some {10 * n + member} residents of street {member} were taken to school number {n + member}.",
        f"outlet{member}",
        article_id=article_id,
        at=n * 10 + member,
    )
