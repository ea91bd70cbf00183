"""When a feed is asked next."""

from dataclasses import replace

import pytest

from producers.schedule import (
    Failed,
    Read,
    after_failure,
    after_read,
    after_unchanged,
    first_state,
    interval_s,
    is_due,
)
from producers.settings import ScheduleSettings
from schemas.records import FeedState, FeedStatus

SETTINGS = ScheduleSettings(min_interval_s=300, max_interval_s=86_400, max_server_delay_s=604_800)
NOW = 1_800_000_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def read(**changes: object) -> Read:
    plain = Read(
        url="http://a.example/feed",
        permanent_url=None,
        etag='"1"',
        last_modified=None,
        body_hash="aa",
        published=[NOW - DAY_MS * n for n in range(7)],
        new=True,
        server_delay_s=0.0,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def polled(**changes: object) -> FeedState:
    return replace(after_read(first_state("f"), read(), NOW, SETTINGS), **changes)  # type: ignore[arg-type]


def test_a_new_feed_is_due_at_once() -> None:
    assert is_due(first_state("f"), 0)


@pytest.mark.parametrize(
    ("published", "interval"),
    [
        ([NOW - DAY_MS * n for n in range(30)], 7 * 86_400 / 8),
        ([NOW - HOUR_MS * n for n in range(20)], 19 * 3_600 / 20),
        ([NOW - 1_000 * n for n in range(20)], 300),
        ([NOW - 40 * DAY_MS], 86_400),
        ([], (300 * 86_400) ** 0.5),
        ([NOW + DAY_MS], 86_400),
    ],
)
def test_the_interval_follows_the_rate_of_entries_within_bounds(
    published: list[int], interval: float
) -> None:
    assert interval_s(published, NOW, SETTINGS) == pytest.approx(interval)


@pytest.mark.parametrize(("asked", "waited"), [(0, 86_400), (100_000, 100_000), (10**9, 604_800)])
def test_a_server_is_not_asked_sooner_than_it_wants_up_to_a_week(asked: float, waited: float) -> None:
    state = after_read(
        first_state("f"), read(published=[NOW - 40 * DAY_MS], server_delay_s=asked), NOW, SETTINGS
    )
    assert state.next_check_at == NOW + waited * 1000
    assert not is_due(state, NOW + round(waited * 1000) - 1)
    assert is_due(state, state.next_check_at)


def test_a_read_document_mends_a_failing_feed() -> None:
    state = after_read(polled(failures=3, status=FeedStatus.FAILING, reason="x"), read(), NOW, SETTINGS)
    assert (state.status, state.failures, state.reason) == (FeedStatus.ACTIVE, 0, None)
    assert (state.validators_url, state.etag, state.body_hash) == ("http://a.example/feed", '"1"', "aa")


def test_an_empty_document_is_not_broken() -> None:
    state = after_read(first_state("f"), read(published=[], new=False), NOW, SETTINGS)
    assert (state.status, state.failures, state.last_new_at) == (FeedStatus.ACTIVE, 0, None)
    assert state.last_success_at == NOW


def test_unchanged_waits_a_little_longer_each_time() -> None:
    first = polled(interval_s=1_000.0)
    later = after_unchanged(first, 0.0, NOW, SETTINGS)
    assert later.interval_s == pytest.approx(1_100)
    assert (later.status, later.last_success_at, later.etag) == (FeedStatus.ACTIVE, NOW, '"1"')


def test_not_modified_after_a_failure_stays_failed() -> None:
    failed = after_failure(polled(), Failed("HTTP 500"), NOW, SETTINGS)
    state = after_unchanged(failed, 0.0, NOW + 1, SETTINGS)
    assert (state.status, state.failures, state.reason) == (FeedStatus.FAILING, 2, "HTTP 500")
    assert state.last_success_at == NOW


def test_failures_back_off_to_the_longest_interval() -> None:
    state, waits = polled(interval_s=300.0), []
    for _ in range(12):
        state = after_failure(state, Failed("timeout"), NOW, SETTINGS)
        waits.append((state.next_check_at - NOW) / 1000)
    assert waits[:4] == [600, 1_200, 2_400, 4_800]
    assert waits[-1] == 86_400
    assert state.status is FeedStatus.FAILING


def test_a_failure_forgets_validators_so_that_the_next_answer_is_whole() -> None:
    state = after_failure(polled(), Failed("parse: not a feed", body_hash="bb"), NOW, SETTINGS)
    assert (state.etag, state.last_modified, state.validators_url) == (None, None, None)
    assert state.body_hash == "bb"


def test_a_throttled_feed_waits_as_long_as_it_was_told() -> None:
    state = after_failure(polled(interval_s=300.0), Failed("HTTP 429", server_delay_s=90_000), NOW, SETTINGS)
    assert state.next_check_at == NOW + 90_000_000


def test_a_feed_that_is_gone_is_never_due_again() -> None:
    state = after_failure(polled(), Failed("HTTP 410", gone=True), NOW, SETTINGS)
    assert state.status is FeedStatus.DEAD
    assert not is_due(state, NOW + 10**12)


def test_a_permanent_move_is_kept_until_it_keeps_failing() -> None:
    state = after_read(first_state("f"), read(permanent_url="http://b.example/"), NOW, SETTINGS)
    state = after_read(state, read(), NOW, SETTINGS)
    assert state.redirected_to == "http://b.example/"
    for _ in range(SETTINGS.failures_before_original_url - 1):
        state = after_failure(state, Failed("timeout"), NOW, SETTINGS)
    assert state.redirected_to == "http://b.example/"
    assert after_failure(state, Failed("timeout"), NOW, SETTINGS).redirected_to is None
