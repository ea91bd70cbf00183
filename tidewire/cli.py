"""``./tw``: the command line. Only the room of the command that is run is imported: some take seconds."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

HELP = "Feeds to stories to briefs, each sentence with its place in the log."
# Command: module of tidewire.commands. A module of the command's own name may hold a group, ``app``.
COMMANDS = {
    "up": "stack",
    "down": "stack",
    "status": "stack",
    "demo": "demo",
    "search": "search",
    "brief": "search",
    "topics": "topics",
    "rebuild": "rebuild",
    "spend": "spend",
    "feedback": "feedback",
    "serve": "stack",
    "feeds": "feeds",
    "jobs": "jobs",
    "replay": "replay",
    "takedown": "takedown",
    "dead": "dead",
    "logs": "logs",
}
GROUPS = frozenset({"dead", "feeds", "jobs", "replay", "takedown"})

VERSION = "--version"


def _tell_version(asked: bool) -> None:
    if asked:
        from tidewire.printing import tell

        tell(f"tidewire {version('tidewire')}")
        raise typer.Exit


def _options(
    told: Annotated[
        bool, typer.Option(VERSION, callback=_tell_version, is_eager=True, help="Tell which version this is.")
    ] = False,
) -> None:
    del told


def command_line(wanted: str | None = None) -> typer.Typer:
    """The command line with one command, or with all of them if there is none of that name."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
    # Without a callback, an app of one command would not take the command's name.
    app.callback()(_options)
    needed = [wanted] if wanted in COMMANDS else [] if wanted == VERSION else COMMANDS
    for name in needed:
        module = import_module(f"tidewire.commands.{COMMANDS[name]}")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command()(getattr(module, name))
    return app


def main() -> None:
    """Runs a command; what can be expected to go wrong is said in one paragraph, without a traceback."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        command_line(wanted)(prog_name=os.environ.pop("TIDEWIRE_CALLED_AS", None))
    except Exception as error:
        from tidewire.expected import said
        from tidewire.printing import tell

        message = said(error)
        if message is None:
            raise
        tell(message, err=True)
        sys.exit(1)
