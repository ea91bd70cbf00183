"""Tables that fit a terminal of 80 columns where they can, and are never cut where they cannot."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from tidewire.printing import line

UNBOUNDED = 10_000


def show_table(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    spare: Sequence[str] = (),
    styles: Sequence[str] = (),
) -> None:
    """Prints plain cells under ``columns``, each on one line; ``styles`` are of the rows, if any has one.

    On a terminal that is too narrow the ``spare`` columns are left out, first named first. What still
    does not fit runs over the edge, where the terminal breaks it: half an address is of no use.
    """
    left = list(columns)
    unneeded = list(spare) if console.is_terminal else []
    while _width(console, made := _table(columns, rows, left, styles)) > console.width and unneeded:
        left.remove(unneeded.pop(0))
    show_whole(console, made)


def show_whole(console: Console, made: Table) -> None:
    """Prints a table as wide as it is."""
    own = console.width
    console.width = max(own, _width(console, made))
    try:
        console.print(made)
    finally:
        console.width = own


def add_row(made: Table, *cells: str, style: str = "") -> None:
    """Plain cells; ``Table.add_row`` would take them for markup."""
    made.add_row(*map(line, cells), style=style)


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], shown: Sequence[str], styles: Sequence[str]
) -> Table:
    made = Table(box=None, pad_edge=False)
    for name in shown:
        made.add_column(name, no_wrap=True)
    for row, style in zip(rows, styles or [""] * len(rows), strict=True):
        add_row(made, *(cell for name, cell in zip(columns, row, strict=True) if name in shown), style=style)
    return made


def _width(console: Console, made: Table) -> int:
    return Measurement.get(console, console.options.update(width=UNBOUNDED), made).maximum
