"""The supervisor with small roles and no service: restarts, changes, failures, and a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stack.errors import NotReady, PortTaken, StackError
from stack.leftovers import marked
from stack.programs import Role
from stack.settings import LOOPBACK, StackSettings
from stack.stack import Stack
from tests.conftest import stack_settings

LIVING = """
import os, signal, subprocess, sys, time
def leave(*_):
    print("asked to stop", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("saw", os.environ["SEEN"], os.environ["TIDEWIRE_HOME"], flush=True)
while True:
    time.sleep(1)
"""


def role(seen: str = "first") -> Role:
    return Role("worker", [sys.executable, "-c", LIVING], {"SEEN": seen}, steady_s=1)


def until(condition: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.1)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(stack_settings(tmp_path / "home"))
    yield stack
    stack.down()


def output(stack: Stack) -> str:
    return (stack.settings.logs / "worker.log").read_text()


def test_a_killed_role_is_restarted_and_reported(own: Stack) -> None:
    own.up([role()], services=())
    first = own.status().program("worker")
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: own.status().program("worker").restarts == 1, "the death to be reported")
    until(lambda: own.status().program("worker").pid not in (None, first.pid), "another process")
    assert [event.event for event in own.events() if event.program == "worker"][:2] == ["running", "died"]


def test_a_changed_role_is_restarted_and_an_unchanged_one_is_left_alone(own: Stack) -> None:
    own.up([role()], services=())
    first = own.status().program("worker").pid
    own.up([role()], services=())
    assert own.status().program("worker").pid == first
    own.add_roles([role(seen="second")])
    until(lambda: f"saw second {own.settings.home}" in output(own), "the new environment")
    assert own.status().program("worker").restarts == 0
    own.remove_role("worker")
    assert own.status().programs == ()


def test_down_asks_first_and_leaves_no_descendant(own: Stack) -> None:
    own.up([role()], services=())
    until(lambda: "saw first" in output(own), "the role's child")
    processes = marked(str(own.settings.home))
    assert len(processes) >= 4  # supervisor, its listener, the role and its child
    own.down()
    assert "asked to stop" in output(own)
    assert not psutil.wait_procs(processes, timeout=10)[1]
    assert not own.status().running
    own.down()  # nothing to do is no error


def test_a_role_that_cannot_start_is_told_with_its_last_words(own: Stack) -> None:
    with pytest.raises(NotReady, match=r"(?s)worker does not start.*no such luck"):
        own.up([Role("worker", [sys.executable, "-c", "raise SystemExit('no such luck')"])], services=())


def test_a_taken_port_stops_up_before_anything_starts(own: Stack) -> None:
    with (
        socket.create_server((LOOPBACK, own.settings.registry_port)),
        pytest.raises(PortTaken, match=r"the schema registry.*TIDEWIRE_STACK_REGISTRY_PORT"),
    ):
        own.up()
    assert not own.status().running
    assert not (own.settings.folder / "ports.json").exists()


def test_a_roles_taken_port_is_told(own: Stack) -> None:
    with socket.create_server((LOOPBACK, own.settings.reader_port)):
        reader = Role("reader", ["true"], ready_url=own.settings.reader_url, port_variable="READER_PORT")
        with pytest.raises(PortTaken, match=r"wanted for reader.*READER_PORT="):
            own.up([reader], services=())


def test_the_port_of_a_role_to_come_is_looked_at_before_anything_starts(own: Stack) -> None:
    with socket.create_server((LOOPBACK, own.settings.reader_port)):
        reader = Role("reader", ["true"], ready_url=own.settings.reader_url, port_variable="READER_PORT")
        with pytest.raises(PortTaken, match=r"wanted for reader.*READER_PORT="):
            own.up(later=[reader])
    assert not own.status().running
    assert not (own.settings.folder / "ports.json").exists()


def test_other_ports_for_a_running_stack_are_refused(own: Stack) -> None:
    own.up(services=())
    moved = own.settings.model_copy(update={"kafka_port": own.settings.kafka_port + 1})
    with pytest.raises(StackError, match="running on other ports"):
        Stack(moved).up(services=())


def test_stale_files_of_a_crash_do_not_stop_a_start(own: Stack) -> None:
    own.up([role()], services=())
    left = marked(str(own.settings.home))
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    assert (own.settings.folder / "supervisor.pid").exists()
    own.up([role()], services=())
    assert own.status().program("worker").state == "RUNNING"


def test_two_commands_at_once_are_told_apart(own: Stack) -> None:
    with own._alone(), pytest.raises(StackError, match="Another command"):
        Stack(own.settings).down()


def test_the_stack_ends_with_its_owner(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        settings: StackSettings = stack_settings(tmp_path).model_copy(update={"owner_pid": owner.pid})
        stack = Stack(settings)
        stack.up([role()], services=())
        owner.kill()
    until(lambda: not marked(str(settings.home)), "the end of every process")


def test_missing_archives_are_told_with_the_way_out(own: Stack, tmp_path: Path) -> None:
    bare = Stack(own.settings.model_copy(update={"jars": tmp_path / "nothing"}))
    with pytest.raises(StackError, match="make bootstrap"):
        bare.up()
