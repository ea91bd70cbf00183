"""ZooKeeper, which holds what a killed JobManager must find again: its jobs and their checkpoints."""

from __future__ import annotations

from pathlib import Path

from stack import flink
from stack.keys import FLINKS_ZOOKEEPER, read
from stack.programs import QUICK_JVM, Program
from stack.settings import LOOPBACK, StackSettings
from topics.settings import USER

MAIN = "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.quorum.QuorumPeerMain"
TICK_MS = 1000
LOGIN = "server.jaas"


def folder(settings: StackSettings) -> Path:
    return settings.home / "zookeeper"


def data(settings: StackSettings) -> Path:
    return folder(settings) / "data"


def files(settings: StackSettings) -> dict[Path, str]:
    """Raises OSError when the stack's keys are not there."""
    values = {
        "tickTime": TICK_MS,
        "dataDir": data(settings),
        "clientPort": settings.zookeeper_port,
        "clientPortAddress": LOOPBACK,
        "admin.enableServer": "false",
        "4lw.commands.whitelist": "srvr",
        # Who points a JobManager at a job of theirs has it run their code.
        "authProvider.1": f"{FLINKS_ZOOKEEPER}.server.auth.SASLAuthenticationProvider",
        "sessionRequireClientSASLAuth": "true",
        "autopurge.snapRetainCount": 3,
        "autopurge.purgeInterval": 1,
    }
    login = (
        f"Server {{ {FLINKS_ZOOKEEPER}.server.auth.DigestLoginModule required "
        f'user_{USER}="{read(settings.keys.zookeeper_password)}"; }};\n'
    )
    return {
        folder(settings) / "zoo.cfg": "".join(f"{name}={value}\n" for name, value in values.items()),
        folder(settings) / LOGIN: login,
    }


def program(settings: StackSettings) -> Program:
    return Program(
        name="zookeeper",
        argv=(
            str(settings.java),
            "-Xmx64m",
            *QUICK_JVM,
            "-XX:+ExitOnOutOfMemoryError",
            "-Dzookeeper.preAllocSize=1024",
            f"-Djava.security.auth.login.config={folder(settings) / LOGIN}",
            f"-Dlog4j.configurationFile=file:{flink.console_log(settings)}",
            "-cp",
            flink.class_path(settings),
            MAIN,
            str(folder(settings) / "zoo.cfg"),
        ),
        directory=str(folder(settings)),
        env={"MALLOC_ARENA_MAX": "2"},
    )
