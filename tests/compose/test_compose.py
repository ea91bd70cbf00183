"""The containers as they are deployed, on the sample newswire: killed, stopped, started, and still exact."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from newswire.labels import load_labels
from replay.compare.comparison import Outputs, compare
from schemas.codec import to_dict
from schemas.identity import hash_of
from schemas.records import UniqueArticle
from tests.compose.project import Project, doubled, wait_until
from tidewire.tally import Tally
from topics.catalogue import ARTICLES_UNIQUE
from topics.decoding import records

NEWSWIRE = "http://newswire:18090"
# In this order, each once the time line has gone on since the last.
VICTIMS = ("producers", "taskmanager", "agents", "reader", "keeper", "registry", "jobmanager", "kafka")
STEPS_BETWEEN = 20
PRODUCERS = 2


def _missing() -> str:
    if shutil.which("docker") is None:
        return "docker is not installed"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return f"`{' '.join(command)}` fails: {done.stderr.strip()[:200]}"
    return "" if os.getuid() == 0 else "processes of containers are killed from the host, which takes root"


MISSING = _missing()
pytestmark = [
    pytest.mark.compose,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]


@dataclass(frozen=True)
class Seen:
    """What a settled project holds."""

    tally: Tally
    served: int
    indexed: int
    outputs: Outputs


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Built and brought up; taken down with its volumes at the end, its logs kept beside the test's files."""
    folder = tmp_path_factory.mktemp("compose")
    made = Project(folder, PRODUCERS)
    made.build()
    try:
        made.up()
        yield made
    finally:
        logs = Path(os.environ.get("TIDEWIRE_COMPOSE_LOGS", folder / "containers.log"))
        logs.write_text(made.logs())
        print(f"logs of the containers: {logs}")
        made.down("--volumes", "--remove-orphans")


def see(project: Project) -> Seen:
    project.settle()
    return Seen(
        tally=project.tally(),
        served=int(project.newswire("/ledger/summary")["served"]),
        indexed=int(project.reader.get("/api/counts")["latest_briefs"]),
        outputs=project.outputs(),
    )


@pytest.fixture(scope="module")
def played(project: Project) -> Seen:
    """The whole sample, during which the first process of every service was killed."""

    def on(step: int) -> bool:
        status = project.newswire()
        return bool(status["done"] or status["step"] >= step)

    wait_until(lambda: on(30) and len(project.jobs()) == 2, "the time line to be under way", 400)
    for victim in VICTIMS:
        reached = int(project.newswire()["step"])
        assert not project.newswire()["done"], f"the sample was over before {victim} could be killed"
        project.kill(victim)
        wait_until(
            lambda since=reached: on(since + STEPS_BETWEEN),  # type: ignore[misc]
            f"{STEPS_BETWEEN} steps after the kill of {victim}",
        )
    wait_until(lambda: bool(project.newswire()["done"]), "the end of the time line", 600)
    return see(project)


@pytest.fixture(scope="module")
def restarts(project: Project, played: Seen) -> dict[str, int]:
    return {each.service: each.restarts for each in project.containers() if each.restarts}


def test_every_victim_died_and_was_started_again(restarts: dict[str, int]) -> None:
    assert set(VICTIMS) <= restarts.keys()


def test_everything_served_is_accounted_for(played: Seen) -> None:
    expected, counted = load_labels(NEWSWIRE).expected, asdict(played.tally)
    for name in ("raw", "unique", "duplicates", "dead_letters"):
        assert counted[name] == getattr(expected, name), name
    assert played.served == expected.served == played.tally.raw + played.tally.dead_letters
    assert played.tally.raw == played.tally.unique + played.tally.duplicates


def test_the_index_holds_the_latest_briefs(played: Seen) -> None:
    assert played.tally.briefs > 0
    assert played.indexed == played.tally.briefs


def test_late_is_what_its_own_clocks_make_late(project: Project, played: Seen) -> None:
    """While the broker was away entries waited to be logged, so there may be more than the labels count."""
    unique = records(project.broker, project.codec, ARTICLES_UNIQUE, UniqueArticle)
    late = [each for each in unique if each.published_at < each.logged_at - project.times.lateness_ms]
    assert [each for each in unique if each.late] == late
    assert played.tally.late == len(late) >= load_labels(NEWSWIRE).expected.late


def test_no_kill_doubled_anything(played: Seen) -> None:
    made = played.outputs
    assert doubled([(each.article_id, each.version, each.content_hash) for each in made.enriched]) == []
    assert doubled([(each.story_id, each.revision) for each in made.stories]) == []
    assert doubled([(each.story_id, each.revision, each.desk) for each in made.assignments]) == []
    assert doubled([(each.key, each.revision) for each in made.indicators]) == []
    assert len(made.enriched) == played.tally.unique


def test_the_keeper_brought_the_jobs_back_with_their_state(project: Project, played: Seen) -> None:
    """The JobManager was killed, and nothing but the keeper knew of the jobs then."""
    for name, job in project.jobs().items():
        assert project.flink.checkpoints(job).restored, name
        assert project.flink.failed_committables(job) == 0, name


def test_everything_is_healthy_again(project: Project, played: Seen) -> None:
    wait_until(lambda: not project.unwell(), "every container to be healthy", 200)


def test_the_catalogue_is_shared_between_the_producers(project: Project, played: Seen) -> None:
    held = []
    for number in range(1, PRODUCERS + 1):
        said = project.compose(
            "exec", "-T", "--index", str(number), "producers",
            "python", "-m", "telemetry.probe", "http://127.0.0.1:8090/health",
        )  # fmt: skip
        held.append(json.loads(said)["partitions"])
    assert sum(held) == 6
    assert all(held)


def test_containers_are_shut_in(project: Project, played: Seen) -> None:
    for each in project.containers():
        settings = each.inspected["HostConfig"]
        bindings = [port for ports in (settings["PortBindings"] or {}).values() for port in ports]
        assert all(port["HostIp"] == "127.0.0.1" for port in bindings), each.service
        assert settings["Memory"] > 0, each.service
        assert not settings["Privileged"], each.service
        assert project.key not in json.dumps(each.inspected), each.service
        if each.service not in ("kafka", "volumes"):
            assert settings["ReadonlyRootfs"], each.service
            assert each.inspected["Config"]["User"] not in ("", "0", "root"), each.service


def test_search_finds_what_was_gathered(project: Project, played: Seen) -> None:
    found = project.reader.get("/api/search", {"q": "port strike"})["results"]
    assert {each["kind"] for each in found} >= {"brief", "article"}


def test_down_and_up_lose_and_double_nothing(project: Project, played: Seen) -> None:
    project.down()
    assert project.containers() == []
    project.up()
    again = see(project)
    assert (again.tally, again.served, again.indexed) == (played.tally, played.served, played.indexed)
    # Ticks go on, so windows have closed since; those that had closed before are as they were.
    before, after = played.outputs.indicators, again.outputs.indicators
    hashes = [hash_of(to_dict(each)) for each in after]
    assert {hash_of(to_dict(each)) for each in before} <= set(hashes)
    assert doubled(hashes) == []
    found = compare(played.outputs, replace(again.outputs, indicators=before))
    assert found.identical, found.differences
    for name, job in project.jobs().items():
        assert project.flink.checkpoints(job).restored, name
    wait_until(lambda: not project.unwell(), "every container to be healthy", 200)
