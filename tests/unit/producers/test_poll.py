"""One poll: what each answer of a server makes of a feed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from producers.fetch import BodyTooLarge, FetchFailed, Response, Validators
from producers.logins import Login
from producers.parse import Document, read
from producers.poll import Outcome, Poller, Task
from producers.schedule import first_state
from producers.settings import ScheduleSettings, WorkerSettings
from schemas.records import FeedSpec, FeedStatus

NOW = 1_800_000_000_000
URL = "http://a.example/feed"
SPEC = FeedSpec(feed_id="feed-1", url=URL, publisher="a.example", language="en")
RESPONSE = Response(URL, None, b"", '"1"', None, "text/xml", 0.0)


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><guid>{t}</guid><title>{t}</title></item>" for t in titles)
    return f"<rss><channel><title>T</title>{items}</channel></rss>".encode()


class Server:
    """Answers with what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Response | Exception = RESPONSE
        self.asked: list[tuple[str, Validators]] = []

    async def fetch(self, url: str, validators: Validators, login: Login | None = None) -> Response:
        self.asked.append((url, validators))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Reader:
    """The real parser, in this process; counts."""

    def __init__(self) -> None:
        self.count = 0

    async def read(self, body: bytes, url: str, content_type: str) -> Document:
        self.count += 1
        return read(body, url, content_type)


class Feed:
    """A feed whose outcomes are carried along as the log would."""

    def __init__(self) -> None:
        self.server, self.reader, self.now = Server(), Reader(), NOW
        self.task = Task(SPEC, first_state(SPEC.feed_id), None)

    def order(self) -> None:
        self.task = replace(self.task, spec=replace(self.task.spec, reread=self.task.spec.reread + 1))

    def poll(self, answer: Response | Exception | bytes) -> Outcome:
        self.server.answer = replace(RESPONSE, body=answer) if isinstance(answer, bytes) else answer
        poller = Poller(
            self.server, self.reader, WorkerSettings(), ScheduleSettings(), 4, clock_ms=lambda: self.now
        )
        outcome = asyncio.run(poller.poll(self.task))
        self.task = replace(self.task, state=outcome.state, seen=outcome.seen or self.task.seen)
        self.now += 1_000
        return outcome


def test_a_document_is_read_and_its_validators_go_into_the_next_request() -> None:
    feed = Feed()
    outcome = feed.poll(rss("a", "b"))
    assert [each.title for each in outcome.articles] == ["b", "a"]
    assert outcome.seen is not None
    assert (outcome.state.status, outcome.state.last_success_at) == (FeedStatus.ACTIVE, NOW)
    feed.poll(replace(RESPONSE, body=None))
    assert feed.server.asked == [(URL, Validators()), (URL, Validators(URL, '"1"', None))]


def test_the_same_bytes_are_not_read_again() -> None:
    feed = Feed()
    feed.poll(rss("a"))
    outcome = feed.poll(rss("a"))
    assert (feed.reader.count, outcome.articles, outcome.seen) == (1, (), None)
    assert outcome.state.status is FeedStatus.ACTIVE


def test_an_unreadable_document_is_one_letter_even_when_good_ones_come_between() -> None:
    feed = Feed()
    first = feed.poll(b"<html>down</html>")
    (letter,) = first.dead_letters
    assert (letter.source, letter.url, letter.value) == ("feed-1", URL, b"<html>down</html>")
    assert (letter.stage, letter.error) == ("parse", "Unreadable")
    assert (first.state.status, first.state.failures) == (FeedStatus.FAILING, 1)
    again = feed.poll(b"<html>down</html>")
    assert (again.dead_letters, again.state.failures, feed.reader.count) == ((), 2, 1)
    assert feed.poll(rss("a")).state.status is FeedStatus.ACTIVE
    assert feed.poll(b"<html>down</html>").dead_letters == ()
    assert len(feed.poll(b"<html>worse</html>").dead_letters) == 1


def test_after_a_failure_the_whole_document_is_asked_for_and_mends_the_feed() -> None:
    feed = Feed()
    feed.poll(rss("a"))
    failed = feed.poll(FetchFailed("HTTP 500"))
    assert (failed.state.status, failed.state.reason) == (FeedStatus.FAILING, "HTTP 500")
    outcome = feed.poll(rss("a"))
    assert feed.server.asked[-1] == (URL, Validators())
    assert (outcome.state.status, outcome.state.failures, outcome.articles) == (FeedStatus.ACTIVE, 0, ())


