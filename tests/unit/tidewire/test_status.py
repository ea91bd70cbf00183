"""What ./tw status says of jobs, and that it fits 80 columns where it can."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from flink_jobs.rest import Checkpoints, Failure, JobSummary
from stack.status import ProgramStatus, StackStatus
from tests.support.narrow import Narrow
from tidewire.commands.stack import show_job, show_programs
from tidewire.job_states import JobState, job_states

TRACE = "java.lang.RuntimeException: x\nCaused by: org.evil.Poison: \x1b[2J no such luck\n"


class Rest:
    """A cluster's answers about one job."""

    def __init__(self, latest_at: int | None, *failures: Failure) -> None:
        self._latest_at = latest_at
        self._failures = list(failures)

    def checkpoints(self, job_id: str) -> Checkpoints:
        return Checkpoints(7, 0, 7, self._latest_at)

    def failures(self, job_id: str) -> list[Failure]:
        return self._failures

    def failed_committables(self, job_id: str) -> int:
        return 0


def states(
    rest: Rest, *jobs: JobSummary, failed: tuple[tuple[JobSummary, str], ...] = ()
) -> dict[str, JobState]:
    asked: Any = SimpleNamespace(rest=rest, jobs=lambda: list(jobs), failed=lambda: list(failed))
    return {each.name: each for each in job_states(asked)}


def job(state: str, name: str = "tidewire stories") -> JobSummary:
    return JobSummary("a" * 32, name, state, 1)


def test_jobs_that_run_are_well() -> None:
    found = states(Rest(9, Failure(5, TRACE)), job("RUNNING"), job("RUNNING", "tidewire articles"))
    assert [each.ok for each in found.values()] == [True, True]
    assert found["tidewire stories"].restarts == 1


def test_a_job_that_should_run_and_does_not_is_told_with_the_way_back() -> None:
    found = states(Rest(9), job("RUNNING"))
    absent = found["tidewire articles"]
    assert (absent.ok, absent.state) == (False, "NOT RUNNING")
    assert "./tw jobs submit articles" in absent.reason


@pytest.mark.parametrize("state", ["RESTARTING", "FAILING", "CANCELLING", "CREATED"])
def test_a_job_in_another_state_is_not_well(state: str) -> None:
    assert not states(Rest(9, Failure(10, TRACE)), job(state))["tidewire stories"].ok


@pytest.mark.parametrize("latest_at", [None, 9])
def test_a_job_that_fails_again_before_each_checkpoint_is_not_well_though_it_runs(
    latest_at: int | None,
) -> None:
    found = states(Rest(latest_at, Failure(10, TRACE), Failure(3, TRACE)), job("RUNNING"))["tidewire stories"]
    assert not found.ok
    assert "no such luck" in found.reason


def test_a_job_that_ended_for_good_is_told_once() -> None:
    gone = job("FAILED")
    found = states(Rest(9), job("RUNNING", "tidewire articles"), failed=((gone, "Flood: 30 of 30"),))
    assert found["tidewire stories"].reason == "ended for good: Flood: 30 of 30"
    assert len(found) == 2


@pytest.mark.parametrize("ok", [True, False])
def test_what_is_not_well_is_red_and_says_so_without_colours(ok: bool) -> None:
    said = JobState(
        "tidewire stories", "a", "RUNNING", ok, 7, 0, 2, "" if ok else "failed: \x1b[2J no such luck"
    )
    colours = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    show_job(colours, said)
    assert ("\x1b[31m" in colours.file.getvalue()) is not ok  # type: ignore[attr-defined]
    plain = Narrow(terminal=False)
    show_job(plain.console, said)
    assert ("no such luck" in plain.text) is not ok
    assert ("7 checkpoints since it started, restarted 2 times" in plain.text) is ok
    assert "\x1b" not in plain.text


def test_a_program_that_is_not_up_is_red_in_eighty_columns() -> None:
    programs = tuple(
        ProgramStatus(name, True, state, 4_194_304, 1_764_028_800, 12, None, 5 << 30, None)
        for name, state in (("kafka", "RUNNING"), ("producers-0", "BACKOFF"))
    )
    colours = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    show_programs(colours, StackStatus("/home", 1, programs, 1, ()))
    lines = colours.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert ["\x1b[31m" in each for each in lines if "RUNNING".lower() in each or "backoff" in each] == [
        False,
        True,
    ]
    narrow = Narrow(terminal=True)
    show_programs(narrow.console, StackStatus("/home", 1, programs, 1, ()))
    assert max(map(len, narrow.lines)) <= 80
