"""``./tw compare``: two lanes side by side."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flink_jobs.settings import TimeSettings
from replay.compare import compare as compare_outputs
from replay.outputs import last_tick, read_outputs
from tidewire.places import broker, codec, stack_settings
from tidewire.profile import load
from topics.lane import Lane

SHOWN = 5


def compare(
    first: Annotated[str, typer.Argument(help="A lane, such as live.")],
    second: Annotated[str, typer.Argument(help="Another lane over the same log.")],
    until: Annotated[int | None, typer.Option(help="Logged time in epoch ms; default the last tick.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What two lanes made of the same log: equal, or where they differ. Exit status 1 if they do."""
    load(stack_settings().home).apply()
    times = TimeSettings()
    logged = until or last_tick(broker(), codec())
    windows = logged - times.lateness_ms - times.window_skew_ms
    ours, theirs = (
        read_outputs(broker(), codec(), Lane(name)).up_to(logged, windows) for name in (first, second)
    )
    found = compare_outputs(ours, theirs)
    if as_json:
        differences = [
            {"kind": d.kind, first: d.only_first, second: d.only_second, "changed": d.changed}
            for d in found.differences
        ]
        typer.echo(
            json.dumps({"identical": found.identical, "counts": found.counts, "differences": differences})
        )
    else:
        console = Console(highlight=False)
        table = Table("", first, second, box=None)
        for kind, (one, other) in found.counts.items():
            table.add_row(kind, str(one), str(other))
        console.print(table)
        for difference in found.differences:
            for title, keys in (
                (f"only in {first}", difference.only_first),
                (f"only in {second}", difference.only_second),
                ("changed", difference.changed),
            ):
                for key in keys[:SHOWN]:
                    console.print(f"{difference.kind} {title}: {escape(key)}")
                if len(keys) > SHOWN:
                    console.print(f"{difference.kind} {title}: {len(keys) - SHOWN} more")
        console.print("identical" if found.identical else "different")
    raise typer.Exit(0 if found.identical else 1)
