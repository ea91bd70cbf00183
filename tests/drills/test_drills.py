"""Something is lost, and what docs/operations.md says to do is done: `make test-drills`.

One demo is gathered and stopped. Each drill takes something away from its home, or takes the home
elsewhere, and starts it again: on other ports, by other processes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from flink_jobs.rest import FlinkRest
from replay.compare.outputs import last_tick
from schemas.codec import full_name, schema_text
from schemas.records import SCHEMA_FILES
from schemas.registry import Registry
from stack import contents, ports
from stack.services import LOG_SERVICES
from tests.e2e.homes import Home
from tidewire.tally import Tally
from topics.lane import LIVE, Lane

pytestmark = [pytest.mark.drill, pytest.mark.timeout(1_500)]

AGAIN = Lane("again")
QUERIES = ("port strike", "central bank rates", "earthquake")


@dataclass(frozen=True)
class Shown:
    """What readers are shown: counts of the view, the newest briefs, and briefs found by words."""

    counts: dict[str, int]
    briefs: frozenset[str]
    found: dict[str, frozenset[str]]


@dataclass(frozen=True)
class Held:
    """What a settled home holds. ``numbers``: of schemas, by record."""

    tally: Tally
    shown: Shown
    numbers: dict[str, int]


@dataclass(frozen=True)
class Gathered:
    """A home in which nothing runs. ``view``: the creation id of its index; ``logged``: its last tick."""

    folder: Path
    newswire_port: int
    held: Held
    view: str
    logged: int

    @contextmanager
    def home(self, folder: Path | None = None) -> Iterator[Home]:
        """The home, or a copy of it, for its commands; nothing of it runs afterwards."""
        home = Home(folder or self.folder, self.newswire_port)
        try:
            yield home
        finally:
            home.stack.down()
        assert home.processes() == []


def shown(home: Home) -> Shown:
    counts = home.reader.get("/api/counts")
    del counts["lane"]
    briefs = home.reader.get("/api/briefs", {"limit": 100})["briefs"]
    found = {
        query: home.reader.get("/api/search", {"q": query, "kind": "brief"})["results"] for query in QUERIES
    }
    return Shown(
        counts,
        frozenset(each["id"] for each in briefs),
        {query: frozenset(each["id"] for each in results) for query, results in found.items()},
    )


def numbers(home: Home) -> dict[str, int]:
    registry = Registry(contents.registry(home.settings))
    return {full_name(each): registry.id_of(each) for each in SCHEMA_FILES.values()}


def held(home: Home) -> Held:
    jobs = home.active_jobs(LIVE)
    assert set(jobs) == {"articles", "stories"}
    home.settle(LIVE, jobs)
    return Held(home.tally(), shown(home), numbers(home))


def view(home: Home) -> str:
    (live,) = (each for each in home.reader.get("/api/lanes")["lanes"] if each["live"])
    return str(live["view_id"])


def running(home: Home) -> set[str]:
    return {each.name for each in home.stack.status().programs if each.state == "RUNNING"}


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    (port,) = ports.free(1)
    return gather(tmp_path_factory.mktemp("gathered") / "home", port)


def gather(folder: Path, newswire_port: int) -> Gathered:
    """Plays the sample to its end, and stops."""
    home = Home(folder, newswire_port)
    try:
        with home.running("demo", "--json") as output:
            assert output.readline(), home.said()
            found = Gathered(
                folder, newswire_port, held(home), view(home), last_tick(home.broker, home.codec)
            )
    finally:
        home.stack.down()
    assert all(found.held.shown.found.values()), found.held.shown.found
    return found


def test_a_copied_home_goes_on_in_its_folder_alone(gathered: Gathered, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere" / "home"
    copied.parent.mkdir()
    subprocess.run(["cp", "-a", str(gathered.folder), str(copied)], check=True)
    before = files(gathered.folder)
    with gathered.home(copied) as home:
        home.tw("up")
        assert held(home) == gathered.held
        assert view(home) == gathered.view
        flink = FlinkRest(home.settings.flink_url, identity=home.settings.keys.identity)
        assert all(flink.checkpoints(job).restored for job in home.active_jobs(LIVE).values())
        assert not any(flink.failed_committables(job) for job in home.active_jobs(LIVE).values())
    assert files(gathered.folder) == before
    shutil.rmtree(copied)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file in a folder."""
    found = {str(path): path.lstat() for path in folder.rglob("*") if not path.is_dir()}
    return {name: (each.st_size, each.st_mtime_ns) for name, each in found.items()}


