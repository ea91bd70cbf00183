"""How the stack is: what runs, since when, what died, and how much memory it takes."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from stack.leftovers import marked
from stack.services import SERVICES
from stack.settings import StackSettings
from stack.supervision import Supervised, Supervisor
from stack.watch import DEATHS, Event, read_events


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One program. `started_at` is epoch seconds, `resident` bytes of it and its descendants.

    `restarts` counts deaths since the stack was started; `last_death_ms` is epoch milliseconds.
    """

    name: str
    is_service: bool
    state: str
    pid: int | None
    started_at: int
    restarts: int
    last_death_ms: int | None
    resident: int
    address: str | None


@dataclass(frozen=True, slots=True)
class StackStatus:
    """The stack of one home. `unsupervised` are processes of it that nobody restarts."""

    home: str
    supervisor_pid: int | None
    programs: tuple[ProgramStatus, ...]
    resident: int
    unsupervised: tuple[int, ...]

    @property
    def running(self) -> bool:
        return self.supervisor_pid is not None

    def program(self, name: str) -> ProgramStatus:
        """Raises KeyError for a program that the stack does not run."""
        for program in self.programs:
            if program.name == name:
                return program
        raise KeyError(name)


def resident(pid: int | None) -> int:
    """Bytes in memory of a process and its descendants; 0 once it is gone."""
    if not pid:
        return 0
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += _bytes(process)
    except psutil.NoSuchProcess:
        return total
    return total


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _program(found: Supervised, deaths: list[Event], settings: StackSettings) -> ProgramStatus:
    service = SERVICES.get(found.name)
    return ProgramStatus(
        name=found.name,
        is_service=service is not None,
        state=found.state,
        pid=found.pid or None,
        started_at=found.started_at,
        restarts=len(deaths),
        last_death_ms=deaths[-1].at_ms if deaths else None,
        resident=resident(found.pid),
        address=None if service is None else service.address(settings),
    )


def observe(settings: StackSettings, supervisor: Supervisor) -> StackStatus:
    """Asks the supervisor and the system."""
    pid = supervisor.pid()
    if pid is None:
        left = tuple(process.pid for process in marked(str(settings.home)))
        return StackStatus(str(settings.home), None, (), sum(map(resident, left)), left)
    events = [event for event in read_events(settings.folder) if event.event in DEATHS]
    order = {name: number for number, name in enumerate(SERVICES)}
    programs = sorted(supervisor.programs().values(), key=lambda p: (order.get(p.name, len(order)), p.name))
    described = tuple(
        _program(found, [event for event in events if event.program == found.name], settings)
        for found in programs
    )
    return StackStatus(str(settings.home), pid, described, resident(pid), ())
