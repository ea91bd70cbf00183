"""One Flink process of the same cluster in a container: ``python -m stack.container WHICH``.

WHICH is ``jobmanager``, ``taskmanager`` or ``keeper``. Configuration and command lines are those of the
local stack, so what is tested there runs here; what differs is below. Everything is written at the start
into a folder in memory, for the container's own file system is read-only.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
from pathlib import Path

import yaml
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from stack import flink
from stack.flink_logs import container_log
from stack.keys import write
from stack.settings import StackSettings
from telemetry.environment import SETTINGS, given

EVERYWHERE = "0.0.0.0"
HELD = ".held"
KEEPER = "keeper"
# ZooKeeper keeps no jobs here: the keeper starts them again.
NOT_HERE = ("high-availability.", "zookeeper.", "env.log.", "env.pid.", "taskmanager.host")


class ContainerSettings(BaseSettings):
    """``run`` is in memory; ``scratch`` is on disk, for what RocksDB has on it while it runs; ``keys`` holds
    what ``python -m stack.keys`` made."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_CONTAINER_")

    jobmanager: str = "jobmanager"
    rest_port: int = Field(default=8081, ge=1, le=65_535)
    rpc_port: int = Field(default=6123, ge=1, le=65_535)
    jars: Path = Path("/opt/jars")
    run: Path = Path("/tmp/tidewire")
    scratch: Path = Path("/var/lib/tidewire-scratch")
    keys: Path = Path("/var/lib/tidewire-keys")
    slots: int = Field(default=8, ge=1)

    def stack(self) -> StackSettings:
        """The local stack's settings that come to the same."""
        return StackSettings.model_validate(
            {
                "home": self.run,
                "jars": self.jars,
                "flink_port": self.rest_port,
                "jobmanager_port": self.rpc_port,
                "slots": self.slots,
            }
        )


def configuration(settings: ContainerSettings) -> dict[str, str | int | float | bool]:
    """``config.yaml`` by flat keys."""
    own = flink.configuration(settings.stack())
    kept = {name: value for name, value in own.items() if not name.startswith(NOT_HERE)}
    return {
        **kept,
        "jobmanager.rpc.address": settings.jobmanager,
        "jobmanager.bind-host": EVERYWHERE,
        "rest.address": settings.jobmanager,
        "rest.bind-address": EVERYWHERE,
        "taskmanager.bind-host": EVERYWHERE,
        # Else a quarter of the container's memory, which is too little to translate a job in.
        "env.java.opts.client": f"-Xmx256m {own['env.java.opts.client']}",
    }


def prepare(settings: ContainerSettings) -> StackSettings:
    """Writes ``conf/`` and links ``lib/``."""
    stack = settings.stack()
    _link_keys(stack, settings.keys)
    configured = {**configuration(settings), **flink.tls(stack.keys)}
    written = {
        **flink.files(stack),
        flink.conf(stack) / "config.yaml": yaml.safe_dump(configured, width=10_000),
        flink.conf(stack) / "log4j.properties": container_log(),
        flink.conf(stack) / "masters": f"{settings.jobmanager}:{settings.rest_port}\n",
    }
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Some hold passwords.
        write(path, text.encode())
    for folder in (stack.logs, Path(str(configuration(settings)["io.tmp.dirs"]))):
        folder.mkdir(parents=True, exist_ok=True)
    flink.link_library(stack)
    return stack


def _link_keys(stack: StackSettings, keys: Path) -> None:
    """Where they are on the local stack."""
    stack.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stack.keys.folder.unlink(missing_ok=True)
    stack.keys.folder.symlink_to(keys)


def claim(scratch: Path, name: str) -> Path:
    """This container's own folder there, empty. Folders that no living one holds are removed: a killed
    container leaves its own, and a new one gets another name.

    The lock is the kernel's, goes over into the program that takes this process's place, and ends with it.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    for folder in scratch.iterdir():
        with (folder / HELD).open("a") as held:
            if _locked(held.fileno()):
                shutil.rmtree(folder)
    own = scratch / name
    own.mkdir()
    descriptor = os.open(own / HELD, os.O_CREAT | os.O_RDWR)
    os.set_inheritable(descriptor, True)
    if not _locked(descriptor):
        raise RuntimeError(f"{own} was taken by another container in this moment; start again")
    return own


def command(which: str, settings: ContainerSettings) -> tuple[list[str], dict[str, str]]:
    """Command line and environment of a process, its files written. Raises KeyError for an unknown one."""
    stack = prepare(settings)
    variables = {**given(SETTINGS), **flink.environment(stack)}
    if which == KEEPER:
        return [sys.executable, "-P", "-m", "flink_jobs"], variables
    program = {"jobmanager": flink.jobmanager, "taskmanager": flink.taskmanager}[which](stack)
    temporary = Path(program.clear[0])
    if which == "taskmanager":
        on_disk = claim(settings.scratch, socket.gethostname())
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(on_disk)
    else:
        temporary.mkdir(parents=True, exist_ok=True)
    Path(program.directory).mkdir(parents=True, exist_ok=True)
    return list(program.argv), variables


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in ("jobmanager", "taskmanager", KEEPER):
        sys.exit("usage: python -m stack.container jobmanager|taskmanager|keeper")
    argv, variables = command(arguments[0], ContainerSettings())
    os.execve(argv[0], argv, variables)


if __name__ == "__main__":
    main(sys.argv[1:])
