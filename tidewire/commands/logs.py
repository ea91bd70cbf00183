"""``./tw logs``: what a program of the stack wrote, with nothing in it that a terminal obeys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from telemetry.times import of_millis_short
from tidewire.log_files import follow, last_lines
from tidewire.places import stack_settings
from tidewire.printing import tell, terminal
from tidewire.tables import show_table

LOOK_EVERY_S = 0.3


def logs(
    program: Annotated[
        str | None, typer.Argument(help="As `./tw status` names it; none lists what there is.")
    ] = None,
    lines: Annotated[
        int, typer.Option("-n", "--lines", min=0, max=100_000, help="So many of the last.")
    ] = 40,
    follow_on: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what comes.")] = False,
) -> None:
    """What a program wrote, whether it runs or not; Ctrl-C ends following."""
    folder = stack_settings().logs
    if program is None:
        _list(folder)
        return
    path = log_of(folder, program)
    last, position = last_lines(path, lines)
    for each in last:
        tell(each)
    if follow_on:
        for each in follow(path, position, lambda: time.sleep(LOOK_EVERY_S)):
            tell(each)


def log_of(folder: Path, program: str) -> Path:
    """Its file. Raises ValueError, which names those there are."""
    there = files(folder)
    if program not in there:
        known = ", ".join(there) or "none; nothing was started in this home yet"
        raise ValueError(f"{program} has no log here. There are: {known}.")
    return there[program]


def files(folder: Path) -> dict[str, Path]:
    """By program, its newest file; what a JVM prints before it logs is under its name with ``.out``."""
    logs = {each.stem: each for each in sorted(folder.glob("*.log"))}
    prints = {each.name: each for each in sorted(folder.glob("*.out")) if each.stat().st_size}
    return dict(sorted({**logs, **prints}.items()))


def _list(folder: Path) -> None:
    there = files(folder)
    if not there:
        tell(f"There are no logs in {folder} yet; `./tw up` starts what writes them.")
        return
    rows = []
    for name, path in there.items():
        stat = path.stat()
        rows.append([name, of_millis_short(round(stat.st_mtime * 1000)), f"{stat.st_size / 1024:.0f}"])
    show_table(terminal(), ("program", "last written (UTC)", "kB"), rows)
    tell("./tw logs PROGRAM shows the end of one (-n lines, -f goes on)")
