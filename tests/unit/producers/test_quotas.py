"""What one feed and one family may bring within an hour, and that the rest comes later."""

import asyncio
from dataclasses import replace

import pytest

from producers.fetch import Response, Validators
from producers.logins import Login
from producers.parse import Document, read
from producers.poll import Outcome, Poller, Task
from producers.quotas import Amount, Quotas
from producers.schedule import first_state
from producers.settings import QuotaSettings, ScheduleSettings, WorkerSettings
from schemas.records import FeedSpec, FeedState

HOUR_MS = 3_600_000
NOW = 500_000 * HOUR_MS
SETTINGS = QuotaSettings(
    new_per_hour=10,
    revisions_per_hour=4,
    family_new_per_hour=15,
    family_revisions_per_hour=6,
    first_poll_entries=20,
    letters_per_hour=3,
)


class Server:
    """Shows numbered entries, each with a text; the highest number is the newest."""

    def __init__(self) -> None:
        self.entries: dict[int, str] = {}
        self.unreadable = 0

    async def fetch(self, url: str, validators: Validators, login: Login | None = None) -> Response:
        items = "".join(
            f"<item><guid isPermaLink='false'>{n}</guid><title>{n}</title><description>{text}</description>"
            f"<pubDate>{n % 28 + 1:02} Jan 20{n // 28:02} 00:00:00 GMT</pubDate></item>"
            for n, text in self.entries.items()
        )
        items += "".join(
            f"<item><guid isPermaLink='false'>u{n}</guid></item>" for n in range(self.unreadable)
        )
        body = f"<rss><channel><title>T</title>{items}</channel></rss>".encode()
        return Response(url, None, body, '"1"', None, "text/xml", 0.0)


class Reader:
    async def read(self, body: bytes, url: str, content_type: str) -> Document:
        return read(body, url, content_type)


class Feed:
    """A feed whose outcomes are carried along as the log would."""

    def __init__(self, name: str = "a", poller: Poller | None = None, at: int = NOW) -> None:
        self.now, self.server = at, Server()
        self.spec = FeedSpec(feed_id=name, url=f"http://{name}.example/f", family="family")
        self.task = Task(self.spec, first_state(name), None)
        self.quotas = Quotas(SETTINGS)
        self.brought: list[str] = []

    def poll(self) -> Outcome:
        poller = Poller(
            self.server, Reader(), WorkerSettings(), ScheduleSettings(), 4, lambda: self.now, SETTINGS
        )
        poller._quotas = self.quotas
        outcome = asyncio.run(poller.poll(self.task))
        assert outcome.state.failures == 0, outcome.state.reason
        self.task = Task(self.spec, outcome.state, outcome.seen or self.task.seen)
        self.brought += [f"{each.title}/{each.version}" for each in outcome.articles]
        return outcome

    def titles(self) -> list[int]:
        outcome = self.poll()
        return [int(each.title) for each in outcome.articles]


def test_a_first_poll_brings_its_newest_entries_and_the_rest_comes_with_later_hours() -> None:
    feed = Feed()
    feed.server.entries = dict.fromkeys(range(45), "text")
    assert feed.titles() == list(range(25, 45))
    state = feed.task.state
    assert (state.held_back, state.etag, state.body_hash) == (25, None, None)
    assert "25 new entries" in state.trouble
    feed.now += 1_000
    assert feed.titles() == list(range(15, 25))
    assert feed.task.state.next_check_at >= NOW + HOUR_MS
    feed.now += 1_000
    assert feed.titles() == []
    feed.now = NOW + HOUR_MS
    assert feed.titles() == list(range(5, 15))
    feed.now += HOUR_MS
    outcome = feed.poll()
    assert [each.title for each in outcome.articles] == ["0", "1", "2", "3", "4"]
    assert all(each.backfill for each in outcome.articles)
    assert (outcome.state.trouble, outcome.state.held_back, outcome.state.etag) == ("", 0, '"1"')
    assert sorted(feed.brought, key=lambda each: int(each[:-2])) == [f"{n}/1" for n in range(45)]


def test_a_feed_that_brings_no_more_than_it_may_notices_nothing() -> None:
    feed = Feed()
    for n in range(60):
        feed.server.entries[n] = "text"
        feed.now += HOUR_MS // 10
        assert feed.titles() == [n]
        assert (feed.task.state.trouble, feed.task.state.etag) == ("", '"1"')


def test_changes_have_a_quota_of_their_own_and_are_not_lost() -> None:
    feed = Feed()
    feed.server.entries = dict.fromkeys(range(9), "text")
    feed.poll()
    feed.server.entries = dict.fromkeys(range(9), "another text")
    feed.now += 1_000
    assert feed.titles() == [5, 6, 7, 8]
    assert "5 changed entries" in feed.task.state.trouble
    # A new one still comes, and soon.
    feed.server.entries[9] = "text"
    feed.now += 1_000
    assert feed.titles() == [9]
    assert feed.task.state.next_check_at < NOW + HOUR_MS * 25
    for _ in range(2):
        feed.now += HOUR_MS
        feed.poll()
    assert sorted(feed.brought) == sorted([*(f"{n}/{v}" for n in range(9) for v in (1, 2)), "9/1"])
    assert feed.task.state.trouble == ""


def test_unreadable_entries_are_so_many_letters_an_hour() -> None:
    feed = Feed()
    feed.server.unreadable = 8
    counts = []
    for _ in range(4):
        counts.append(len(feed.poll().dead_letters))
        feed.now += HOUR_MS
    assert counts == [3, 3, 2, 0]


def test_a_family_shares_its_quota_and_a_restart_gives_a_feed_nothing() -> None:
    one, other = Feed("a"), Feed("b")
    other.quotas = one.quotas
    for feed in (one, other):
        feed.server.entries = {0: "text"}
        feed.poll()
        feed.now += 1_000
        feed.server.entries = dict.fromkeys(range(31), "text")
    assert len(one.titles()) == 10
    assert len(other.titles()) == 5
    one.quotas = Quotas(SETTINGS)
    one.now += 1_000
    assert one.titles() == []


@pytest.mark.parametrize("hour", [0, 1])
def test_counts_are_of_one_hour(hour: int) -> None:
    state = replace(first_state("a"), last_success_at=NOW, quota_hour=NOW // HOUR_MS, new_in_hour=9)
    spec = FeedSpec(feed_id="a", family="family")
    allowed = Quotas(SETTINGS).allowed(spec, state, NOW + hour * HOUR_MS)
    assert allowed == Amount(new=10 if hour else 1, revisions=4, letters=3)


def test_many_hours_leave_nothing_behind() -> None:
    quotas = Quotas(SETTINGS)
    for n in range(100):
        state = FeedState(feed_id=f"{n}", next_check_at=0, last_success_at=1)
        quotas.allowed(FeedSpec(feed_id=f"{n}", family=f"{n}"), state, NOW + n * HOUR_MS)
    assert len(quotas._of_feed) == 1
    assert len(quotas._new) == 1
