"""``./tw demo``: the stream on the sample newswire, with a table of what happens."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table

from newswire.settings import NewswireSettings
from stack.stack import Stack
from tidewire.commands.stack import addresses, say, show_step
from tidewire.demo import SAMPLE, Demo, Glance, adopt, demo_profile, problems
from tidewire.places import stack_settings
from tidewire.printing import line, tell_json, terminal
from tidewire.running import start
from tidewire.tables import add_row

Show = Callable[[Glance], None]
LOOK_EVERY_S = 2.0


def demo(
    until_done: Annotated[bool, typer.Option("--exit", help="End by itself when all is through.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Last, one line of JSON with the counts.")] = False,
    mode: Annotated[Literal["lock", "clock"], typer.Option(help="Wait for the log, or by time.")] = "lock",
    seconds: Annotated[float, typer.Option(help="Clock mode: how long the days take.")] = 150.0,
    play: Annotated[str, typer.Option(help="'sample', or a folder of recorded feeds.")] = SAMPLE,
    fresh: Annotated[bool, typer.Option(help="Delete what an earlier run gathered.")] = False,
) -> None:
    """Start everything on the sample newswire and watch stories and briefs appear."""
    started = time.monotonic()
    settings = stack_settings()
    stack = Stack(settings, show_step)
    chosen = play if play == SAMPLE else str(Path(play).resolve())
    profile = demo_profile(mode, seconds, chosen, NewswireSettings().port)
    if fresh:
        stack.down()
        shutil.rmtree(settings.home, ignore_errors=True)
    again, elsewhere = adopt(settings.home, profile), False
    # Whoever started it may be at work on it: only what is started here is stopped here.
    found_running = stack.status().running
    with _stopping() as stopping:
        try:
            run = Demo(stack, profile, None if again else started)
            jobs = start(stack, profile, say, run.publish_feeds)
            say(addresses(settings))
            if run.played():
                say("It was played to its end here before; `./tw demo --fresh` deletes that and starts over.")
            with _shown() as show:
                run.watch(show, say)
            say("The time line is over; waiting for what is still under way.")
            run.settle(jobs, say)
            _report(run, chosen, as_json)
            if not until_done:
                ends = "Ctrl-C ends this view" if found_running else "Ctrl-C stops"
                say(f"Everything keeps running. Try ./tw search in another terminal; {ends}.")
                _await_down(stack)
                elsewhere = True
        except KeyboardInterrupt:
            if not found_running:
                say("Stopping; what was gathered stays.")
        finally:
            stopping.set()
            if not (elsewhere or found_running):
                stack.down()
    if found_running and not elsewhere:
        say("The stack ran before this and goes on running; ./tw down stops it.")
    else:
        say("Stopped. ./tw up goes on where it was.")


def _await_down(stack: Stack) -> None:
    """Until another command has stopped the stack, or is about to."""
    while stack.status().running:
        time.sleep(LOOK_EVERY_S)


def _report(run: Demo, play: str, as_json: bool) -> None:
    result = run.result()
    broken = problems(result, play)
    for problem in broken:
        say(f"NOT EQUAL: {problem}")
    if as_json:
        tell_json(result)
    else:
        table = Table("count", "", box=None)
        for name, value in result.items():
            add_row(table, name.replace("_", " "), "–" if value is None else str(value))
        terminal(err=True).print(table)
    if broken:
        raise typer.Exit(1)


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl-C or SIGTERM breaks in wherever the demo is; once ``stopping`` is set, they wait for its end."""
    stopping = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            say("Stopping already; it takes some seconds.")
            return
        stopping.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shown() -> Iterator[Show]:
    """A live table on a terminal; elsewhere a line when something changed."""
    console = terminal(err=True)
    if console.is_terminal:
        with Live(console=console, refresh_per_second=2, transient=False) as live:
            yield lambda seen: live.update(_table(seen))
        return
    last: list[str] = []

    def tell_changes(seen: Glance) -> None:
        text = _summary(seen)
        if not last or last[-1] != text:
            last[:] = [text]
            say(text)

    yield tell_changes


def _summary(seen: Glance) -> str:
    wire, counts = seen.newswire, seen.counts
    return (
        f"step {wire['step']}/{wire['steps']} · served {wire['served']} · articles {counts['articles']} · "
        f"stories {counts['stories']} · briefs {counts['latest_briefs']}"
    )


def _table(seen: Glance) -> Group:
    stories = Table(
        "story", "articles", "owners", "desk", title="Stories that moved last", box=None, expand=True
    )
    for story in seen.stories:
        independent = f"{story['independent']}/{story['families']}"
        add_row(stories, story["title"], str(story["articles_count"]), independent, story["desk"])
    briefs = Table("brief", "desk", "id", title="Newest briefs", box=None, expand=True)
    for brief in seen.briefs:
        add_row(briefs, brief["headline"], brief["desk"], brief["id"])
    now = str(seen.newswire["now"] or seen.newswire["waiting_for"])
    return Group(line((_summary(seen), "bold"), "  ", (now, "dim")), stories, briefs)