def test_a_lost_index_is_made_again_from_the_log(gathered: Gathered) -> None:
    with gathered.home() as home:
        shutil.rmtree(home.folder / "index")
        home.tw("up")
        assert held(home) == gathered.held
        assert view(home) != gathered.view


def test_a_lost_registry_numbers_schemas_as_before(gathered: Gathered) -> None:
    with gathered.home() as home:
        shutil.rmtree(home.folder / "registry")
        home.tw("up")
        assert held(home) == gathered.held


def test_a_registry_with_other_numbers_is_refused_until_it_is_put_right(
    gathered: Gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gathered.home() as home:
        shutil.rmtree(home.folder / "registry")
        with monkeypatch.context() as patched:
            patched.setattr(contents, "prepare", lambda settings: None)
            home.stack.up(services=LOG_SERVICES)
        client = SchemaRegistryClient(
            {"url": home.settings.registry_url, "ssl.ca.location": str(home.settings.keys.certificate)}
        )
        for each in reversed(SCHEMA_FILES.values()):
            client.register_schema(full_name(each), Schema(schema_text(each), "AVRO"))
        client.close()
        home.stack.down()

        refused = home.tw("up", status=1).stderr
        assert "the schema registry is not the one the log was written with" in refused
        assert "is tidewire.Article at articles.raw-" in refused
        assert running(home) == {"kafka", "registry"}

        home.tw("down")
        shutil.rmtree(home.folder / "registry")
        home.tw("up")
        assert held(home) == gathered.held


@pytest.fixture(scope="module")
def stateless(gathered: Gathered) -> Iterator[tuple[Home, str]]:
    """The home without Flink's state, started as far as it goes; what was said."""
    with gathered.home() as home:
        shutil.rmtree(home.folder / "flink")
        yield home, home.tw("up", status=1).stderr


def test_jobs_without_their_state_do_not_start_and_all_else_does(
    gathered: Gathered, stateless: tuple[Home, str]
) -> None:
    home, refused = stateless
    assert "has written outputs, but no checkpoint of it is left" in refused
    assert "./tw replay start --lane NAME --follow" in refused
    assert home.active_jobs(LIVE) == {}
    assert running(home) >= {"producers-0", "agents", "reader", "jobmanager", "taskmanager"}
    assert shown(home) == gathered.held.shown


def test_a_lane_that_follows_the_log_takes_their_place(
    gathered: Gathered, stateless: tuple[Home, str]
) -> None:
    home, _ = stateless
    home.tw("replay", "start", "--lane", AGAIN.name, "--follow", "--yes")
    home.settle(AGAIN, home.active_jobs(AGAIN))
    found = home.compared(AGAIN, gathered.logged)
    assert found.identical, found.differences
    home.tw("replay", "promote", AGAIN.name)
    said: dict[str, Any] = json.loads(home.tw("search", QUERIES[0], "--json").stdout)
    assert said["lane"] == AGAIN.name
    assert shown(home) == gathered.held.shown

    home.tw("down")
    assert "no checkpoint of it is left" in home.tw("up", status=1).stderr
    home.settle(AGAIN, home.active_jobs(AGAIN))
    assert shown(home) == gathered.held.shown


def test_started_anew_they_write_everything_a_second_time(
    gathered: Gathered, stateless: tuple[Home, str]
) -> None:
    home, _ = stateless
    home.tw("jobs", "submit", "--fresh")
    again = held(home)
    once = gathered.held.tally
    for name in ("raw", "duplicates", "dead_letters", "stories", "briefs"):
        assert getattr(again.tally, name) == getattr(once, name), name
    for name in ("unique", "late", "assignments"):
        assert getattr(again.tally, name) == 2 * getattr(once, name), name
    home.tw("replay", "promote", LIVE.name)
    home.tw("replay", "drop", AGAIN.name, "--yes")
    assert shown(home) == gathered.held.shown
