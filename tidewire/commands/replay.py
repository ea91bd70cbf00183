"""``./tw replay``: the log run again in a lane of its own, beside the live stream, with something changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flink_jobs.deduplicated import Without
from flink_jobs.runs import SOURCES, Source
from flink_jobs.stories.settings import StoriesSettings
from replay.log import RecordBroken, Replay
from replay.plan import described
from replay.select import (
    Earliest,
    Last,
    Moment,
    SelectionError,
    Where,
    parse_duration,
    parse_place,
    parse_time,
)
from tidewire.asked import BYTES_PER_S, Asked, brief_places, feed_ids
from tidewire.commands import compare
from tidewire.commands.stack import say, show_step
from tidewire.places import stack_settings
from tidewire.profile import load
from tidewire.replays import Replays
from tidewire.stack.stack import Stack
from tidewire.times import of_millis
from topics.lane import Lane

app = typer.Typer(no_args_is_help=True, help="Run the log again, beside the live stream.")
app.command()(compare.compare)
LaneName = Annotated[str, typer.Option("--lane", help="The replay's own name.")]
FromOffset = Annotated[
    str | None,
    typer.Option(help="articles.raw:earliest, articles.raw:0=120,1=98 or articles.enriched:earliest."),
]
FromTime = Annotated[str | None, typer.Option(help="From what was logged at this ISO time on.")]
LastSo = Annotated[str | None, typer.Option(help="The last so much of it, such as 24h.")]
FromBrief = Annotated[str | None, typer.Option(help="From the first source of this brief on.")]
ToOffset = Annotated[str | None, typer.Option(help="Up to these offsets; default now's last tick.")]
ToTime = Annotated[str | None, typer.Option(help="Up to what was logged before this time.")]
Follow = Annotated[bool, typer.Option("--follow", help="Without an end: catch up and go on live.")]
WarmUp = Annotated[
    str | None,
    typer.Option(help="How much before the range is read, such as 7d, or all; default stories' window."),
]
Threshold = Annotated[
    float | None, typer.Option(min=0, max=1, help="The score from which an article joins a story.")
]
WeightsFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Another weights.json.")]
Lateness = Annotated[str | None, typer.Option(help="How late is late, such as 30min.")]
DesksFolder = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="Another folder of desk files.")
]
EncoderName = Annotated[
    str | None, typer.Option(help="Another model for vectors, by name or folder; needs the extra.")
]
WithoutFeed = Annotated[list[str] | None, typer.Option(help="Leave out a feed, by id or URL.")]
WithoutArticle = Annotated[list[str] | None, typer.Option(help="Leave out an article, by id.")]
Limit = Annotated[
    float | None,
    typer.Option(
        min=0, help=f"At most so many bytes a second are read, by default {BYTES_PER_S:.0f}; 0: no limit."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Go on without asking.")]


@app.command()
def start(
    lane: LaneName,
    from_offset: FromOffset = None,
    from_time: FromTime = None,
    last: LastSo = None,
    from_brief: FromBrief = None,
    to_offset: ToOffset = None,
    to_time: ToTime = None,
    follow: Follow = False,
    warm_up: WarmUp = None,
    threshold: Threshold = None,
    weights: WeightsFile = None,
    lateness: Lateness = None,
    desks: DesksFolder = None,
    encoder: EncoderName = None,
    without_feed: WithoutFeed = None,
    without_article: WithoutArticle = None,
    limit: Limit = None,
    yes: Yes = False,
) -> None:
    """Run a range of the log again in a lane, with changes; the same command goes on after any kill.

    Shows what it is going to do, and asks, before it does anything.
    """
    given = {name: value for name, value in locals().items() if name not in ("yes", "lane", "limit")}
    options = {name: _text(value) for name, value in given.items() if _is_given(value)}
    replays, chosen = _replays(), Lane(lane)
    there = replays.log.get(chosen)
    if there is None:
        where = _where(from_offset, from_time, last, from_brief)
        asked = Asked(
            lane=chosen,
            source=where[0],
            where=where[1],
            end=_end(where[0], to_offset, to_time),
            follow=follow,
            warm_up_ms=_warm_up(warm_up),
            threshold=threshold,
            weights=weights,
            lateness_ms=None if lateness is None else parse_duration(lateness),
            desks=desks,
            encoder=encoder,
            without=Without(feed_ids(without_feed or []), tuple(without_article or [])),
            bytes_per_s=BYTES_PER_S if limit is None else limit or None,
        )
        there = _agreed(replays, asked, options, yes)
    else:
        _same(there, options)
        if limit is not None:
            there = replays.limit(there, limit or None)
        say(f"lane {lane}: goes on as it was started at {of_millis(there.created_at)}")
    there = replays.go_on(there, say)
    _told(there)


@app.command("list")
def list_replays(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Every lane but live: its range, changes, state and progress."""
    replays = _replays()
    promoted = replays.alias.lane()
    rows = [_row(replays, lane, promoted) for lane in replays.lanes()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("lane", "range", "changes", "state", "progress", box=None, pad_edge=False)
    for row in rows:
        name = f"{row['lane']} (promoted)" if row["promoted"] else row["lane"]
        changes = "; ".join(row["changes"]) or "none"
        table.add_row(escape(name), escape(row["range"]), escape(changes), row["state"], row["progress"])
    Console(highlight=False).print(table if rows else "No lane but live; `./tw replay start --lane NAME`.")


@app.command()
def promote(lane: Annotated[str, typer.Argument(help="A lane; live takes a promotion back.")]) -> None:
    """Show readers another lane where they name none. Nothing else changes; `promote live` goes back."""
    before = _replays().promote(Lane(lane))
    say(
        f"readers are shown lane {lane} now, and no longer {before.name}; "
        f"`./tw replay promote {before.name}` goes back"
    )


@app.command()
def drop(
    lane: Annotated[str, typer.Argument(help="A lane other than live.")],
    yes: Yes = False,
) -> None:
    """Take a lane away: jobs, agents, open transactions, topics, groups, collection, checkpoints."""
    replays, chosen = _replays(), Lane(lane)
    if not yes:
        typer.confirm(f"Take away all of lane {lane}?", abort=True)
    gone = replays.drop(chosen, say)
    say(
        f"lane {lane} is gone: {len(gone.topics)} topics, {len(gone.groups)} groups, "
        f"{len(gone.transactions)} open transactions, {len(gone.folders)} folders"
    )


def _replays() -> Replays:
    settings = stack_settings()
    load(settings.home).apply()
    return Replays(Stack(settings, show_step))


def _where(
    from_offset: str | None, from_time: str | None, last: str | None, from_brief: str | None
) -> tuple[Source, Where]:
    given = [each for each in (from_time, last, from_brief) if each is not None]
    place: tuple[str, Where] = ("articles.raw", Earliest())
    if from_offset is not None:
        place = parse_place(from_offset, SOURCES)
    if len(given) > 1 or (given and from_offset is not None and not isinstance(place[1], Earliest)):
        raise SelectionError(
            "a replay has one beginning: give one of --from-offset, --from-time, --last and --from-brief"
        )
    where = place[1]
    if from_time is not None:
        where = Moment(parse_time(from_time))
    elif last is not None:
        where = Last(parse_duration(last))
    elif from_brief is not None:
        where = brief_places(from_brief)
    source: Source = "articles.enriched" if place[0] == "articles.enriched" else "articles.raw"
    return source, where


def _end(source: Source, to_offset: str | None, to_time: str | None) -> Where | None:
    if to_offset is not None and to_time is not None:
        raise SelectionError("a replay has one end: give --to-offset or --to-time")
    if to_time is not None:
        return Moment(parse_time(to_time))
    if to_offset is None:
        return None
    topic, where = parse_place(to_offset, SOURCES)
    if topic != source or isinstance(where, Earliest):
        raise SelectionError(f"{to_offset!r} is no end of {source}: write {source}:PARTITION=OFFSET,…")
    return where


def _warm_up(text: str | None) -> int | None:
    if text is None:
        return StoriesSettings().window_ms
    return None if text == "all" else parse_duration(text)


def _agreed(replays: Replays, asked: Asked, options: dict[str, str], yes: bool) -> Replay:
    plan, replay = replays.plan(asked, options)
    for line in described(plan):
        typer.echo(line)
    free, slots = replays.jobs.rest.slots()
    if free < plan.slots:
        raise SelectionError(
            f"{plan.slots} task slots are needed and {free} of {slots} are free: end or drop another lane, "
            "or set TIDEWIRE_STACK_SLOTS higher and start the stack again"
        )
    if not yes:
        typer.confirm("Go on?", abort=True)
    return replays.record(asked, replay)


def _same(there: Replay, options: dict[str, str]) -> None:
    """A lane is what it was started as; options that say otherwise are refused, none are fine."""
    other = {name: text for name, text in options.items() if there.asked.get(name) != text}
    if other:
        was = (
            ", ".join(f"--{name.replace('_', '-')} {text}" for name, text in there.asked.items())
            or "no options"
        )
        raise SelectionError(
            f"lane {there.lane.name} was started with {was}. To go on give only its name; for another replay "
            "use another lane, or drop this one"
        )


def _told(replay: Replay) -> None:
    name = replay.lane.name
    bounds = replay.runs[0].bounds
    if replay.written and bounds is not None:
        say(f"lane {name} has come to its end: `./tw replay compare live {name}`")
    else:
        say(f"lane {name} runs; `./tw replay list` shows how far it is")


def _row(replays: Replays, lane: Lane, promoted: Lane) -> dict[str, Any]:
    row: dict[str, Any] = {"lane": lane.name, "promoted": lane == promoted}
    try:
        replay = replays.log.get(lane)
    except RecordBroken as error:
        return row | {"range": str(error), "changes": [], "state": "broken", "progress": "", "jobs": {}}
    if replay is None:
        unknown = "not started by replay, or its record is lost"
        return row | {"range": unknown, "changes": [], "state": "unknown", "progress": "", "jobs": {}}
    states = replays.running.states(replay)
    done = {each.job: each.percent for each in replays.running.progress(replay)}
    return row | {
        "range": _range(replay),
        "changes": list(replay.changes),
        "state": _state(replay, list(states.values())),
        "progress": ", ".join(f"{job} {percent} %" for job, percent in done.items()),
        "jobs": states,
        "percent": done,
        "end_at": replay.runs[0].bounds.end_at if replay.runs[0].bounds else None,
        "created_at": replay.created_at,
    }


def _range(replay: Replay) -> str:
    run = replay.runs[0]
    begin = of_millis(run.start.begins_at) if run.start and run.start.begins_at else "the earliest"
    end = "follows live" if run.bounds is None else f"to {of_millis(run.bounds.end_at)}"
    return f"{run.source} from {begin} {end}"


def _state(replay: Replay, states: list[str]) -> str:
    if replay.written:
        return "finished"
    if replay.ended:
        return "writing briefs"
    return "stopped" if "STOPPED" in states else "running"


def _is_given(value: object) -> bool:
    # A threshold of 0 is one.
    return value is not None and value is not False and value != []


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
