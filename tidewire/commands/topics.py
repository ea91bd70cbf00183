"""``./tw topics``: what is in the log."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from telemetry.times import duration
from tidewire.places import answering_broker, registry
from tidewire.printing import tell_json, terminal
from tidewire.tables import show_table
from topics.admin import ensure_topics
from topics.admin import lanes as known_lanes
from topics.catalogue import TOPICS, Topic
from topics.lane import LIVE, Lane
from topics.reading import offset_ranges


def topics(
    lane: Annotated[str | None, typer.Option(help="Only this lane; default all.")] = None,
    create: Annotated[bool, typer.Option(help="Make what is missing, and register the schemas.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Every topic: the schema of its records, how long they are kept, and its offsets.

    `offsets` is how many offsets the topic holds, from the first that is kept to the last that is
    committed. Not at each is an article, a story or a brief: the producers' ticks and the marks at the
    end of transactions take offsets too, and compaction leaves gaps. `ends` are the next offsets of its
    partitions, from partition 0 on.
    """
    settings = answering_broker()
    if create:
        registry().register_all()
        ensure_topics(settings, Lane(lane) if lane else LIVE)
    chosen = [Lane(lane)] if lane else known_lanes(settings)
    names = {each.topic(name): topic for each in chosen for name, topic in TOPICS.items()}
    rows = [described(name, topic, offset_ranges(settings, name)) for name, topic in names.items()]
    if as_json:
        tell_json(rows)
        return
    show_topics(terminal(), rows)


def described(name: str, topic: Topic, held: dict[int, tuple[int, int]]) -> dict[str, Any]:
    """A topic as `--json` prints it; ``held`` is each partition's first kept and next offset."""
    kept = "latest per key" if topic.retention_ms is None else duration(topic.retention_ms / 1000)
    return {
        "topic": name,
        "schema": topic.record.__name__,
        "key": topic.key,
        "kept": kept,
        "offsets": sum(end - first for first, end in held.values()),
        "begins": {partition: first for partition, (first, _) in sorted(held.items())},
        "ends": {partition: end for partition, (_, end) in sorted(held.items())},
    }


def show_topics(console: Console, topics: list[dict[str, Any]]) -> None:
    """A table of them."""
    rows = [
        [
            each["topic"],
            str(each["offsets"]),
            " ".join(map(str, each["ends"].values())),
            each["kept"],
            each["schema"],
            each["key"],
        ]
        for each in topics
    ]
    columns = ("topic", "offsets", "ends by partition", "kept", "schema", "key")
    show_table(console, columns, rows, spare=("key", "schema"))
