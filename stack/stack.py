"""Bringing the local stack up, taking it down, and telling how it is."""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from stack import contents, flink, kafka, keys, moved, ports, private, readiness
from stack.errors import NotReady, StackError
from stack.jars import DONE
from stack.leftovers import end, marked
from stack.ports import Wanted
from stack.programs import Role, role_program
from stack.services import ALL_SERVICES, LOG_SERVICES, SERVICES, STOP_ORDER
from stack.settings import REMEMBERED, StackSettings
from stack.status import StackStatus, observe
from stack.supervision import Supervised, Supervisor
from stack.watch import DEATHS, Event, read_events
from topics.numbering import NumberingLost

DEATHS_UNTIL_GIVEN_UP = 3
LEFTOVERS_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of `up` and `down`: a program and what became of it (starting, ready, stopping, stopped)."""

    program: str
    state: str
    seconds: float = 0.0


def _quiet(step: Step) -> None:
    del step


class Stack:
    """The local stack of one home. Every method may be called from any process of the same user.

    `progress` is called with each Step as it happens.
    """

    def __init__(
        self, settings: StackSettings | None = None, progress: Callable[[Step], None] = _quiet
    ) -> None:
        self.settings = settings or StackSettings()
        self._progress = progress
        self._supervisor = Supervisor(self.settings)

    def up(
        self,
        roles: Sequence[Role] = (),
        services: Sequence[str] = ALL_SERVICES,
        later: Sequence[Role] = (),
    ) -> None:
        """Starts what does not run yet and waits until all of it is ready; goes on where it was.

        Topics and schemas exist before a role starts. On a running stack, services and roles are added,
        and a role whose command or environment changed is restarted. ``later`` are roles that will be added
        once it is up: their ports are looked at with the others, before anything starts.

        Raises PortTaken, NotReady, NumberingLost, NotYours, or StackError saying what to do.
        """
        if services and not (self.settings.jars / DONE).exists():
            raise StackError(f"{self.settings.jars} is not complete; run `make bootstrap`")
        with self._alone():
            self._ground()
            programs = self._supervisor.programs() if self._supervisor.pid() is not None else {}
            starting = [name for name in services if name not in programs or not programs[name].alive]
            ports.check(
                [*_ports_of_services(self.settings, starting), *_ports_of([*roles, *later], programs)]
            )
            (self.settings.folder / REMEMBERED).write_text(json.dumps(self.settings.ports))
            self._write(starting)
            if self._supervisor.pid() is None:
                self._supervisor.start()
            for name in starting:
                self._begin(name)
            for name in services:
                self._ready(name, lambda name=name: SERVICES[name].ready(self.settings))  # type: ignore[misc]
                if name == LOG_SERVICES[-1]:
                    self._prepare([other for other in starting if other not in LOG_SERVICES])
            self._add(roles)

    def add_roles(self, roles: Sequence[Role]) -> None:
        """Starts more roles on a running stack, or restarts those that changed."""
        with self._alone():
            self._running()
            self._add(roles)

    def remove_role(self, name: str) -> None:
        """Stops a role and forgets it; nothing happens if there is none of that name."""
        if name in SERVICES:
            raise StackError(f"{name} is a service, not a role; `./tw down` stops it with the others")
        with self._alone():
            self._running()
            self._supervisor.remove(name)

    def down(self) -> None:
        """Stops roles, then Flink, then the registry and Kafka; leaves no process and keeps all data."""
        with self._alone():
            if self._supervisor.pid() is not None:
                programs = self._supervisor.programs()
                self._stop([name for name in programs if name not in SERVICES])
                for together in STOP_ORDER:
                    self._stop([name for name in together if name in programs])
                self._supervisor.shutdown()
            end(marked(str(self.settings.home)), LEFTOVERS_TIMEOUT_S)

    def status(self) -> StackStatus:
        """How everything is, without changing anything."""
        return observe(self.settings, self._supervisor)

    def events(self) -> list[Event]:
        """What started, died, came back or gave up since the stack was started, oldest first."""
        return read_events(self.settings.folder)

    def environment(self) -> dict[str, str]:
        """What a Python process needs to find this stack."""
        return self.settings.environment()

    def flink_environment(self) -> dict[str, str]:
        """What `flink run` needs to submit to this stack's cluster, beside `environment()`."""
        ca = {"TIDEWIRE_REGISTRY_CA": str(self.settings.keys.certificate)}
        return {**flink.environment(self.settings), **ca}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        private.check(self.settings.home)
        with private.alone(), self._locked():
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        self.settings.logs.mkdir(exist_ok=True)
        with (self.settings.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StackError(
                    f"Another command is starting or stopping the stack of {self.settings.home}; wait for it"
                ) from error
            yield

    def _prepare(self, others: Sequence[str]) -> None:
        """``others``: what is starting meanwhile."""
        try:
            contents.prepare(self.settings)
        except NumberingLost:
            # The cluster would bring its jobs back, and they would misread the log.
            self._stop(others)
            raise

    def _running(self) -> None:
        if self._supervisor.pid() is None:
            raise StackError("The stack is not running; start it with `./tw up`")

    def _ground(self) -> None:
        """Nothing of an earlier run may disturb: its processes and programs, other ports, other paths."""
        file = self.settings.folder / REMEMBERED
        remembered = json.loads(file.read_text()) if file.exists() else None
        if self._supervisor.pid() is None:
            end(marked(str(self.settings.home)), LEFTOVERS_TIMEOUT_S)
            shutil.rmtree(self.settings.folder / "programs", ignore_errors=True)
            private.claim(self.settings.home)
            moved.make_fit(self.settings, remembered)
            keys.make(self.settings.keys.folder)
        elif remembered not in (None, self.settings.ports):
            raise StackError(
                "The stack is running on other ports than those asked for now; stop it first with `./tw down`"
            )

    def _write(self, names: Sequence[str]) -> None:
        for name in names:
            for path, text in SERVICES[name].files(self.settings).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                # Some hold passwords.
                keys.write(path, text.encode())
        if set(names) - set(LOG_SERVICES):
            flink.link_library(self.settings)
        if "kafka" in names:
            kafka.format_storage(self.settings)
        for name in names:
            Path(SERVICES[name].program(self.settings).directory).mkdir(parents=True, exist_ok=True)
        self._supervisor.put(SERVICES[name].program(self.settings) for name in names)

    def _add(self, roles: Sequence[Role]) -> None:
        ports.check(_ports_of(roles, self._supervisor.programs()))
        self._supervisor.put(role_program(role, self.settings) for role in roles)
        for role in roles:
            self._begin(role.name)
        for role in roles:
            self._ready(role.name, lambda role=role: self._role_ready(role))  # type: ignore[misc]

    def _role_ready(self, role: Role) -> bool:
        if self._supervisor.programs()[role.name].state != "RUNNING":
            return False
        return role.ready_url is None or readiness.answers(role.ready_url)

    def _begin(self, name: str) -> None:
        self._progress(Step(name, "starting"))
        self._supervisor.begin(name)

    def _ready(self, name: str, ready: Callable[[], bool]) -> None:
        before = self._deaths(name)
        failed = lambda: self._failure(name, before)  # noqa: E731
        seconds = readiness.wait(name, ready, failed, self.settings.ready_timeout_s)
        self._progress(Step(name, "ready", seconds))

    def _deaths(self, name: str) -> int:
        return sum(event.program == name and event.event in DEATHS for event in self.events())

    def _failure(self, name: str, before: int) -> str | None:
        program: Supervised = self._supervisor.programs()[name]
        if program.state != "FATAL" and self._deaths(name) - before < DEATHS_UNTIL_GIVEN_UP:
            return None
        return f"does not start. The end of its log ({self._log(name)}):\n{self._tail(name)}"

    def _log(self, name: str) -> Path:
        return self.settings.logs / f"{name}.log"

    def _tail(self, name: str, lines: int = 12) -> str:
        log = self._log(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(empty)"

    def _stop(self, names: Sequence[str]) -> None:
        for name in names:
            self._progress(Step(name, "stopping"))
        start = time.monotonic()
        self._supervisor.stop(names)
        for name in names:
            if name in SERVICES:
                end(marked(str(self.settings.home), name), LEFTOVERS_TIMEOUT_S)
            self._progress(Step(name, "stopped", time.monotonic() - start))


def _ports_of_services(settings: StackSettings, names: Sequence[str]) -> list[Wanted]:
    return [
        Wanted(SERVICES[name].title, f"TIDEWIRE_STACK_{port.upper()}", getattr(settings, port))
        for name in names
        for port in SERVICES[name].ports
    ]


def _ports_of(roles: Iterable[Role], programs: Mapping[str, Supervised]) -> list[Wanted]:
    """Of those that do not run yet."""
    return [
        Wanted(role.name, role.port_variable, urlsplit(role.ready_url).port or 80)
        for role in roles
        if role.ready_url and (role.name not in programs or not programs[role.name].alive)
    ]


__all__ = ["NotReady", "Role", "Stack", "StackError", "StackSettings", "StackStatus", "Step"]
