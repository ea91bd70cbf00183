"""Submitting with a client and a cluster that are made up."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from flink_jobs import submit
from flink_jobs.deduplicated import Bounds
from flink_jobs.rest import FlinkError, FlinkRest
from flink_jobs.retained import StateRefused
from flink_jobs.runs import Run
from flink_jobs.settings import ClusterSettings, JobSettings, NoClient
from flink_jobs.submit import AlreadyRunning, Jobs, NotStarted

JOB_ID = "0123456789abcdef" * 2


class Cluster:
    """Answers as a cluster does whose jobs are ``jobs`` and whose new job has this state."""

    def __init__(self, state: str = "RUNNING", *completed: int) -> None:
        self.jobs: list[dict[str, Any]] = []
        self.state = state
        self.completed = list(completed or (1,))

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        answers: dict[str, Any] = {
            "/jobs/overview": {"jobs": self.jobs},
            "/overview": {"slots-available": 0, "slots-total": 8},
            f"/jobs/{JOB_ID}": {"state": self.state},
            f"/jobs/{JOB_ID}/checkpoints": {
                "counts": {"completed": self.completed[0], "failed": 0},
                "latest": {"completed": None, "restored": None},
            },
            f"/jobs/{JOB_ID}/exceptions": {
                "exceptionHistory": {
                    "entries": [{"timestamp": 1, "stacktrace": "x\nCaused by: java.lang.Error: no slot"}]
                }
            },
        }
        if path.endswith("/checkpoints") and len(self.completed) > 1:
            del self.completed[0]
        return httpx2.Response(200, json=answers[path])


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(
        job="stories", bootstrap="b:1", registry_url="http://r", settings=JobSettings(home=tmp_path / "home")
    )


def jobs(
    monkeypatch: pytest.MonkeyPatch, folder: Path, cluster: Cluster, script: str = "", outputs: bool = False
) -> Jobs:
    client = folder / "flink"
    said = f'echo "$@" > {folder}/arguments\n' + (script or f"echo submitted with JobID {JOB_ID}")
    client.write_text(f"#!/bin/sh\n{said}\n")
    client.chmod(0o755)
    monkeypatch.setattr(submit, "ensure_topics", lambda *_: None)
    monkeypatch.setattr(submit, "_has_outputs", lambda *_: outputs)
    variables = dict.fromkeys(("FLINK_CONF_DIR", "FLINK_LIB_DIR", "FLINK_OPT_DIR", "JAVA_HOME"), str(folder))
    settings = ClusterSettings(variables={**variables, "FLINK_BIN_DIR": str(folder)}, start_timeout_s=5)
    asked = Jobs(settings)
    asked.rest = FlinkRest("http://flink", transport=httpx2.MockTransport(cluster))
    return asked


def test_job_starts_at_the_beginning_with_its_whole_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    started = jobs(monkeypatch, tmp_path, Cluster()).submit(run)
    assert (started.id, started.name, started.resumed_from) == (JOB_ID, "tidewire stories", None)
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith("run -d -py ")
    assert json.loads(arguments[arguments.index("{") :]) == json.loads(run.model_dump_json())


def test_job_goes_on_from_its_newest_checkpoint_without_claiming_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    checkpoint = run.checkpoints / "job" / "chk-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "_metadata").touch()
    started = jobs(monkeypatch, tmp_path, Cluster(), outputs=True).submit(run)
    assert started.resumed_from == checkpoint
    assert f"-s {checkpoint.as_uri()} -cm NO_CLAIM" in (tmp_path / "arguments").read_text()


def test_running_job_is_not_started_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    cluster = Cluster()
    cluster.jobs = [{"jid": "9", "name": run.name, "state": "RESTARTING", "start-time": 1}]
    with pytest.raises(AlreadyRunning, match="already RESTARTING as job 9"):
        jobs(monkeypatch, tmp_path, cluster).submit(run)
    assert not (tmp_path / "arguments").exists()


def test_two_submissions_of_one_job_exclude_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    folder = run.checkpoints.parent
    folder.mkdir(parents=True)
    with (folder / "submit.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning, match="another command"):
            jobs(monkeypatch, tmp_path, Cluster()).submit(run)


def test_a_client_that_outlives_its_command_keeps_others_from_submitting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    left = f"sleep 20 > /dev/null 2>&1 & echo $! > {tmp_path}/left; echo submitted with JobID {JOB_ID}"
    asked = jobs(monkeypatch, tmp_path, Cluster(), left)
    asked.submit(run)
    try:
        with pytest.raises(AlreadyRunning, match="another command"):
            asked.submit(run)
    finally:
        os.kill(int((tmp_path / "left").read_text()), signal.SIGKILL)


def test_lost_state_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    asked = jobs(monkeypatch, tmp_path, Cluster(), outputs=True)
    with pytest.raises(StateRefused, match="write them twice"):
        asked.submit(run)
    assert asked.submit(run, fresh=True).resumed_from is None


def test_refusal_of_the_script_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    script = (
        "echo 'Traceback (most recent call last):'; echo '  File x'; "
        "echo 'KeyError: lost'; "
        "echo 'Caused by: java.lang.RuntimeException: Python process exits with code: 1'; exit 1"
    )
    with pytest.raises(NotStarted, match=r"not accepted \(exit 1\): KeyError: lost"):
        jobs(monkeypatch, tmp_path, Cluster(), script).submit(run)


def test_client_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    asked = jobs(monkeypatch, tmp_path, Cluster(), "sleep 600")
    asked._cluster.start_timeout_s = 0.3
    with pytest.raises(NotStarted, match="did not return"):
        asked.submit(run)


def test_failed_job_gives_its_root_exception(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    with pytest.raises(NotStarted, match=r"FAILED before its first checkpoint: java\.lang\.Error: no slot"):
        jobs(monkeypatch, tmp_path, Cluster("FAILED", 0)).submit(run)


def test_job_without_a_checkpoint_has_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    asked = jobs(monkeypatch, tmp_path, Cluster("RUNNING", 0))
    asked._cluster.start_timeout_s = 0.3
    with pytest.raises(NotStarted, match=r"first checkpoint of tidewire stories.*0 of 8 slots are free"):
        asked.submit(run)


def test_job_that_finished_after_a_checkpoint_has_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    asked = jobs(monkeypatch, tmp_path, Cluster("FINISHED", 0, 0, 1))
    started = asked.submit(run)
    asked.await_end(run, started, timeout_s=5)


def test_job_that_did_not_finish_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run) -> None:
    asked = jobs(monkeypatch, tmp_path, Cluster("CANCELED", 1))
    with pytest.raises(FlinkError, match="ended as CANCELED"):
        asked.await_end(run, submit.Started(JOB_ID, run.name, None), timeout_s=5)


def test_client_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLINK_BIN_DIR", raising=False)
    with pytest.raises(NoClient, match="FLINK_BIN_DIR"):
        _ = ClusterSettings(variables={}).script


def reader_metrics(taken: set[int] | None) -> list[str]:
    """Names, as the cluster has them, of a source's that holds these partitions; None: not yet."""
    reader = "Source__articles_raw.KafkaSourceReader"
    held = [f"{reader}.topic.articles_raw.partition.{each}.currentOffset" for each in taken or ()]
    return ["numRecordsIn", *([f"{reader}.commitsSucceeded", *held] if taken is not None else [])]


