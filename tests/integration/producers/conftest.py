"""A feed server with a ledger, workers as processes, and the raw log as it was committed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import stamina
from aiohttp import web
from confluent_kafka import KafkaException

from producers.catalogue.publishing import publish
from schemas.codec import Codec
from schemas.identity import feed_id
from schemas.records import Article, DeadLetter, FeedSpec, FeedState, Kind
from schemas.registry import Registry
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS, FEEDS_STATE
from topics.decoding import latest
from topics.reading import end_offsets, read_range

CHECKOUT = Path(__file__).resolve().parents[3]
DRIVER = Path(__file__).with_name("driver.py")
Handler = Callable[[web.Request], web.Response]


def until(condition: Callable[[], bool], what: str, deadline_s: float = 120.0) -> None:
    """Polls a condition; fails with ``what`` did not come true."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s:.0f} s: {what}"
        time.sleep(0.05)


@dataclass
class Feed:
    """One served feed: entries by guid, each at its current version."""

    name: str
    titles: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def rss(self, base: str) -> bytes:
        items = "".join(
            f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title>"
            f"<link>{base}{self.name}/{guid}</link><description>About {title}.</description>"
            f"<pubDate>{formatdate(1_700_000_000 + int(guid.split('-')[-1]), usegmt=True)}</pubDate></item>"
            for guid, title in reversed(self.titles.items())
        )
        head = f"<?xml version='1.0'?><rss version='2.0'><channel><title>{self.name}</title>"
        return f"{head}<link>{base}{self.name}/</link>{items}</channel></rss>".encode()


