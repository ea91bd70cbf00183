"""What the keeper starts, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flink_jobs import __main__ as keeper_main
from flink_jobs.keeping import FIRST_WAIT_S, LONGEST_WAIT_S, Keeper
from flink_jobs.registered import hosts, is_registered
from flink_jobs.rest import FlinkError, JobSummary, Unreachable
from flink_jobs.retained import StateRefused
from flink_jobs.runs import JOBS, Run
from flink_jobs.settings import JobSettings
from flink_jobs.submit import Started


@pytest.fixture
def runs() -> list[Run]:
    return [Run(job=name, bootstrap="b:1", registry_url="http://r") for name in JOBS]


def job(run: Run, state: str, started_at: int = 1) -> JobSummary:
    return JobSummary("id", run.name, state, started_at)


def test_on_an_empty_cluster_both_jobs_are_started(runs: list[Run]) -> None:
    keeper = Keeper(runs)
    assert keeper.look([], 0.0) == runs
    assert keeper.check()["ok"] is False


@pytest.mark.parametrize(
    "state", ["RUNNING", "RESTARTING", "INITIALIZING", "CREATED", "FAILING", "CANCELLING"]
)
def test_a_job_that_the_cluster_has_in_hand_is_left_to_it(runs: list[Run], state: str) -> None:
    keeper = Keeper(runs)
    assert keeper.look([job(runs[0], state), job(runs[1], "RUNNING")], 0.0) == []
    assert keeper.check()["ok"] is True


@pytest.mark.parametrize("state", ["FAILED", "CANCELED", "FINISHED"])
def test_a_job_that_ended_is_started_again_unless_another_of_its_name_runs(
    runs: list[Run], state: str
) -> None:
    keeper = Keeper(runs)
    assert keeper.look([job(runs[0], state), job(runs[1], "RUNNING")], 0.0) == [runs[0]]
    again = [job(runs[0], "RUNNING", 2), job(runs[0], state), job(runs[1], "RUNNING")]
    assert keeper.look(again, 0.0) == []


def test_jobs_of_another_lane_are_none_of_its_business(runs: list[Run]) -> None:
    other = JobSummary("id", f"{runs[0].name} (lane check)", "RUNNING", 1)
    assert Keeper(runs).look([other], 0.0) == runs


def test_a_start_that_fails_is_tried_again_ever_more_slowly(runs: list[Run]) -> None:
    keeper, running = Keeper(runs), [job(runs[1], "RUNNING")]
    waits = [keeper.failed(runs[0], "no slot", 100.0) for _ in range(6)]
    assert waits[0] == FIRST_WAIT_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    assert keeper.look(running, 100.0 + LONGEST_WAIT_S - 1) == []
    assert keeper.check()["failures"] == {runs[0].name: "no slot"}
    assert keeper.look(running, 100.0 + LONGEST_WAIT_S) == [runs[0]]
    keeper.started(runs[0])
    assert keeper.check() == {"ok": True, "missing": [], "unreachable": "", "ended": {}, "failures": {}}


class Cluster:
    """Stands for the jobs of a cluster."""

    def __init__(self, *errors: Exception) -> None:
        self.rest = self
        self.errors = list(errors)
        self.submitted: list[str] = []
        self.named: list[Path | None] = []
        self.stopped: list[str] = []

    def jobs(self) -> list[JobSummary]:
        return []

    def submit(self, run: Run, savepoint: Path | None = None) -> Started:
        self.submitted.append(run.job)
        self.named.append(savepoint)
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return Started("id", run.name, None)

    def stop(self, run: Run) -> Path:
        self.stopped.append(run.job)
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return Path("/savepoints/1")


def test_one_job_whose_state_is_refused_keeps_the_other_from_nothing(runs: list[Run]) -> None:
    keeper, cluster = Keeper(runs), Cluster(StateRefused("too old"))
    asked: Any = cluster
    keeper_main.turn(keeper, asked)
    assert cluster.submitted == ["articles", "stories"]
    assert keeper.check()["failures"] == {"tidewire articles": "too old"}
    assert keeper.missing == ("tidewire articles",)


def test_a_cluster_that_goes_away_is_no_failure_of_a_job(runs: list[Run]) -> None:
    keeper, cluster = Keeper(runs), Cluster(Unreachable("gone"))
    asked: Any = cluster
    keeper_main.turn(keeper, asked)
    assert cluster.submitted == ["articles"]
    assert keeper.check()["unreachable"] == "gone"
    assert keeper.check()["failures"] == {}
    keeper_main.turn(keeper, asked)
    assert cluster.submitted == ["articles", "articles", "stories"]
    assert keeper.check()["ok"] is True


def test_an_expired_checkpoint_is_named_only_when_that_is_asked_for(tmp_path: Path) -> None:
    home = JobSettings(home=tmp_path)
    run = Run(job="stories", bootstrap="b:1", registry_url="http://r", settings=home)
    checkpoint = run.checkpoints / "job" / "chk-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "_metadata").touch()
    cluster = Cluster()
    asked: Any = cluster
    keeper_main.turn(Keeper([run]), asked)
    keeper_main.turn(Keeper([run]), asked, accept_expired=True)
    assert cluster.named == [None, checkpoint]


def test_a_keeper_told_to_end_begins_no_other_start(runs: list[Run]) -> None:
    cluster = Cluster()
    asked: Any = cluster
    keeper_main.turn(Keeper(runs), asked, ended=lambda: bool(cluster.submitted))
    assert cluster.submitted == ["articles"]


def test_at_the_end_every_job_is_stopped_though_one_cannot_be(runs: list[Run]) -> None:
    cluster = Cluster(FlinkError("not running"))
    asked: Any = cluster
    assert keeper_main.stop(asked, runs) == 1
    assert sorted(cluster.stopped) == ["articles", "stories"]
    assert keeper_main.stop(asked, runs) == 0


def test_a_taskmanager_finds_itself_among_those_of_the_cluster() -> None:
    answer = {
        "taskmanagers": [
            {"id": "a", "path": "pekko.tcp://flink@172.18.0.5:6122/user/rpc/taskmanager_0"},
            {"id": "b", "path": "pekko.tcp://flink@other-host:40123/user/rpc/taskmanager_0"},
        ]
    }
    assert hosts(answer) == {"172.18.0.5", "other-host"}
    assert is_registered(answer, {"me", "172.18.0.5"})
    assert not is_registered(answer, {"me", "172.18.0.6"})
    assert not is_registered({"taskmanagers": []}, {"me"})


def test_a_job_that_ended_in_a_flood_is_not_started_again_until_somebody_does(runs: list[Run]) -> None:
    trace = "SuppressRestartsException\nCaused by: java.lang.IllegalStateException: Flood: 100 of 120 failed"

    class Rest:
        known: list[JobSummary] = []  # noqa: RUF012

        def jobs(self) -> list[JobSummary]:
            return self.known

        def root_exception(self, job_id: str) -> str:
            return trace

    class Asked:
        def __init__(self) -> None:
            self.rest, self.submitted = Rest(), []  # type: ignore[var-annotated]

        def submit(self, run: Run, savepoint: Path | None = None) -> Started:
            self.submitted.append(run.name)
            return Started("new", run.name, None)

    keeper, asked = Keeper(runs), Asked()
    running = [job(each, "RUNNING") for each in runs]
    asked.rest.known = running
    keeper_main.turn(keeper, asked)  # type: ignore[arg-type]
    asked.rest.known = [job(runs[0], "FAILED"), JobSummary("other", runs[1].name, "RUNNING", 1)]
    for _ in range(3):
        keeper_main.turn(keeper, asked)  # type: ignore[arg-type]
    assert asked.submitted == []
    assert "100 of 120" in str(keeper.check()["ended"])
    assert keeper.check()["ok"] is False
    # Submitted by hand, it is kept again; a keeper that begins tries once.
    asked.rest.known = [JobSummary("by hand", runs[0].name, "RUNNING", 2), asked.rest.known[1]]
    keeper_main.turn(keeper, asked)  # type: ignore[arg-type]
    assert keeper.check()["ok"] is True
    asked.rest.known = [job(runs[0], "FAILED"), asked.rest.known[1]]
    keeper_main.turn(Keeper(runs), asked)  # type: ignore[arg-type]
    assert asked.submitted == [runs[0].name]
