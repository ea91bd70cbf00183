"""kill -9 of every process once while entries flow: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newswire.labels import load_labels
from replay.compare.matching import b_cubed
from schemas.records import UniqueArticle
from tests.e2e.homes import Home, story_by_article, wait_until
from topics.catalogue import ARTICLES_UNIQUE, DEAD_LETTERS
from topics.decoding import records
from topics.lane import LIVE, Lane
from topics.reading import read_range

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

# In this order, each once the time line has gone on since the last.
VICTIMS = ("producers-0", "taskmanager", "agents", "reader", "registry", "jobmanager", "kafka")
STEPS_BETWEEN = 20
CHECK = Lane("check")


@pytest.fixture(scope="module")
def home(new_home: Callable[[str], Home]) -> Home:
    return new_home("kills")


@pytest.fixture(scope="module")
def result(home: Home) -> Iterator[dict[str, Any]]:
    """A demo during which everything was killed; it keeps running until the module ends."""
    with home.running("demo", "--json") as output:
        wait_until(lambda: bool(home.stack.status().running and _briefs(home)), "the first brief", 420)
        for victim in VICTIMS:
            reached = home.newswire_status()["step"]
            home.kill(victim)
            wait_until(
                lambda since=reached: _on(home, since + STEPS_BETWEEN),  # type: ignore[misc]
                f"{STEPS_BETWEEN} steps after the kill of {victim}",
                300,
            )
        line = output.readline()
        assert line, home.said()
        yield json.loads(line)
    assert home.processes() == []


def _briefs(home: Home) -> bool:
    try:
        return bool(home.reader.get("/api/counts")["latest_briefs"])
    except RuntimeError:
        return False


def _on(home: Home, step: int) -> bool:
    status = home.newswire_status()
    return bool(status["done"] or status["step"] >= step)


def test_every_victim_died_and_came_back(home: Home, result: dict[str, Any]) -> None:
    status = home.stack.status()
    for victim in VICTIMS:
        assert status.program(victim).restarts >= 1, victim
        assert status.program(victim).state == "RUNNING", victim


def test_everything_served_is_accounted_for(home: Home, result: dict[str, Any]) -> None:
    expected = load_labels(home.newswire).expected
    for name in ("served", "raw", "unique", "duplicates", "dead_letters"):
        assert result[name] == getattr(expected, name), name
    assert result["briefs"] == result["indexed"]


def test_what_an_outage_made_late_is_late_and_nothing_else(home: Home, result: dict[str, Any]) -> None:
    """An entry that was fetched before the broker died is logged after it came back."""
    unique = records(home.broker, home.codec, ARTICLES_UNIQUE, UniqueArticle)
    late = [each for each in unique if each.published_at < each.logged_at - home.times.lateness_ms]
    assert [each for each in unique if each.late] == late
    assert result["late"] == len(late)
    assert result["late"] >= load_labels(home.newswire).expected.late


def test_the_log_run_again_in_another_lane_makes_the_same(home: Home, result: dict[str, Any]) -> None:
    said = home.tw("replay", "start", "--lane", CHECK.name, "--yes")
    assert "none: it makes what the live lane made" in said.stdout + said.stderr
    (row,) = json.loads(home.tw("replay", "list", "--json").stdout)
    assert (row["lane"], row["state"]) == (CHECK.name, "finished")
    home.settle(CHECK, {})
    found = home.compared(CHECK, int(row["end_at"]))
    assert found.identical, found.differences
    told = json.loads(home.tw("replay", "compare", "live", CHECK.name, "--json").stdout)
    assert told["identical"]
    assert told["hashes"]["live"] == told["hashes"][CHECK.name]
    assert told["stories"]["same"] == sum(told["stories"].values()) > 0


def test_a_run_with_kills_makes_the_articles_of_one_without_and_hardly_other_stories(
    home: Home, result: dict[str, Any], first_demo: dict[str, frozenset[str]]
) -> None:
    """An outage moves logged times, and with them the order in which stories see their articles."""
    if not first_demo:
        pytest.skip("the first run is not part of this test run")
    there, here = story_by_article(first_demo), story_by_article(home.outputs().members())
    assert there.keys() == here.keys()
    articles = sorted(here)
    score = b_cubed([there[each] for each in articles], [here[each] for each in articles])
    print(f"B³ F1 {score.f1:.3f}, precision {score.precision:.3f}, recall {score.recall:.3f}")
    assert score.f1 >= 0.95


def test_no_reader_of_the_log_was_shown_foreign_bytes(home: Home, result: dict[str, Any]) -> None:
    letters = list(read_range(home.broker, DEAD_LETTERS))
    assert len(letters) == load_labels(home.newswire).expected.dead_letters


def test_jobs_lost_no_transaction(home: Home, result: dict[str, Any]) -> None:
    status = json.loads(home.tw("status", "--json").stdout)
    assert {job["name"] for job in status["jobs"]} >= {"tidewire articles", "tidewire stories"}
    assert all(job["failed_committables"] == 0 for job in status["jobs"])
    assert home.active_jobs(LIVE)