class FeedServer:
    """HTTP with ETags in a thread; ``served`` counts each version of each entry that went out."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.handlers: dict[str, Handler] = {}
        self.served: set[tuple[str, str]] = set()
        self.requests: Counter[tuple[str, int]] = Counter()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.base = ""
        # The system hands out a port again; an address that an earlier test used would be known.
        self._own = uuid.uuid4().hex[:8]

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def add(self, name: str, entries: int = 0) -> Feed:
        feed = Feed(name)
        for n in range(entries):
            feed.titles[f"{name}-{n}"] = f"{name} entry {n}"
        self.feeds[name] = feed
        return feed

    def url(self, name: str) -> str:
        return f"{self.base}/{self._own}/{name}"

    def spec(self, name: str) -> FeedSpec:
        url = self.url(name)
        return FeedSpec(feed_id=feed_id(url), url=url, title=name, publisher=f"{name}.example", language="en")

    def asked(self, name: str) -> int:
        """How many requests there were."""
        return sum(count for (asked, _), count in self.requests.items() if asked == name)

    def answer(self, name: str, status: int, body: bytes = b"") -> None:
        """Answers with this from now on."""
        self.handlers[name] = lambda _: web.Response(status=status, body=body)

    def redirect(self, name: str, status: int, target: str) -> None:
        self.handlers[name] = lambda _: web.Response(status=status, headers={"Location": self.url(target)})

    def without_validators(self, name: str) -> web.Response:
        """The feed as it is, its bytes different each time."""
        self.requests["bodies", 0] += 1
        comment = f"<!-- {self.requests['bodies', 0]} -->".encode()
        return web.Response(body=self.feeds[name].rss(self.url("")) + comment)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/{own}/{name:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        handler = self.handlers.get(name)
        response = handler(request) if handler else self._feed(name, request)
        self.requests[name, response.status] += 1
        return response

    def _feed(self, name: str, request: web.Request) -> web.Response:
        feed = self.feeds.get(name)
        if feed is None:
            return web.Response(status=404)
        body = feed.rss(self.url(""))
        etag = f'"{hash(body):x}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        self.served.update((feed_id(self.url(name)), title) for title in feed.titles.values())
        return web.Response(body=body, headers={"ETag": etag}, content_type="application/rss+xml")


class Workers:
    """Worker processes, each in a session of its own; ended by pid."""

    def __init__(self, kafka: Any, server: FeedServer, home: Path) -> None:
        self._home = home
        self._armed = home / "armed"
        self._environment = {
            **os.environ,
            "TIDEWIRE_HOME": str(home),
            **kafka.variables(),
            "TIDEWIRE_PRODUCERS_ALLOW_HOSTS": server.base.removeprefix("http://"),
            "TIDEWIRE_PRODUCERS_MIN_INTERVAL_S": "0.2",
            "TIDEWIRE_PRODUCERS_MAX_INTERVAL_S": "0.2",
            "TIDEWIRE_PRODUCERS_COMMIT_INTERVAL_S": "0.2",
            "TIDEWIRE_PRODUCERS_TICK_INTERVAL_S": "0.5",
            "TIDEWIRE_PRODUCERS_PER_HOST": "32",
            "TIDEWIRE_PRODUCERS_NEW_PER_HOUR": "100000",
            "TIDEWIRE_PRODUCERS_REVISIONS_PER_HOUR": "100000",
            "PYTHONPATH": str(CHECKOUT),
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, slot: int, fault: str = "", **environment: str) -> subprocess.Popen[bytes]:
        """``fault`` is a moment and a signal, for what this worker does to itself once ``arm`` was
        called: see driver.py."""
        script = [str(DRIVER), f"{fault}:{self._armed}"] if fault else ["-m", "producers"]
        with (self._home / f"worker-{slot}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *script, "--slot", str(slot)],
                env={**self._environment, **environment},
                cwd=CHECKOUT,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def arm(self) -> None:
        self._armed.touch()

    def log(self, slot: int) -> str:
        return (self._home / f"worker-{slot}.log").read_text()

    def said(self) -> str:
        """The end of each worker's log: what a failure is explained by."""
        logs = sorted(self._home.glob("worker-*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text()[-4000:]}" for log in logs)

    def end_all(self) -> None:
        """By SIGTERM, so that they leave the group and the next test does not wait for their session."""
        running = [process for process in self._started if process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


class RawLog:
    """What was committed to the raw log and the dead letters since the test began."""

    def __init__(self, kafka: Any, codec: Codec) -> None:
        self._broker, self._codec = kafka.broker, codec
        self._raw_start = self._ends(ARTICLES_RAW)
        self._dead_start = self._ends(DEAD_LETTERS)

    @stamina.retry(on=KafkaException, attempts=10)
    def _ends(self, topic: str) -> dict[int, int]:
        """The topics may be so new that their partitions have no leader yet."""
        return end_offsets(self._broker, topic)

    def articles(self) -> list[Article]:
        read = read_range(self._broker, ARTICLES_RAW, self._raw_start)
        return [self._codec.decode(each.value or b"", Article) for each in read]

    def entries(self) -> list[Article]:
        return [each for each in self.articles() if each.kind is Kind.ENTRY]

    def dead_letters(self) -> list[DeadLetter]:
        read = read_range(self._broker, DEAD_LETTERS, self._dead_start)
        return [self._codec.decode(each.value or b"", DeadLetter) for each in read]

    def ticks_by_partition(self) -> dict[int, list[int]]:
        """When each tick was made, by partition."""
        ticks: dict[int, list[int]] = {}
        for each in read_range(self._broker, ARTICLES_RAW, self._raw_start):
            article = self._codec.decode(each.value or b"", Article)
            if article.kind is Kind.TICK:
                ticks.setdefault(each.partition, []).append(article.observed_at)
        return ticks

    def state(self, spec: FeedSpec) -> FeedState | None:
        return latest(self._broker, self._codec, FEEDS_STATE, FeedState).get(spec.feed_id)

    def counts(self) -> Counter[tuple[str, str]]:
        """Feed and title of every committed entry: the ledger's terms."""
        return Counter((each.feed_id, each.title) for each in self.entries())


@dataclass
class Newsroom:
    """All of it, for one test."""

    server: FeedServer
    workers: Workers
    log: RawLog
    publish: Callable[..., None]

    def until(self, condition: Callable[[], bool], what: str, deadline_s: float = 120.0) -> None:
        try:
            until(condition, what, deadline_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.workers.said()}") from error

    def settled(self, deadline_s: float = 120.0) -> None:
        """Waits until everything the server holds is in the raw log."""
        wanted = {title for feed in self.server.feeds.values() for title in feed.titles.values()}
        self.until(
            lambda: wanted <= {title for _, title in self.log.counts()},
            "all current entries in raw",
            deadline_s,
        )


@pytest.fixture
def newsroom(kafka: Any, tmp_path: Path) -> Iterator[Newsroom]:
    codec = Codec(Registry(kafka.registry))
    server = FeedServer()
    server.start()
    workers = Workers(kafka, server, tmp_path)
    published: list[FeedSpec] = []

    def put(*specs: FeedSpec) -> None:
        published.extend(specs)
        publish(kafka.broker, codec, specs)

    try:
        yield Newsroom(server, workers, RawLog(kafka, codec), put)
    finally:
        workers.end_all()
        server.stop()
        # Switched off, so that the next test's workers leave them alone.
        publish(kafka.broker, codec, [replace(spec, active=False) for spec in published])
