"""One replay through its whole life, by the command line: planned, run, equal to live, shown to readers,
taken away; and live is, to the byte, what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.replay.newsroom import Newsroom, opened
from topics.admin import ensure_topics
from topics.lane import LIVE, Lane

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

AGAIN = Lane("again")


@dataclass
class Told:
    """What the commands said, and what live was at each moment."""

    room: Newsroom
    before: dict[str, str]
    said: str
    after: dict[str, str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with opened(tmp_path_factory.mktemp("replay")) as room:
        room.feed.send(120)
        room.settled()
        before = room.hashes()
        said = room.replay(AGAIN.name)
        yield Told(room, before, said, room.hashes())


def test_the_plan_is_said_first(told: Told) -> None:
    plan, _, rest = told.said.partition("needs ")
    assert "Lane again: articles and stories over articles.raw, then ends" in plan
    assert "none: it makes what the live lane made" in plan
    assert "again.stories" in plan
    assert "has come to its end" in rest


def test_nothing_is_done_to_a_plan_that_is_not_agreed_to(told: Told) -> None:
    done = told.room.tw("replay", "start", "--lane", "refused", status=1)
    assert "Go on?" in done.stdout
    assert not any(told.room.traces(Lane("refused")).values())


def test_a_lane_that_no_replay_started_is_refused_and_can_be_dropped(told: Told) -> None:
    other = Lane("other")
    ensure_topics(told.room.broker, other)
    assert "no replay started" in told.room.replay(other.name, status=1)
    assert told.room.listed()[other.name]["state"] == "unknown"
    told.room.tw("replay", "drop", "--yes", other.name)
    assert not any(told.room.traces(other).values())


def test_it_makes_what_live_made(told: Told) -> None:
    (row,) = told.room.listed().values()
    assert (row["state"], row["percent"]) == ("finished", {"articles": 100, "stories": 100})
    assert told.room.compared(AGAIN, row["end_at"]).identical
    said = json.loads(told.room.tw("replay", "compare", "live", AGAIN.name, "--json").stdout)
    assert said["identical"] is True


def test_live_is_untouched(told: Told) -> None:
    assert told.after == told.before


def test_started_again_it_has_nothing_left_to_do(told: Told) -> None:
    made = told.room.hashes(AGAIN)
    assert "goes on as it was started" in told.room.replay(AGAIN.name)
    assert told.room.hashes(AGAIN) == made
    assert "another lane" in told.room.replay(AGAIN.name, "--threshold", "0.9", status=1)


def test_promoted_it_is_what_readers_are_shown_until_live_is_again(told: Told) -> None:
    room = told.room
    room.settle(AGAIN, {})
    room.tw("replay", "promote", AGAIN.name)
    assert room.reader.get("/api/counts")["lane"] == AGAIN.name
    assert "promote live" in room.tw("replay", "drop", "--yes", AGAIN.name, status=1).stderr
    room.tw("replay", "promote", "live")
    assert room.reader.get("/api/counts")["lane"] == "live"
    assert "has no lane nowhere" in room.tw("replay", "promote", "nowhere", status=1).stderr


def test_dropped_nothing_is_left_of_it_and_live_is_untouched(told: Told) -> None:
    assert any(told.room.traces(AGAIN).values())
    told.room.tw("replay", "drop", "--yes", AGAIN.name)
    assert not any(told.room.traces(AGAIN).values())
    assert told.room.hashes(LIVE) == told.before
    assert "there is no lane again" in told.room.tw("replay", "drop", "--yes", AGAIN.name, status=1).stderr