@pytest.mark.parametrize(
    ("restored", "latest", "latest_at", "place", "taken", "helped"),
    [
        (3, 5, 1_000, {0: 9, 1: 4}, None, True),
        (3, 3, 1_000, {0: 9, 1: 4}, None, False),
        (3, 5, 1_000, {0: 9}, {0}, False),
        (3, 5, 90_000, {0: 9}, {0, 1}, False),
        (3, 5, 90_000, {0: 9}, None, False),
        (3, 5, 90_000, {0: 9}, {0}, True),
        (3, 5, 90_000, {}, set(), True),
        (3, 5, 90_000, {1: 2}, {0}, False),
        (None, 5, 90_000, {0: 9, 1: 4}, {0, 1}, False),
    ],
    ids=[
        "at its end",
        "before its first checkpoint",
        "before the cluster knows its metrics",
        "still reading",
        "without metrics",
        "one read up before the restore, its commit lost",
        "all read up before the restore, all commits lost",
        "one of two still being read",
        "never restored",
    ],
)
def test_a_restored_job_that_has_read_its_range_is_helped_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    run: Run,
    restored: int | None,
    latest: int,
    latest_at: int,
    place: dict[int, int],
    taken: set[int] | None,
    helped: bool,
) -> None:
    bounded = run.model_copy(update={"bounds": Bounds(end_at=1, offsets={0: 9, 1: 4})})
    asked_to_stop: list[dict[str, Any]] = []

    def cluster(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix(f"/jobs/{JOB_ID}")
        state = "FINISHED" if asked_to_stop else "RUNNING"
        if path == "/stop":
            asked_to_stop.append(json.loads(request.content))
        answers: dict[str, Any] = {
            "/jobs/overview": {"jobs": [{"jid": JOB_ID, "name": run.name, "state": state, "start-time": 1}]},
            "": {"state": state, "vertices": [{"id": "v"}]},
            "/checkpoints": {
                "counts": {"completed": 2, "failed": 0},
                "latest": {
                    "completed": {"id": latest, "trigger_timestamp": latest_at},
                    "restored": None if restored is None else {"id": restored, "restore_timestamp": 500},
                },
            },
            "/vertices/v/subtasks/metrics": [{"id": name} for name in reader_metrics(taken)],
            "/stop": {"request-id": "r"},
            "/savepoints/r": {"status": {"id": "COMPLETED"}, "operation": {"location": "file:///there"}},
        }
        return httpx2.Response(200, json=answers[path])

    asked = jobs(monkeypatch, tmp_path, Cluster())
    asked.rest = FlinkRest("http://flink", transport=httpx2.MockTransport(cluster))
    monkeypatch.setattr(submit, "committed", lambda *_: place)
    asked.end_if_read(bounded, submit.Started(JOB_ID, run.name, None))
    assert [(each["drain"], each["targetDirectory"]) for each in asked_to_stop] == (
        [(True, bounded.drained.as_uri())] if helped else []
    )
