"""Answers of Flink's REST interface, as its documentation shapes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from flink_jobs.rest import FlinkError, FlinkRest, Overdue, Unreachable, cause, until

JAVA = """org.apache.flink.runtime.JobException: Recovery is suppressed
\tat org.apache.flink.Some.method(Some.java:1)
Caused by: java.util.concurrent.CompletionException: java.lang.Error
Caused by: java.lang.NumberFormatException: For input string: "infinite"
\t... 8 more
"""
PYTHON = """Traceback (most recent call last):
  File "job.py", line 3, in <module>
    main()
schemas.registry.UnregisteredSchema: tidewire.Story is not registered
org.apache.flink.ProgramAbortException: java.lang.RuntimeException: Python process exits with code: 1
\tat org.apache.flink.client.python.PythonDriver.main(PythonDriver.java:134)
Caused by: java.lang.RuntimeException: Python process exits with code: 1
"""


def rest(answers: dict[str, Any]) -> FlinkRest:
    def answer(request: httpx2.Request) -> httpx2.Response:
        found = answers[f"{request.method} {request.url.path}"]
        body = found(request) if callable(found) else found
        return body if isinstance(body, httpx2.Response) else httpx2.Response(200, json=body)

    return FlinkRest("http://flink", transport=httpx2.MockTransport(answer))


def job(job_id: str, name: str, state: str, at: int) -> dict[str, Any]:
    return {"jid": job_id, "name": name, "state": state, "start-time": at}


def test_active_job_is_found_among_ended_ones_of_its_name() -> None:
    overview = {
        "jobs": [job("1", "a", "FAILED", 9), job("2", "a", "RESTARTING", 5), job("3", "b", "RUNNING", 6)]
    }
    cluster = rest({"GET /jobs/overview": overview})
    found = cluster.active("a")
    assert found is not None
    assert found.id == "2"
    assert cluster.active("c") is None
    assert [each.id for each in cluster.jobs()] == ["1", "3", "2"]


@pytest.mark.parametrize(("restored", "lost"), [(None, 9), ({"id": 3, "restore_timestamp": 1}, 1)])
def test_refused_commits_are_lost_but_for_those_a_restore_repeats(restored: Any, lost: int) -> None:
    def metrics(request: httpx2.Request) -> Any:
        if "get" not in request.url.params:
            ids = ["a: Committer.failedCommittables", "a.numRecordsIn", "b: Committer.failedCommittables"]
            return [{"id": name} for name in ids]
        assert request.url.params["agg"] == "sum"
        names = request.url.params["get"].split(",")
        return [{"id": name, "sum": float(number)} for name, number in zip(names, (4, 5), strict=True)]

    vertices = [{"id": "v", "parallelism": 2}, {"id": "w", "parallelism": 1}]
    cluster = rest(
        {
            "GET /jobs/1": {"state": "RUNNING", "vertices": vertices},
            "GET /jobs/1/vertices/v/subtasks/metrics": metrics,
            "GET /jobs/1/vertices/w/subtasks/metrics": [{"id": "numRecordsIn"}],
            "GET /jobs/1/checkpoints": counted(5, LATEST, restored),
        }
    )
    assert cluster.failed_committables("1") == lost


LATEST = {"id": 7, "trigger_timestamp": 1_700}


def counted(completed: int, latest: Any, restored: Any = None) -> Any:
    return {
        "counts": {"completed": completed, "failed": 3},
        "latest": {"completed": latest, "restored": restored},
    }


def stopping(operation: dict[str, Any]) -> FlinkRest:
    answers = iter(
        [{"status": {"id": "IN_PROGRESS"}}, {"status": {"id": "COMPLETED"}, "operation": operation}]
    )
    return rest(
        {
            "POST /jobs/1/stop": {"request-id": "r"},
            "GET /jobs/1/savepoints/r": lambda _: next(answers),
            "GET /jobs/1": {"state": "FINISHED"},
        }
    )


def test_stop_waits_for_the_savepoint(tmp_path: Path) -> None:
    place = tmp_path / "savepoint 1"
    assert stopping({"location": place.as_uri()}).stop("1", tmp_path) == place


def test_failed_stop_says_why(tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match='NumberFormatException: For input string: "infinite"'):
        stopping({"failure-cause": {"stack-trace": JAVA}}).stop("1", tmp_path)


def test_checkpoints_before_and_after_the_first() -> None:
    assert rest({"GET /jobs/1/checkpoints": counted(0, None)}).checkpoints("1").latest_id is None
    after = counted(2, LATEST, {"id": 5, "restore_timestamp": 1_200})
    found = rest({"GET /jobs/1/checkpoints": after}).checkpoints("1")
    assert (found.completed, found.latest_id, found.latest_at, found.restored) == (2, 7, 1_700, True)
    assert (found.since_restored, found.running_ms) == (True, 500)


def test_the_watermark_of_a_job_is_its_lowest_behind_the_sources() -> None:
    def cluster(*marks: str) -> FlinkRest:
        return rest(
            {
                "GET /jobs/1": {"state": "RUNNING", "vertices": [{"id": "s"}, {"id": "v"}]},
                "GET /jobs/1/vertices/v/watermarks": [{"value": mark} for mark in marks],
            }
        )

    assert cluster().watermark("1") is None
    assert cluster("40", "-9223372036854775808", "50").watermark("1") == -(2**63)


def test_errors_of_the_cluster_are_told_in_one_line() -> None:
    cluster = rest({"GET /jobs/1": httpx2.Response(404, json={"errors": ["Job 1 not found\n\tat x"]})})
    with pytest.raises(FlinkError, match=r"404 Job 1 not found$"):
        cluster.state("1")


def test_silent_cluster_is_unreachable() -> None:
    def refuse(_: httpx2.Request) -> Any:
        raise httpx2.ConnectError("refused")

    with pytest.raises(Unreachable, match="tw up"):
        rest({"GET /jobs/1": refuse}).state("1")


def test_cluster_without_a_leader_is_unreachable() -> None:
    cluster = rest(
        {"GET /jobs/1": httpx2.Response(503, json={"errors": ["Service temporarily unavailable"]})}
    )
    with pytest.raises(Unreachable, match="no leader yet"):
        cluster.state("1")


def test_waiting_bears_a_cluster_that_is_away_for_a_moment() -> None:
    answers = iter([Unreachable("away"), None, "there"])

    def probe() -> str | None:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert until(probe, 5, "it") == "there"


def test_waiting_ends_with_what_was_awaited() -> None:
    with pytest.raises(Overdue, match="waited 0 s for the moon"):
        until(lambda: None, 0, "the moon")


def test_cause_is_the_innermost_and_not_the_wrapping() -> None:
    assert cause(JAVA) == 'java.lang.NumberFormatException: For input string: "infinite"'
    assert cause(PYTHON) == "schemas.registry.UnregisteredSchema: tidewire.Story is not registered"
    assert cause("") == "no reason was given"
