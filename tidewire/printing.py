"""All that the command line prints, so that nothing from outside is obeyed by a terminal.

A string is never markup here: styles go beside it. ``tests/unit/tidewire/test_printing.py`` refuses a module
that prints by any other way.
"""

from __future__ import annotations

import json
from typing import Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from telemetry.visible import json_visible, visible

Part = str | tuple[str, str]
"""A string, or a string and its style."""


def terminal(err: bool = False) -> Console:
    """Standard output or error; takes no string for markup, emoji or something to colour."""
    return Console(stderr=err, highlight=False, markup=False, emoji=False)


def line(*parts: Part) -> Text:
    """One line of them, each made visible and none of them markup."""
    text = Text()
    for part in parts:
        said, style = (part, "") if isinstance(part, str) else part
        text.append(visible(said), style)
    return text


def show(console: Console, *parts: Part, indent: int = 0) -> None:
    """A paragraph, broken at the edge."""
    console.print(Padding(line(*parts), (0, 0, 0, indent)) if indent else line(*parts))


def show_whole_line(console: Console, *parts: Part) -> None:
    """A line that is not broken: half an address is of no use."""
    console.print(line(*parts), soft_wrap=True)


def tell(message: object, err: bool = False) -> None:
    """Plain text of one or more lines."""
    typer.echo(visible(str(message), lines=True), err=err)


def tell_json(value: Any) -> None:
    """One line of JSON; controls and what is not seen are escaped, everything else is as it is."""
    typer.echo(json_visible(json.dumps(value, ensure_ascii=False)))


def confirm(question: str) -> None:
    """Raises typer.Abort unless it is answered with yes."""
    typer.confirm(visible(question), abort=True)


def cut(text: str, most: int) -> str:
    """A title shortened to columns of a terminal, of which a wide character takes two; not for an address or
    an id."""
    seen = visible(text)
    return seen if cell_len(seen) <= most else f"{set_cell_size(seen, most - 1).rstrip()}…"
