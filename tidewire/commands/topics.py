"""``./tw topics``: what is in the log."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidewire.places import broker, registry
from tidewire.times import duration
from topics.admin import ensure_topics
from topics.admin import lanes as known_lanes
from topics.catalogue import TOPICS
from topics.lane import LIVE, Lane
from topics.reading import end_offsets


def topics(
    lane: Annotated[str | None, typer.Option(help="Only this lane; default all.")] = None,
    create: Annotated[bool, typer.Option(help="Make what is missing, and register the schemas.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Every topic: its record, how long it is kept, and the ends of its partitions."""
    settings = broker()
    if create:
        registry().register_all()
        ensure_topics(settings, Lane(lane) if lane else LIVE)
    chosen = [Lane(lane)] if lane else known_lanes(settings)
    rows = []
    seen = set()
    for each in chosen:
        for name, topic in TOPICS.items():
            full = each.topic(name)
            if full in seen:
                continue
            seen.add(full)
            ends = end_offsets(settings, full)
            kept = "latest of each key" if topic.retention_ms is None else duration(topic.retention_ms / 1000)
            rows.append(
                {"topic": full, "record": topic.record.__name__, "key": topic.key, "kept": kept, "ends": ends}
            )
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("topic", "record", "key", "kept", "end offsets (0 … 5)", box=None, pad_edge=False)
    for row in rows:
        ends_text = " ".join(str(end) for _, end in sorted(row["ends"].items()))  # type: ignore[attr-defined]
        table.add_row(str(row["topic"]), str(row["record"]), str(row["key"]), str(row["kept"]), ends_text)
    Console(highlight=False).print(table)
