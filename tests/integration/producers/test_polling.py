"""A worker and a feed server: what is served is in the raw log once, and what is not says why."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration


def test_every_entry_and_every_change_is_in_raw_once(newsroom: Any) -> None:
    server = newsroom.server
    feed = server.add("gazette", entries=5)
    newsroom.publish(server.spec("gazette"))
    newsroom.workers.start(0)
    newsroom.settled()
    feed.titles["gazette-2"] = "gazette entry 2, corrected"
    feed.titles["gazette-5"] = "gazette entry 5"
    newsroom.settled()
    assert set(newsroom.log.counts().values()) == {1}
    assert len(newsroom.log.entries()) == 7


def test_a_feed_that_shows_the_same_again_brings_nothing(newsroom: Any) -> None:
    server = newsroom.server
    server.add("daily", entries=3)
    server.handlers["daily"] = lambda request: server.without_validators("daily")
    newsroom.publish(server.spec("daily"))
    newsroom.workers.start(0)
    newsroom.settled()
    asked = server.asked("daily")
    newsroom.until(lambda: server.asked("daily") > asked + 5, "five more polls")
    assert set(newsroom.log.counts().values()) == {1}


def test_an_unchanged_document_is_not_sent_again(newsroom: Any) -> None:
    server = newsroom.server
    server.add("herald", entries=2)
    newsroom.publish(server.spec("herald"))
    newsroom.workers.start(0)
    newsroom.until(lambda: server.requests["herald", 304] >= 3, "three answers of not modified")
    assert server.requests["herald", 200] == 1
    state = newsroom.log.state(server.spec("herald"))
    assert (state.status, state.failures, state.validators_url) == ("ACTIVE", 0, server.url("herald"))


def test_redirects_are_followed_and_only_permanent_ones_move_the_feed(newsroom: Any) -> None:
    server = newsroom.server
    server.add("moved", entries=1)
    server.redirect("old", 301, "moved")
    server.add("elsewhere", entries=1)
    server.redirect("temporary", 302, "elsewhere")
    newsroom.publish(server.spec("old"), server.spec("temporary"))
    newsroom.workers.start(0)
    newsroom.until(lambda: server.requests["moved", 304] and server.requests["elsewhere", 304] > 2, "polls")
    assert server.requests["old", 301] == 1
    assert server.requests["temporary", 302] > 2
    assert newsroom.log.state(server.spec("old")).redirected_to == server.url("moved")
    assert newsroom.log.state(server.spec("temporary")).redirected_to is None
    assert {each.feed_id for each in newsroom.log.entries()} == {
        server.spec("old").feed_id,
        server.spec("temporary").feed_id,
    }


def test_a_feed_that_is_gone_is_not_asked_again_and_one_that_is_missing_is(newsroom: Any) -> None:
    server = newsroom.server
    server.answer("gone", 410)
    server.add("alive", entries=1)
    newsroom.publish(server.spec("gone"), server.spec("missing"), server.spec("alive"))
    newsroom.workers.start(0)
    newsroom.until(lambda: server.requests["missing", 404] >= 3, "three tries at the missing feed")
    newsroom.until(lambda: server.requests["alive", 304] >= 3, "three more polls of the living feed")
    assert server.requests["gone", 410] == 1
    assert newsroom.log.state(server.spec("gone")).status == "DEAD"
    missing = newsroom.log.state(server.spec("missing"))
    assert (missing.status, missing.reason.endswith("HTTP 404 Not Found")) == ("FAILING", True)
    assert newsroom.log.dead_letters() == []


def test_each_unreadable_document_is_one_dead_letter_and_the_feed_goes_on(newsroom: Any) -> None:
    server = newsroom.server
    server.answer("broken", 200, b"<html><body>Down for maintenance</body></html>")
    newsroom.publish(server.spec("broken"))
    newsroom.workers.start(0)
    newsroom.until(lambda: server.requests["broken", 200] >= 4, "four polls of the first document")
    server.answer("broken", 200, b"this is no feed")
    newsroom.until(lambda: len(newsroom.log.dead_letters()) == 2, "a letter for the second document")
    server.answer("broken", 200, b"<html><body>Down for maintenance</body></html>")
    asked = server.requests["broken", 200]
    newsroom.until(lambda: server.requests["broken", 200] >= asked + 3, "polls of the first one again")
    server.handlers.pop("broken")
    server.add("broken", entries=2)
    newsroom.settled()
    letters = newsroom.log.dead_letters()
    assert [each.value for each in letters] == [
        b"<html><body>Down for maintenance</body></html>",
        b"this is no feed",
    ]
    spec = server.spec("broken")
    assert {(each.source, each.url, each.stage, each.error) for each in letters} == {
        (spec.feed_id, spec.url, "parse", "Unreadable")
    }
    assert newsroom.log.state(spec).status == "ACTIVE"


def test_an_entry_with_neither_title_nor_text_is_one_dead_letter(newsroom: Any) -> None:
    server = newsroom.server
    server.add("mixed", entries=2)
    body = server.feeds["mixed"].rss(server.url(""))
    empty = b"<item><guid isPermaLink='false'>nothing</guid></item></channel>"
    server.answer("mixed", 200, body.replace(b"</channel>", empty))
    newsroom.publish(server.spec("mixed"))
    newsroom.workers.start(0)
    newsroom.settled()
    newsroom.until(lambda: server.requests["mixed", 200] >= 4, "four polls")
    assert len(newsroom.log.entries()) == 2
    (letter,) = newsroom.log.dead_letters()
    assert (letter.stage, letter.error, b"nothing" in letter.value) == ("normalise", "UnreadableEntry", True)


def test_ticks_reach_every_partition_from_one_worker_only(newsroom: Any) -> None:
    newsroom.workers.start(0)
    newsroom.workers.start(1)
    newsroom.until(lambda: len(newsroom.log.articles()) >= 6 * 6, "six rounds of ticks")
    per_partition = newsroom.log.ticks_by_partition()
    assert set(per_partition) == set(range(6))
    rounds = {tuple(each) for each in per_partition.values()}
    assert len(rounds) == 1
