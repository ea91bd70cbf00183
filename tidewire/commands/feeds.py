"""``./tw feeds``: what is watched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from producers.catalogue.publishing import listed, publish
from producers.catalogue.reading import inspect_catalogue
from schemas.codec import to_dict
from schemas.records import FeedState
from tidewire.places import broker, codec
from tidewire.times import of_millis
from topics.catalogue import FEEDS_STATE
from topics.reading import latest

app = typer.Typer(no_args_is_help=True, help="The feeds that are watched.")


@app.command("import")
def import_feeds(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="OPML, CSV or JSON.")
    ],
) -> None:
    """Add a list of feeds to the catalogue; those already there are replaced, not doubled."""
    found = inspect_catalogue(file)
    for skipped in found.skipped:
        typer.echo(f"line {skipped.line} skipped: {skipped.reason}", err=True)
    count = publish(broker(), codec(), found.feeds)
    typer.echo(f"{file}: {count} into the catalogue, {len(found.skipped)} skipped.")
    if not count:
        raise typer.Exit(1)


@app.command("list")
def list_feeds(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every feed, when it last had news, when it is asked next, what fails and why."""
    settings, reading = broker(), codec()
    feeds = listed(settings, reading)
    states = latest(settings, reading, FEEDS_STATE, FeedState)
    if as_json:
        rows = [
            {**to_dict(feed), "state": to_dict(states[feed.feed_id]) if feed.feed_id in states else None}
            for feed in feeds
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not feeds:
        console.print("No feeds yet; `./tw feeds import FILE.opml` adds some.")
        return
    table = Table(
        "feed", "publisher", "desk", "status", "last news", "next", "trouble", box=None, pad_edge=False
    )
    for feed in feeds:
        state = states.get(feed.feed_id)
        row = [feed.title or feed.url, feed.publisher, feed.desk]
        if state is None:
            row += ["waiting", "–", "–", ""]
        else:
            times = [of_millis(state.last_new_at or 0), of_millis(state.next_check_at)]
            row += [state.status.lower(), *times, state.reason or ""]
        table.add_row(*map(escape, row))
    console.print(table)
