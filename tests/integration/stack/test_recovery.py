"""A stack of its own is hurt while a job counts into a topic; every number must be there exactly once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from stack import contents
from stack.leftovers import marked
from stack.readiness import http
from stack.services import SERVICES
from stack.stack import Stack
from tests.conftest import stack_settings
from topics.reading import read_range

JOB = Path(__file__).with_name("counting_job.py")
TOPIC = "counted"

pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(stack_settings(tmp_path_factory.mktemp("hurt")))
    stack.up()
    yield stack
    stack.down()


@pytest.fixture(scope="module")
def job_id(own: Stack) -> str:
    admin = AdminClient(dict(contents.broker(own.settings).client()))
    for future in admin.create_topics([NewTopic(TOPIC, 1, 1)]).values():
        future.result()
    environment = {**os.environ, **own.environment(), **own.flink_environment()}
    command = [f"{environment['FLINK_BIN_DIR']}/flink", "run", "-d", "-py", str(JOB)]
    done = subprocess.run(
        [*command, own.settings.bootstrap, TOPIC],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    submitted = re.search(r"JobID ([0-9a-f]{32})", done.stdout)
    assert submitted, done.stdout + done.stderr
    return submitted[1]


def until(condition: Callable[[], bool], what: str, timeout_s: float = 400) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.2)


def ask(stack: Stack, path: str) -> Any:
    with http(stack.settings.keys.identity) as client:
        answer = client.get(f"{stack.settings.flink_url}/{path}")
    return answer.json() if answer.is_success else {}


def numbers(stack: Stack) -> list[int]:
    found = read_range(contents.broker(stack.settings), TOPIC)
    return [json.loads(received.value or b"{}")["n"] for received in found]


def more_than(stack: Stack, count: int) -> bool:
    return len(numbers(stack)) > count


def goes_on(stack: Stack, what: str) -> None:
    """More numbers are committed, and all that are there are 1, 2, 3, …"""
    before = len(numbers(stack))
    until(lambda: more_than(stack, before), f"more numbers after {what}")
    found = numbers(stack)
    assert found == list(range(1, len(found) + 1))


def kill(stack: Stack, name: str) -> None:
    """SIGKILL, then wait until the supervisor has another one, reported as a restart."""
    program = stack.status().program(name)
    assert program.pid is not None
    os.kill(program.pid, signal.SIGKILL)

    def back() -> bool:
        now = stack.status().program(name)
        return now.pid not in (None, program.pid) and now.restarts > program.restarts

    until(back, f"{name} to be restarted")
    until(lambda: SERVICES[name].ready(stack.settings), f"{name} to be ready again")


@pytest.mark.parametrize("name", ["jobmanager", "kafka", "zookeeper", "registry"])
def test_killed_process_comes_back_and_the_job_loses_and_doubles_nothing(
    own: Stack, job_id: str, name: str
) -> None:
    until(lambda: more_than(own, 0), "the first number")
    kill(own, name)
    goes_on(own, f"kill -9 of {name}")
    assert [job["id"] for job in ask(own, "jobs")["jobs"] if job["status"] == "RUNNING"] == [job_id]


def test_killed_taskmanager_comes_back_without_its_old_workers(own: Stack, job_id: str) -> None:
    until(lambda: more_than(own, 0), "the first number")
    home = str(own.settings.home)
    old = own.status().program("taskmanager").pid
    workers = [process for process in marked(home, "taskmanager") if process.pid != old]
    assert workers
    kill(own, "taskmanager")
    assert not psutil.wait_procs(workers, timeout=30)[1]
    goes_on(own, "kill -9 of the TaskManager")
    assert [job["id"] for job in ask(own, "jobs")["jobs"] if job["status"] == "RUNNING"] == [job_id]


def test_down_leaves_no_process_and_up_goes_on(own: Stack, job_id: str) -> None:
    until(lambda: more_than(own, 0), "the first number")
    own.down()
    assert not own.status().running
    assert marked(str(own.settings.home)) == []
    own.up()
    goes_on(own, "down and up")
    assert [job["id"] for job in ask(own, "jobs")["jobs"] if job["status"] == "RUNNING"] == [job_id]


def test_up_copes_with_a_killed_supervisor(own: Stack, job_id: str) -> None:
    until(lambda: more_than(own, 0), "the first number")
    supervisor = own.status().supervisor_pid
    assert supervisor is not None
    orphans = marked(str(own.settings.home))
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not own.status().running, "the supervisor to be gone", 30)
    assert own.status().unsupervised
    own.up()
    assert not psutil.wait_procs(orphans, timeout=30)[1]
    assert own.status().unsupervised == ()
    goes_on(own, "kill -9 of the supervisor")