def test_not_modified_after_a_failure_stays_failed() -> None:
    feed = Feed()
    feed.poll(b"no feed")
    outcome = feed.poll(replace(RESPONSE, body=None))
    assert (outcome.state.status, outcome.state.failures) == (FeedStatus.FAILING, 2)


def test_an_empty_feed_is_not_broken() -> None:
    feed = Feed()
    outcome = feed.poll(rss())
    assert (outcome.state.status, outcome.articles, outcome.dead_letters) == (FeedStatus.ACTIVE, (), ())


def test_a_document_beyond_the_cap_is_one_letter() -> None:
    feed = Feed()
    large = BodyTooLarge("too large", URL, b"<rss>" * 10)
    (letter,) = feed.poll(large).dead_letters
    assert (letter.stage, letter.error, letter.value) == ("fetch", "BodyTooLarge", b"<rss>" * 10)
    assert feed.poll(large).dead_letters == ()


def test_gone_is_the_end_and_too_many_requests_a_pause_of_the_host() -> None:
    gone = Feed().poll(FetchFailed("HTTP 410", gone=True))
    assert (gone.state.status, gone.pause) == (FeedStatus.DEAD, None)
    throttled = Feed().poll(FetchFailed("HTTP 429", server_delay_s=7_200, pause="a.example"))
    assert throttled.pause == ("a.example", NOW + 7_200_000)
    assert throttled.state.next_check_at == NOW + 7_200_000


def test_a_permanent_move_is_where_the_next_poll_goes_once_it_was_readable() -> None:
    feed = Feed()
    moved = replace(RESPONSE, url="http://b.example/feed", permanent_url="http://b.example/feed")
    feed.poll(replace(moved, body=b"<html>parked</html>"))
    feed.poll(replace(moved, body=rss("a")))
    feed.poll(replace(moved, body=None))
    assert [url for url, _ in feed.server.asked] == [URL, URL, "http://b.example/feed"]


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyError("x")])
def test_a_broken_poll_is_a_failed_feed_and_no_more(error: Exception) -> None:
    outcome = Feed().poll(error)
    assert outcome.state.status is FeedStatus.FAILING
    assert outcome.state.reason is not None
    assert type(error).__name__ in outcome.state.reason


def test_a_host_s_feeds_do_not_wait_for_each_other_beyond_its_limit() -> None:
    running: list[int] = []
    most: list[int] = []

    class Slow(Server):
        async def fetch(self, url: str, validators: Validators, login: Login | None = None) -> Response:
            running.append(1)
            most.append(len(running))
            await asyncio.sleep(0)
            running.pop()
            return replace(RESPONSE, body=rss("a"))

    async def many() -> list[Any]:
        poller = Poller(Slow(), Reader(), WorkerSettings(), ScheduleSettings(), 2, clock_ms=lambda: NOW)
        tasks = [Task(replace(SPEC, feed_id=str(n)), first_state(str(n)), None) for n in range(8)]
        return await asyncio.gather(*(poller.poll(task) for task in tasks))

    assert len(asyncio.run(many())) == 8
    assert max(most) == 2


def test_an_order_to_read_it_anew_asks_without_validators_and_tries_what_was_buried_again() -> None:
    feed = Feed()
    feed.poll(rss("a"))
    feed.poll(b"<html>down</html>")
    feed.poll(rss("a", "b"))
    seen_before = feed.task.seen
    feed.order()
    outcome = feed.poll(rss("a", "b"))
    # What was read is known, and does not come again.
    assert (outcome.articles, outcome.state.reread) == ((), 1)
    assert feed.server.asked[-1] == (URL, Validators())
    assert feed.reader.count == 4
    assert len(feed.poll(b"<html>down</html>").dead_letters) == 1
    assert feed.poll(b"<html>down</html>").dead_letters == ()
    feed.poll(rss("a", "b"))
    feed.poll(replace(RESPONSE, body=None))
    assert feed.server.asked[-1] == (URL, Validators(URL, '"1"', None))
    assert feed.task.seen != seen_before


def test_an_order_is_followed_when_a_document_came_and_not_before() -> None:
    feed = Feed()
    feed.poll(rss("a"))
    feed.order()
    for answer in (FetchFailed("HTTP 500"), replace(RESPONSE, body=None)):
        assert feed.poll(answer).state.reread == 0
    assert feed.poll(rss("a")).state.reread == 1
