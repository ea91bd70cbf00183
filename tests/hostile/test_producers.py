"""Real workers on a real broker poll servers that say what they like; the log holds what it should not."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.identity import feed_id
from schemas.records import FeedSpec, FeedStatus
from tests.hostile.served import end
from topics.catalogue import FEEDS_CATALOG, FEEDS_SEEN, FEEDS_STATE

pytestmark = pytest.mark.integration
RSS = b"<rss><channel><title>t</title>%s</channel></rss>"
ITEM = b"<item><guid isPermaLink='false'>%s</guid><title>%s</title><link>%s</link></item>"


class Raw:
    """An HTTP server of bytes: the whole of each answer is said by the test. Runs in a thread."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[bytes] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def spec(self, path: str, **said: Any) -> FeedSpec:
        url = f"http://127.0.0.1:{self.port}{path}"
        return FeedSpec(feed_id=feed_id(url), url=url, title=path, publisher="raw.example", **said)

    def count(self, path: str) -> int:
        return sum(each.startswith(f"GET {path} ".encode()) for each in self.asked)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        end(self._loop, server)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(request)
            writer.write(self.answers.get(request.split(b" ")[1].decode(), b"HTTP/1.1 404 No\r\n\r\n"))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


def answer(body: bytes = RSS % b"", head: bytes = b"", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, head, len(body), body)


@pytest.fixture
def raw() -> Iterator[Raw]:
    server = Raw()
    server.start()
    yield server
    server.stop()


def start(newsroom: Any, raw: Raw, slot: int = 0, **environment: str) -> Any:
    allowed = f"{newsroom.server.base.removeprefix('http://')},127.0.0.1:{raw.port}"
    return newsroom.workers.start(slot, TIDEWIRE_PRODUCERS_ALLOW_HOSTS=allowed, **environment)


def goes_on(newsroom: Any, name: str) -> None:
    """The neighbour's next entry is in the log, and the log's clock ticks."""
    log, feed = newsroom.log, newsroom.server.feeds[name]
    ticks = {partition: len(each) for partition, each in log.ticks_by_partition().items()}
    feed.titles[f"{name}-{len(feed.titles)}"] = f"{name} entry {len(feed.titles)}"
    newsroom.settled()
    newsroom.until(
        lambda: all(len(each) > ticks.get(p, 0) + 1 for p, each in log.ticks_by_partition().items()),
        "two more ticks in every partition",
    )


ONE = RSS % (ITEM % (b"raw-1", b"Raw one", b"http://raw.example/1"))
HEADS = {
    "/etag": (answer(ONE, b'ETag: "\xff"\r\n'), FeedStatus.ACTIVE),
    "/etag-lone": (answer(ONE, b'ETag: "\xed\xa0\x80"\r\nLast-Modified: \xfe\r\n'), FeedStatus.ACTIVE),
    "/type": (answer(ONE, b"Content-Type: text/xml\xff\xfe\r\n"), FeedStatus.ACTIVE),
    "/reason": (answer(status=b"500 \xff\xfe\x1b[2J"), FeedStatus.FAILING),
    "/gone": (answer(status=b"410 \xed\xa0\x80"), FeedStatus.DEAD),
    "/location": (answer(head=b"Location: http://\xff/\r\n", status=b"301 Moved"), FeedStatus.FAILING),
    "/location-control": (answer(head=b"Location: /\x1b[2J\r\n", status=b"302 Found"), FeedStatus.FAILING),
    "/location-long": (
        answer(head=b"Location: /%s\r\n" % (b"x" * 5_000), status=b"301 M"),
        FeedStatus.FAILING,
    ),
    "/head-large": (answer(ONE, b"X: %s\r\n" % (b"y" * 50_000)), FeedStatus.FAILING),
    "/head-many": (answer(ONE, b"X: y\r\n" * 10_000), FeedStatus.FAILING),
    "/nonsense": (b"\xff" * 3_000, FeedStatus.FAILING),
}


def test_no_byte_in_a_head_stops_a_worker_or_is_asked_for_again_and_again(newsroom: Any, raw: Raw) -> None:
    for path, (said, _) in HEADS.items():
        raw.answers[path] = said
    specs = {path: raw.spec(path) for path in HEADS}
    newsroom.server.add("neighbour", entries=3)
    newsroom.publish(newsroom.server.spec("neighbour"), *specs.values())
    process = start(newsroom, raw)
    newsroom.settled()
    newsroom.until(lambda: all(newsroom.log.state(each) for each in specs.values()), "a state for each feed")
    goes_on(newsroom, "neighbour")
    for path, (_, status) in HEADS.items():
        state = newsroom.log.state(specs[path])
        assert (path, state.status) == (path, status)
        assert (state.etag, state.last_modified) == (None, None)
        if status is not FeedStatus.ACTIVE:
            assert state.reason
            assert state.reason.isprintable()
    assert newsroom.log.dead_letters() == []
    assert set(newsroom.log.counts().values()) == {1}
    assert process.poll() is None


