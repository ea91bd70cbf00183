"""Talking to supervisord: starting it, its programs, and ending it in good order."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.states import STOPPED_STATES, ProcessStates
from supervisor.xmlrpc import Faults, SupervisorTransport

from stack.errors import StackError
from stack.leftovers import MARKER
from stack.private import claim
from stack.programs import (
    WATCH,
    Program,
    program_file,
    render_launch,
    render_program,
    render_supervisor,
    watch_program,
)
from stack.settings import StackSettings
from stack.watch import EVENTS
from telemetry.environment import PROXIES, SETTINGS, given

POLL_S = 0.1
OPEN_FILES = 16_384
# What any role may be given of secrets; each is given its own of them.
SECRETS = ("ANTHROPIC_", "TIDEWIRE_", *PROXIES)


@dataclass(frozen=True, slots=True)
class Supervised:
    """What the supervisor says of one program; `started_at` is epoch seconds, `pid` 0 when not running."""

    name: str
    state: str
    pid: int
    started_at: int
    said: str

    @property
    def alive(self) -> bool:
        return self.state in ("STARTING", "RUNNING", "BACKOFF")


class Supervisor:
    """The supervisord of one home."""

    def __init__(self, settings: StackSettings) -> None:
        self._settings = settings

    @contextmanager
    def _rpc(self) -> Iterator[ServerProxy]:
        transport = SupervisorTransport(None, None, f"unix://{self._settings.socket}")
        with ServerProxy("http://127.0.0.1", transport=transport, allow_none=True) as proxy:
            yield proxy

    def pid(self) -> int | None:
        """Its process id, None when it does not answer."""
        if not self._settings.socket.exists():
            return None
        try:
            with self._rpc() as rpc:
                return int(str(rpc.supervisor.getPID()))
        except (OSError, HTTPException):
            return None

    def start(self) -> None:
        """Starts supervisord, detached from this terminal. Raises StackError with its words if it fails."""
        settings = self._settings
        claim(settings.socket.parent)
        (settings.folder / EVENTS).unlink(missing_ok=True)
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        config = settings.folder / "supervisord.conf"
        config.write_text(render_supervisor(settings, limit))
        listener = program_file(WATCH, settings)
        listener.parent.mkdir(parents=True, exist_ok=True)
        listener.write_text(render_launch(watch_program(settings)))
        known = given(SETTINGS)
        secrets = {name: value for name, value in given(secrets=SECRETS).items() if name not in known}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "stack.supervised", str(config)],
            env={**known, MARKER: str(settings.home)},
            input=json.dumps(secrets),
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"supervisord did not start: {done.stdout}{done.stderr}".strip())
        self._until(lambda: self.pid() is not None, 15, "supervisord started but does not answer")

    def programs(self) -> dict[str, Supervised]:
        """Every program but the listener, by name."""
        with self._rpc() as rpc:
            listed = rpc.supervisor.getAllProcessInfo()
        assert isinstance(listed, list)
        return {
            str(entry["name"]): Supervised(
                name=str(entry["name"]),
                state=str(entry["statename"]),
                pid=int(entry["pid"]),
                started_at=int(entry["start"]),
                said=str(entry["spawnerr"] or entry["description"]),
            )
            for entry in listed
            if isinstance(entry, dict) and entry["name"] != WATCH
        }

    def put(self, programs: Iterable[Program]) -> None:
        """Makes these programs known, and stops those whose command line or environment changed."""
        changed = []
        for program in programs:
            launch = program_file(program.name, self._settings)
            launch.parent.mkdir(parents=True, exist_ok=True)
            text = render_launch(program)
            if launch.exists() and launch.read_text() != text:
                changed.append(program.name)
            launch.write_text(text)
            launch.with_suffix(".conf").write_text(render_program(program, self._settings))
        if self.pid() is not None:
            self.stop(name for name in changed if name in self.programs())
            self._reload()

    def remove(self, name: str) -> None:
        """Stops a program and forgets it."""
        if name in self.programs():
            self.stop([name])
        for suffix in (".conf", ".json"):
            program_file(name, self._settings).with_suffix(suffix).unlink(missing_ok=True)
        self._reload()

    def _reload(self) -> None:
        with self._rpc() as rpc:
            answer = rpc.supervisor.reloadConfig()
            assert isinstance(answer, list)
            added, changed, removed = answer[0]
        self.stop([*changed, *removed])
        with self._rpc() as rpc:
            for name in [*changed, *removed]:
                rpc.supervisor.removeProcessGroup(name)
            for name in [*added, *changed]:
                rpc.supervisor.addProcessGroup(name)

    def begin(self, name: str) -> None:
        """Starts a program unless it runs; does not wait for it."""
        with self._rpc() as rpc:
            try:
                rpc.supervisor.startProcess(name, False)
            except Fault as fault:
                if fault.faultCode != Faults.ALREADY_STARTED:
                    raise StackError(f"{name} could not be started: {fault.faultString}") from fault

    def stop(self, names: Iterable[str]) -> None:
        """Stops programs side by side and waits until all have ended."""
        chosen = set(names)
        if not chosen:
            return
        with self._rpc() as rpc:
            for name in chosen:
                try:
                    rpc.supervisor.stopProcess(name, False)
                except Fault as fault:
                    if fault.faultCode != Faults.NOT_RUNNING:
                        raise StackError(f"{name} could not be stopped: {fault.faultString}") from fault
        stopped = {_STATE_NAMES[state] for state in STOPPED_STATES}
        self._until(
            lambda: all(self.programs()[name].state in stopped for name in chosen),
            self._settings.stop_timeout_s,
            f"{', '.join(sorted(chosen))} did not stop",
        )

    def shutdown(self) -> None:
        """Ends supervisord with whatever it still runs."""
        pid = self.pid()
        if pid is None:
            return
        process = psutil.Process(pid)
        with self._rpc() as rpc:
            rpc.supervisor.shutdown()
        process.wait(timeout=self._settings.stop_timeout_s)

    def _until(self, condition: object, timeout_s: float, otherwise: str) -> None:
        assert callable(condition)
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise StackError(f"{otherwise} within {timeout_s:.0f} s; see {self._settings.logs}")
            time.sleep(POLL_S)


_STATE_NAMES = {value: name for name, value in vars(ProcessStates).items() if not name.startswith("_")}
