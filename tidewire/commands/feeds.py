"""``./tw feeds``: what is watched."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from producers.catalogue import CatalogueError, bytes_of, inspect_catalogue, listed, publish
from producers.logins import add
from producers.settings import WorkerSettings
from schemas.codec import to_dict
from schemas.records import FeedSpec, FeedState
from telemetry.times import of_millis_short
from tidewire.places import answering_broker, codec
from tidewire.printing import cut, show, show_whole_line, tell, tell_json, terminal
from tidewire.tables import show_table
from topics.catalogue import FEEDS_STATE
from topics.decoding import latest

LONGEST_TITLE = 32
STANDARD_INPUT = Path("-")

app = typer.Typer(no_args_is_help=True, help="The feeds that are watched.")


@app.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, CSV or JSON; - reads standard input.")],
) -> None:
    """Add a list of feeds to the catalogue; those already there are replaced, not doubled."""
    named = "standard input" if file == STANDARD_INPUT else str(file)
    try:
        found = inspect_catalogue(bytes_of(sys.stdin.buffer) if file == STANDARD_INPUT else file)
    except CatalogueError as error:
        raise CatalogueError(f"{named}: {error}; nothing was imported") from error
    for skipped in found.skipped:
        said = "" if skipped.cut_off else " skipped"
        tell(f"line {skipped.line}{said}: {skipped.reason}", err=True)
    settings = answering_broker()
    if found.logins:
        path = WorkerSettings().logins_path
        add(path, found.logins)
        tell(
            f"{len(found.logins)} logins that stood in addresses are kept in {path}, and nowhere else.",
            err=True,
        )
    count = publish(settings, codec(), found.feeds, found.retired) if found.feeds else 0
    left_out = sum(not each.cut_off for each in found.skipped)
    tell(f"{named}: {count} into the catalogue, {left_out} skipped.")
    if not count or found.cut_off:
        raise typer.Exit(1)


@app.command("list")
def list_feeds(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every feed, when it last had news, when it is asked next, what fails and why."""
    settings, reading = answering_broker(), codec()
    feeds = listed(settings, reading)
    states = latest(settings, reading, FEEDS_STATE, FeedState)
    if as_json:
        rows = [
            {**to_dict(feed), "state": to_dict(states[feed.feed_id]) if feed.feed_id in states else None}
            for feed in feeds
        ]
        tell_json(rows)
        return
    show_feeds(terminal(), feeds, states)


def show_feeds(console: Console, feeds: Sequence[FeedSpec], states: Mapping[str, FeedState]) -> None:
    """A line a feed; below them those in trouble, with the whole address and the reason."""
    if not feeds:
        show(console, "No feeds yet; `./tw feeds import FILE.opml` adds some.")
        return
    columns = ("feed", "publisher", "desk", "status", "last news (UTC)", "next (UTC)")
    rows = [_row(feed, states.get(feed.feed_id)) for feed in feeds]
    show_table(console, columns, rows, spare=("publisher", "desk"))
    troubles = {
        feed.feed_id: state.reason or state.trouble for feed in feeds if (state := states.get(feed.feed_id))
    }
    if not any(troubles.values()):
        return
    show(console)
    show(console, ("Trouble", "bold"))
    for feed in feeds:
        if reason := troubles.get(feed.feed_id):
            show_whole_line(console, " ".join(filter(None, (feed.title, feed.url))))
            show_whole_line(console, f"    {without_address(reason, feed.url)}")


def without_address(reason: str, url: str) -> str:
    """``HTTP 410 Gone`` of ``http://…: HTTP 410 Gone``: the address stands before it already."""
    return reason.removeprefix(f"{url}: ")


def _row(feed: FeedSpec, state: FeedState | None) -> list[str]:
    name = cut(feed.title, LONGEST_TITLE) if feed.title else feed.url
    about = [name, cut(feed.publisher, LONGEST_TITLE), feed.desk]
    if state is None:
        return [*about, "waiting", "–", "–"]
    times = [of_millis_short(each or 0) for each in (state.last_new_at, state.next_check_at)]
    return [*about, state.status.lower(), *times]