def test_what_is_no_feed_in_the_catalogue_is_one_letter_through_restarts(
    newsroom: Any, raw: Raw, kafka: Any
) -> None:
    newsroom.server.add("reader", entries=2)
    producer = Producer({**kafka.broker.client()})
    producer.produce(FEEDS_CATALOG, b"no record", b"\xff\xfe", 0)
    producer.produce(FEEDS_CATALOG, b"\x00\x00\x00\x00\x01rubbish", b"rubbish-feed", 1)
    producer.produce(FEEDS_STATE, b"no state", b"\xfd", 0)
    producer.produce(FEEDS_SEEN, b"no memory", b"\xfc", 0)
    producer.flush(10)
    newsroom.publish(newsroom.server.spec("reader"))
    try:
        for slot in range(2):
            process = start(newsroom, raw, slot)
            goes_on(newsroom, "reader")
            newsroom.until(lambda: len(newsroom.log.dead_letters()) >= 4, "a letter for each")
            assert process.poll() is None
            process.terminate()
            process.wait(30)
        letters = newsroom.log.dead_letters()
        assert sorted((each.topic, each.key) for each in letters) == [
            (FEEDS_CATALOG, b"rubbish-feed"),
            (FEEDS_CATALOG, b"\xff\xfe"),
            (FEEDS_SEEN, b"\xfc"),
            (FEEDS_STATE, b"\xfd"),
        ]
        assert all(each.partition is not None and each.offset is not None for each in letters)
        assert set(newsroom.log.counts().values()) == {1}
    finally:
        # Out of the compacted topics again: the stack is shared.
        for topic, key, partition in (
            (FEEDS_CATALOG, b"\xff\xfe", 0),
            (FEEDS_CATALOG, b"rubbish-feed", 1),
            (FEEDS_STATE, b"\xfd", 0),
            (FEEDS_SEEN, b"\xfc", 0),
        ):
            producer.produce(topic, None, key, partition)
        producer.flush(10)


def test_a_state_and_a_memory_that_are_none_hold_up_their_own_feed_only(
    newsroom: Any, raw: Raw, kafka: Any
) -> None:
    server = newsroom.server
    for name in ("stateless", "forgetful", "well"):
        server.add(name, entries=1)
    specs = [server.spec(name) for name in ("stateless", "forgetful", "well")]
    producer = Producer({**kafka.broker.client(), "partitioner": "murmur2_random"})
    producer.produce(FEEDS_STATE, b"no state", specs[0].feed_id.encode())
    producer.produce(FEEDS_SEEN, b"no memory", specs[1].feed_id.encode())
    producer.flush(10)
    newsroom.publish(*specs)
    process = start(newsroom, raw)
    newsroom.until(lambda: newsroom.log.state(specs[1]) is not None, "the forgetful feed's state")
    newsroom.until(
        lambda: {"well entry 0", "stateless entry 0"} <= {t for _, t in newsroom.log.counts()}, "both"
    )
    newsroom.until(lambda: newsroom.log.state(specs[1]).failures > 2, "three tries")
    state = newsroom.log.state(specs[1])
    assert (state.status, "feeds.seen" in state.reason) == (FeedStatus.FAILING, True)
    letters = newsroom.log.dead_letters()
    assert sorted(each.topic for each in letters) == [FEEDS_SEEN, FEEDS_STATE]
    assert {each.key for each in letters} == {each.feed_id.encode() for each in specs[:2]}
    assert server.asked("forgetful") == 0
    assert process.poll() is None


def test_a_flood_of_entries_comes_in_portions_and_is_told(newsroom: Any, raw: Raw) -> None:
    items = b"".join(ITEM % (b"%d" % n, b"Flood %d" % n, b"http://raw.example/%d" % n) for n in range(2_000))
    raw.answers["/flood"] = answer(RSS % items)
    newsroom.server.add("calm", entries=2)
    flood = raw.spec("/flood")
    newsroom.publish(newsroom.server.spec("calm"), flood)
    start(newsroom, raw, TIDEWIRE_PRODUCERS_NEW_PER_HOUR="100", TIDEWIRE_PRODUCERS_FIRST_POLL_ENTRIES="500")
    newsroom.until(lambda: raw.count("/flood") >= 2, "two polls of the flood")
    goes_on(newsroom, "calm")
    newsroom.until(lambda: newsroom.log.state(flood).new_in_hour > 0, "the second poll's state")
    entries = [each for each in newsroom.log.entries() if each.feed_id == flood.feed_id]
    # An hour may end in between.
    assert len(entries) in (600, 700)
    assert newsroom.log.state(flood).trouble.startswith(
        f"too much at once: {2_000 - len(entries)} new entries"
    )
    assert newsroom.log.dead_letters() == []


def test_a_login_in_the_catalogue_works_and_reaches_no_record(newsroom: Any, raw: Raw) -> None:
    raw.answers["/secret"] = answer(
        RSS
        % (ITEM % (b"https://user:s3cret@raw.example/1", b"Of subscribers", b"//user:s3cret@raw.example/1"))
    )
    raw.answers["/down"] = answer(status=b"503 Down")
    newsroom.server.add("beside", entries=1)
    specs = []
    for path in ("/secret", "/down"):
        url = f"http://user:s3cret@127.0.0.1:{raw.port}{path}"
        specs.append(FeedSpec(feed_id=feed_id(url), url=url, title=path))
    newsroom.publish(newsroom.server.spec("beside"), *specs)
    start(newsroom, raw)
    newsroom.until(lambda: all(newsroom.log.state(each) for each in specs), "a state for each feed")
    goes_on(newsroom, "beside")
    assert all(b"Authorization: Basic dXNlcjpzM2NyZXQ=" in each for each in raw.asked)
    (article,) = [each for each in newsroom.log.entries() if each.title == "Of subscribers"]
    everything = [article, *newsroom.log.dead_letters(), *(newsroom.log.state(each) for each in specs)]
    assert "s3cret" not in repr(everything)
    assert "s3cret" not in newsroom.workers.log(0)
