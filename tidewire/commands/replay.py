"""``./tw replay``: the log run again in lanes, and lanes compared."""

from __future__ import annotations

import typer

from tidewire.commands import compare

app = typer.Typer(no_args_is_help=True, help="The log run again beside the live stream.")
app.command()(compare.compare)
