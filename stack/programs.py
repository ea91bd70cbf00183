"""What is run, as plain values, and the supervisor's configuration for it."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stack.settings import StackSettings
from telemetry.environment import SETTINGS

WATCH = "watch"
# For a JVM with little to do, the second compiler costs more than it brings.
ONE_COMPILER = "-XX:TieredStopAtLevel=1"
QUICK_JVM = ("-XX:+UseSerialGC", ONE_COMPILER)


@dataclass(frozen=True, slots=True)
class Role:
    """A Python process of Tidewire to keep running beside the services.

    `ready_url` answers 2xx once the role does its work; without one it is ready when it has stayed up for
    `steady_s` seconds. The URL's port must be free before the role starts, and `port_variable` is the
    environment variable that changes it. `secrets` are the variables that it alone is given, as
    `telemetry.environment.given` takes them.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    ready_url: str | None = None
    port_variable: str | None = None
    steady_s: int = 4
    stop_wait_s: int = 30


@dataclass(frozen=True, slots=True)
class Program:
    """A supervised process, as `stack.launch` reads it.

    Before it starts, the folders in `clear` are emptied and, with `end_leftovers`, processes that an
    earlier run of the same program left behind are ended. `results` is where Flink keeps what became of
    jobs; what it could not read back is removed. Of the environment of whoever started the stack it is given
    what `passes` and `secrets` name, and over it `env`. What it prints goes to `output` among the logs.
    """

    name: str
    argv: tuple[str, ...]
    directory: str
    env: Mapping[str, str]
    passes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    results: str = ""
    end_leftovers: bool = False
    stop_wait_s: int = 30
    output: str = ""
    start_s: int = 3
    """A program that ends sooner than this has failed to start, and is tried again ever more slowly."""


def role_program(role: Role, settings: StackSettings) -> Program:
    """A role finds the stack by its environment, and imports nothing from the folder it runs in."""
    env = {**settings.environment(), "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1", **role.env}
    return Program(
        role.name,
        tuple(role.argv),
        str(settings.home),
        env,
        passes=SETTINGS,
        secrets=role.secrets,
        stop_wait_s=role.stop_wait_s,
        start_s=1 if role.ready_url else role.steady_s,
    )


def program_file(name: str, settings: StackSettings) -> Path:
    return settings.folder / "programs" / f"{name}.json"


def watch_program(settings: StackSettings) -> Program:
    """The supervisor's listener."""
    owner = [] if settings.owner_pid is None else [str(settings.owner_pid)]
    argv = (sys.executable, "-P", "-m", "stack.watch", str(settings.folder), *owner)
    return Program(WATCH, argv, str(settings.home), {})


def render_launch(program: Program) -> str:
    return json.dumps(asdict(program), indent=1, sort_keys=True)


def _command(*words: str) -> str:
    # Python -P: nothing is imported from the folder a program happens to run in
    return shlex.join([sys.executable, "-P", "-m", *words]).replace("%", "%%")


def _log(name: str, stream: str, settings: StackSettings) -> list[str]:
    path = str(settings.logs / name).replace("%", "%%")
    return [
        f"{stream}_logfile={path}",
        f"{stream}_logfile_maxbytes={settings.log_megabytes}MB",
        f"{stream}_logfile_backups={settings.log_backups}",
    ]


def render_program(program: Program, settings: StackSettings) -> str:
    """The supervisor's section for one program; it is started by the stack, never by itself."""
    return "\n".join(
        [
            f"[program:{program.name}]",
            f"command={_command('stack.launch', str(program_file(program.name, settings)))}",
            "autostart=false",
            "autorestart=true",
            f"startsecs={program.start_s}",
            "startretries=30",
            f"stopwaitsecs={program.stop_wait_s}",
            "killasgroup=true",
            "redirect_stderr=true",
            *_log(program.output or f"{program.name}.log", "stdout", settings),
            "",
        ]
    )


def render_supervisor(settings: StackSettings, open_files: int) -> str:
    """The supervisor's own configuration: its socket, the listener, and `programs/*.conf` beside it.

    Every program may have `open_files` files open.
    """
    folder, socket, logs = (
        str(path).replace("%", "%%") for path in (settings.folder, settings.socket, settings.logs)
    )
    return "\n".join(
        [
            "[unix_http_server]",
            f"file={socket}",
            "chmod=0700",
            "",
            "[supervisord]",
            f"logfile={logs}/supervisor.log",
            f"logfile_maxbytes={settings.log_megabytes}MB",
            f"logfile_backups={settings.log_backups}",
            f"pidfile={folder}/supervisor.pid",
            "umask=077",
            "nocleanup=true",
            # each partition keeps four files open; the hard limit cannot be passed
            f"minfds={open_files}",
            "",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
            "",
            "[eventlistener:watch]",
            f"command={_command('stack.launch', str(program_file(WATCH, settings)))}",
            "events=PROCESS_STATE,TICK_5",
            "buffer_size=1000",
            "autorestart=true",
            "startsecs=0",
            # its standard output is the supervisor's protocol, which would be kept in the system's folder
            "stdout_logfile=NONE",
            *_log("watch.log", "stderr", settings),
            "",
            "[include]",
            f"files={folder}/programs/*.conf",
            "",
        ]
    )
