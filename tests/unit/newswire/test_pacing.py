"""Lock step waits for polls and for the log; the clock for the time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from newswire.model import SECOND
from newswire.pacing import Clock, LockStep, LogUnreadable, missing
from newswire.player import Player
from newswire.programme import Sample
from tests.support.plays import opened, small_sample


class World:
    """A time that is set by hand and a log that is filled by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000
        self.log: dict[str, int] = {}
        self.broken = ""

    async def look_up(self) -> Mapping[str, int]:
        if self.broken:
            raise LogUnreadable(self.broken)
        return self.log


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return small_sample(tmp_path / "sample")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def player(sample: Sample, tmp_path: Path, world: World) -> Player:
    return opened(sample, tmp_path / "state", world.now)


def lock(player: Player, world: World) -> LockStep:
    return LockStep(player, world.look_up, lambda: world.now, 0.001, 60)


def poll_all(player: Player, world: World) -> None:
    for name in player.programme.feeds():
        player.answer(name, world.now, {}, poll=True)


def test_what_is_missing_is_named() -> None:
    gap = missing({"a": 3, "b": 1}, {"a": 1, "b": 2}, ["c"])
    assert gap
    assert str(gap) == "no poll yet of c; neither in articles.raw nor in dead.letters: 2 of a"
    assert not missing({"a": 1}, {"a": 1}, [])
    assert str(missing({}, {}, list("abcdefgh"))) == "no poll yet of a, b, c, d, e and 3 more"


@pytest.mark.asyncio
async def test_nothing_comes_before_every_feed_was_polled_once(player: Player, world: World) -> None:
    pace = lock(player, world)
    assert not await pace.turn()
    assert pace.waiting_for == "no poll yet of dying, main, section"
    poll_all(player, world)
    assert "1 of dying" in str(missing(player.ledger.by_feed(), world.log, []))
    world.log["dying"] = 1
    assert await pace.turn()
    assert player.released == 1


@pytest.mark.asyncio
async def test_the_next_step_waits_until_the_last_is_in_the_log(player: Player, world: World) -> None:
    poll_all(player, world)
    world.log["dying"] = 1
    pace = lock(player, world)
    await pace.turn()
    poll_all(player, world)
    assert not await pace.turn()
    assert pace.waiting_for == "neither in articles.raw nor in dead.letters: 1 of main"
    world.log["main"] = 1
    assert await pace.turn()
    assert player.released == 2


@pytest.mark.asyncio
async def test_it_ends_when_the_last_step_is_through(player: Player, world: World) -> None:
    pace = lock(player, world)
    for _ in range(100):
        if pace.done:
            break
        poll_all(player, world)
        world.log = dict(player.ledger.by_feed())
        await pace.turn()
    assert pace.done
    assert player.finished


@pytest.mark.asyncio
async def test_a_step_that_stalls_is_named_and_recovers(player: Player, world: World) -> None:
    poll_all(player, world)
    world.log["dying"] = 1
    pace = lock(player, world)
    await pace.turn()
    world.now += 59 * SECOND
    await pace.turn()
    assert pace.stalled == ""
    world.now += 2 * SECOND
    await pace.turn()
    assert (
        pace.stalled
        == "step 1 (main: One) waits for 61 s: no poll yet of main. Are the producers and the broker up?"
    )
    poll_all(player, world)
    world.log["main"] = 1
    assert await pace.turn()
    assert pace.stalled == ""


@pytest.mark.asyncio
async def test_the_opening_waits_for_producers_without_complaint(player: Player, world: World) -> None:
    pace = lock(player, world)
    world.now += 3600 * SECOND
    assert not await pace.turn()
    assert pace.stalled == ""


@pytest.mark.asyncio
async def test_a_log_that_does_not_answer_is_waited_for(player: Player, world: World) -> None:
    poll_all(player, world)
    pace = lock(player, world)
    world.broken = "the log at 127.0.0.1:1 cannot be read"
    assert not await pace.turn()
    assert pace.waiting_for == world.broken
    world.broken, world.log["dying"] = "", 1
    assert await pace.turn()


def test_the_clock_starts_with_the_first_poll_of_every_feed(player: Player, world: World) -> None:
    clock = Clock(player, lambda: world.now, 100, 0.001)
    world.now += 1000 * SECOND
    clock.turn()
    assert player.released == 0
    poll_all(player, world)
    clock.turn()
    assert player.released == 1
    world.now += 100 * SECOND
    clock.turn()
    assert player.finished
    assert not clock.done
    poll_all(player, world)
    clock.turn()
    assert clock.done


def test_the_clock_goes_on_from_the_last_step_after_a_restart(
    sample: Sample, tmp_path: Path, world: World, player: Player
) -> None:
    poll_all(player, world)
    clock = Clock(player, lambda: world.now, 100, 0.001)
    clock.turn()
    world.now += 50 * SECOND
    clock.turn()
    poll_all(player, world)
    reached = player.released
    assert 0 < reached < sample.steps[-1].number
    world.now += 3600 * SECOND
    again = opened(sample, tmp_path / "state", world.now)
    clock = Clock(again, lambda: world.now, 100, 0.001)
    clock.turn()
    assert again.released == reached
    world.now += 60 * SECOND
    clock.turn()
    assert again.finished
