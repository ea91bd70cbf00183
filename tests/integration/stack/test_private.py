"""What the processes of a started stack are given, and the modes of what they write."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.leftovers import PROGRAM, marked
from stack.programs import Role
from stack.stack import Stack
from tests.conftest import stack_settings
from tidewire.roles import agents_role, producer_roles, reading_roles
from topics.lane import LIVE

SECRETS = {
    "ANTHROPIC_API_KEY": "not-a-key-a",
    "TIDEWIRE_INDEX_API_KEY": "not-a-key-i",
    "AWS_SECRET_ACCESS_KEY": "not-a-key-w",
    "HTTPS_PROXY": "http://user:not-a-key-p@127.0.0.1:9",
}
WAITING = """
import pathlib, subprocess, sys, time
pathlib.Path("written").write_text("by a role")
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
time.sleep(600)
"""
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Kafka, the registry, ZooKeeper and Flink, and beside them a program that waits for each role."""
    stack = Stack(stack_settings(tmp_path_factory.mktemp("private") / "home"))
    before = os.umask(0o022)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        # As the command line does: what is on loopback is not asked for through a proxy.
        patch.setenv("NO_PROXY", stack.settings.environment()["NO_PROXY"])
        roles = (agents_role(LIVE, {}), *producer_roles({}), *reading_roles(stack.settings, {}))
        stack.up([waiting(role) for role in roles])
    os.umask(before)
    yield stack
    stack.down()


def waiting(role: Role) -> Role:
    return Role(role.name, [sys.executable, "-c", WAITING], role.env, role.secrets, steady_s=1)


def test_secrets_reach_only_those_they_are_for(started: Stack) -> None:
    found: dict[str, set[str]] = {}
    processes = marked(str(started.settings.home))
    for process in processes:
        environment = process.environ()
        text = Path(f"/proc/{process.pid}/environ").read_bytes() if sys.platform == "linux" else b""
        name = environment.get(PROGRAM, "supervisor")
        held = {secret for secret in SECRETS if secret in environment or SECRETS[secret].encode() in text}
        found.setdefault(name, set()).update(held)
    assert found.pop("agents") == {"ANTHROPIC_API_KEY", "HTTPS_PROXY"}
    assert found.pop("reader") == {"TIDEWIRE_INDEX_API_KEY"}
    assert {
        "supervisor",
        "watch",
        "kafka",
        "registry",
        "zookeeper",
        "jobmanager",
        "taskmanager",
    } <= found.keys()
    assert set().union(*found.values()) == set(), found


def test_no_file_of_the_home_holds_one(started: Stack) -> None:
    home = started.settings.home
    for path in (*(home / "stack").rglob("*"), *(home / "logs").rglob("*")):
        if path.is_file():
            text = path.read_bytes()
            assert not [name for name, value in SECRETS.items() if value.encode() in text], path


def test_everything_in_the_home_is_its_users_alone(started: Stack) -> None:
    home = started.settings.home
    assert (home / "written").exists()
    wide = {
        str(path.relative_to(home)): oct(stat.S_IMODE(path.lstat().st_mode))
        for path in (home, *home.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    }
    assert wide == {}
    kept = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert {"kafka", "registry", "flink", "zookeeper", "stack", "logs"} <= kept
    assert psutil.Process(started.status().supervisor_pid).uids().real == home.stat().st_uid
