"""Answers to polls: bodies, validators, dates, and every way a feed fails."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest

from newswire.ledger import Item
from newswire.model import HOUR, SECOND, Dating
from newswire.player import FRESH_WITHIN, Player, Reply, dated
from newswire.programme import Sample
from tests.support.plays import opened, small_sample

NOW = 1_800_000_000_000


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return small_sample(tmp_path / "sample")


@pytest.fixture
def player(sample: Sample, tmp_path: Path) -> Player:
    return opened(sample, tmp_path / "state", NOW)


def get(player: Player, name: str, now: int = NOW, **conditions: str) -> Reply:
    headers = {key.replace("_", "-"): value for key, value in conditions.items()}
    return player.answer(name, now, headers, poll=True)


def release_to(player: Player, number: int, now: int = NOW) -> None:
    while player.released < number:
        player.release(now)


def step_of(sample: Sample, what: str) -> int:
    return next(step.number for step in sample.steps if step.what == what)


def test_an_unknown_feed_is_404(player: Player) -> None:
    assert get(player, "nobody").status == 404


def test_a_feed_starts_empty_and_counts_nothing(player: Player) -> None:
    reply = get(player, "main")
    assert reply.status == 200
    assert feedparser.parse(reply.body).entries == []
    assert len(player.ledger.units) == 0


def test_a_new_entry_counts_once_and_is_dated_just_before_its_first_poll(player: Player) -> None:
    release_to(player, 1)
    first = get(player, "main", NOW + 30 * SECOND)
    later = get(player, "main", NOW + 90 * SECOND)
    assert first.body == later.body
    (unit,) = player.ledger.units
    assert unit.published_at is not None
    assert 0 <= NOW + 30 * SECOND - unit.published_at < FRESH_WITHIN + SECOND


def test_an_equal_tag_is_304_until_the_next_change(player: Player) -> None:
    release_to(player, 1)
    tag = get(player, "main").headers["ETag"]
    assert tag.startswith('"')
    assert get(player, "main", if_none_match=tag).status == 304
    assert get(player, "main", if_none_match=f'"other", W/{tag}').status == 304
    release_to(player, 3)
    assert get(player, "main", if_none_match=tag).status == 200


def test_two_changes_in_one_second_are_told_apart_by_date_alone(player: Player) -> None:
    release_to(player, 1)
    before = str(player.changed_at("main"))
    assert get(player, "main", if_modified_since=before).status == 304
    release_to(player, 3)
    assert get(player, "main", if_modified_since=before).status == 200


def test_a_tag_outweighs_a_date(player: Player) -> None:
    conditions = {"if_none_match": '"other"', "if_modified_since": str(NOW + HOUR)}
    assert get(player, "main", **conditions).status == 200


def test_head_counts_nothing(player: Player) -> None:
    release_to(player, 1)
    head = player.answer("main", NOW, {}, poll=False)
    assert head.status == 200
    assert len(player.ledger.units) == 0
    assert "main" in player.unpolled()
    assert get(player, "main").headers["ETag"] == head.headers["ETag"]


def test_edits_count_a_revert_too_and_a_new_date_does_not(player: Player) -> None:
    for number in range(1, 6):
        release_to(player, number)
        get(player, "main", NOW + number * 60 * SECOND)
    assert [(unit.version, unit.title) for unit in player.ledger.units] == [
        (1, "One"),
        (2, "Two"),
        (3, "One"),
    ]
    last = feedparser.parse(get(player, "main").body).entries[0]
    redated = (NOW + 5 * 60 * SECOND) // SECOND
    assert redated - 8 < _seconds(last.published) <= redated


def test_what_is_no_feed_counts_as_one_document(player: Player, sample: Sample) -> None:
    release_to(player, step_of(sample, "answers: garbage"))
    reply = get(player, "main")
    get(player, "main", NOW + SECOND)
    assert reply.status == 200
    assert not feedparser.parse(reply.body).entries
    assert player.ledger.summary()["documents"] == 1


def test_an_error_is_answered_once(player: Player, sample: Sample) -> None:
    release_to(player, step_of(sample, "answers: error"))
    assert player.answer("dying", NOW, {}, poll=False).status == 500
    assert [get(player, "dying").status for _ in range(3)] == [500, 200, 200]


def test_a_moved_feed_redirects_and_goes_on_elsewhere(player: Player, sample: Sample) -> None:
    assert player.moved("dying", "/moved/dying") is None
    release_to(player, step_of(sample, "answers: moved"))
    moved = player.moved("dying", "/moved/dying")
    assert moved is not None
    assert (moved.status, moved.headers["Location"]) == (301, "/moved/dying")
    assert get(player, "dying").status == 200


def test_a_feed_drops_the_connection_and_dies(player: Player, sample: Sample) -> None:
    release_to(player, step_of(sample, "answers: reset"))
    assert get(player, "dying").drop
    release_to(player, step_of(sample, "answers: not found"))
    assert get(player, "dying").status == 404
    release_to(player, step_of(sample, "answers: gone"))
    assert get(player, "dying").status == 410


def test_every_answer_counts_as_a_poll_of_the_change(player: Player, sample: Sample) -> None:
    for name in sample.feeds():
        get(player, name)
    assert player.unpolled() == []
    release_to(player, step_of(sample, "answers: gone"))
    get(player, "dying")
    assert player.unpolled() == ["main", "section"]


def test_a_restart_goes_on_with_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    state = tmp_path / "state"
    before = opened(sample, state, NOW)
    release_to(before, 3, NOW + SECOND)
    reply = get(before, "main", NOW + 9 * SECOND)
    after = opened(sample, state, NOW + HOUR)
    assert after.released == 3
    assert get(after, "main", NOW + HOUR).body == reply.body
    assert get(after, "main", if_none_match=reply.headers["ETag"]).status == 304
    assert len(after.ledger.units) == 1
    assert "main" not in after.unpolled()


def test_dates() -> None:
    item = Item("guid", "text")
    assert dated(Dating(undated=True), item, NOW) is None
    assert dated(Dating(age=5 * HOUR), item, NOW + 999) == NOW - 5 * HOUR
    assert dated(Dating(age=-HOUR), item, NOW) == NOW + HOUR
    assert dated(Dating(), item, NOW) == dated(Dating(), item, NOW)


def _seconds(date: str) -> int:
    return int(parsedate_to_datetime(date).timestamp())
