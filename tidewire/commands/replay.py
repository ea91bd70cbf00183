"""``./tw replay``: the log run again in a lane of its own, beside the live stream, with something changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from flink_jobs.deduplicated import Without
from flink_jobs.rest import JobSummary, Unreachable
from replay.run.asked import BYTES_PER_S, Asked, feed_ids
from replay.run.log import RecordBroken, Replay
from replay.run.plan import described
from replay.run.replays import Replays
from replay.run.running import states
from replay.run.select import SelectionError, parse_duration
from stack.stack import Stack
from telemetry.times import of_millis
from tidewire.commands import compare
from tidewire.commands.stack import say, show_step
from tidewire.options import asked_options, beginning, ending, models_of, warm_up_ms
from tidewire.places import answering_broker, stack_settings
from tidewire.printing import confirm, tell, tell_json, terminal
from tidewire.profile import load
from tidewire.replaying import replays_of
from tidewire.tables import show_table
from topics.lane import Lane

COLUMNS = ("lane", "range", "changes", "state", "progress")

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
PromptsFolder = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="Another folder of prompts.")
]
ModelNames = Annotated[
    list[str] | None,
    typer.Option(help="Another model that writes: a name, or for one step such as judge=NAME."),
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
    prompts: PromptsFolder = None,
    model: ModelNames = None,
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
    options = asked_options(given)
    chosen = Lane(lane)
    replays = _replays()
    there = replays.log.get(chosen)
    if there is None:
        feeds = without_feed or []
        where = beginning(from_offset, from_time, last, from_brief)
        asked = Asked(
            lane=chosen,
            source=where[0],
            where=where[1],
            end=ending(where[0], to_offset, to_time),
            follow=follow,
            warm_up_ms=warm_up_ms(warm_up),
            threshold=threshold,
            weights=weights,
            lateness_ms=None if lateness is None else parse_duration(lateness),
            desks=desks,
            prompts=prompts,
            models=models_of(model or []),
            encoder=encoder,
            without=Without(feed_ids(feeds), tuple(without_article or [])),
            given=dict(zip(feed_ids(feeds), feeds, strict=True)),
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
    promoted, known = replays.alias.lane(), _known_jobs(replays)
    rows = [_row(replays, lane, promoted, known) for lane in replays.lanes()]
    if as_json:
        tell_json(rows)
        return
    if not rows:
        tell("No lane but live; `./tw replay start --lane NAME`.")
        return
    show_table(terminal(), COLUMNS, [_cells(row) for row in rows])


@app.command()
def promote(lane: Annotated[str, typer.Argument(help="A lane; live takes a promotion back.")]) -> None:
    """Show readers another lane where they name none. Nothing else changes; `promote live` goes back."""
    before = _replays(of_log=False).promote(Lane(lane))
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
    chosen = Lane(lane)
    replays = _replays()
    replays.check_drop(chosen)
    if not yes:
        confirm(f"Take away all of lane {lane}?")
    gone = replays.drop(chosen, say)
    say(
        f"lane {lane} is gone: {len(gone.topics)} topics, {len(gone.groups)} groups, "
        f"{len(gone.transactions)} open transactions, {len(gone.folders)} folders"
    )


def _replays(of_log: bool = True) -> Replays:
    """Raises BrokerDown if what is asked ``of_log`` cannot be known."""
    settings = stack_settings()
    load(settings.home).apply()
    if of_log:
        answering_broker()
    return replays_of(Stack(settings, show_step))


def _agreed(replays: Replays, asked: Asked, options: dict[str, str], yes: bool) -> Replay:
    plan, replay = replays.plan(asked, options)
    for line in described(plan):
        tell(line)
    free, slots = replays.jobs.rest.slots()
    if free < plan.slots:
        raise SelectionError(
            f"{plan.slots} task slots are needed and {free} of {slots} are free: end or drop another lane, "
            "or set TIDEWIRE_STACK_SLOTS higher and start the stack again"
        )
    if not yes:
        confirm("Go on?")
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


def _known_jobs(replays: Replays) -> list[JobSummary] | None:
    """None, and that is said, while the cluster does not answer: the rest is known without it."""
    try:
        return replays.jobs.rest.jobs()
    except Unreachable as error:
        tell(f"Flink does not answer, so what runs is not known: {error}", err=True)
        return None


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    name = f"{row['lane']} (promoted)" if row["promoted"] else row["lane"]
    return name, row["range"], "; ".join(row["changes"]) or "none", row["state"], row["progress"]


def _row(replays: Replays, lane: Lane, promoted: Lane, known: list[JobSummary] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"lane": lane.name, "promoted": lane == promoted}
    try:
        replay = replays.log.get(lane)
    except RecordBroken as error:
        return row | {"range": str(error), "changes": [], "state": "broken", "progress": "", "jobs": {}}
    if replay is None:
        unknown = "not started by replay, or its record is lost"
        return row | {"range": unknown, "changes": [], "state": "unknown", "progress": "", "jobs": {}}
    jobs = states(replay, known)
    done = {each.job: each.percent for each in replays.running.progress(replay)}
    return row | {
        "range": _range(replay),
        "changes": list(replay.changes),
        "state": _state(replay, list(jobs.values())),
        "progress": ", ".join(f"{job} {percent} %" for job, percent in done.items()),
        "jobs": jobs,
        "percent": done,
        "end_at": replay.runs[0].bounds.end_at if replay.runs[0].bounds else None,
        "created_at": replay.created_at,
    }


def _range(replay: Replay) -> str:
    run = replay.runs[0]
    begin = of_millis(run.start.begins_at) if run.start and run.start.begins_at else "the earliest"
    end = "follows live" if run.bounds is None else f"to {of_millis(run.bounds.end_at)}"
    return f"{run.source} from {begin} {end}"


def _state(replay: Replay, jobs: list[str]) -> str:
    if replay.written:
        return "finished"
    if replay.ended:
        return "writing briefs"
    if "UNKNOWN" in jobs:
        return "not known"
    # Jobs that have finished and were not noted have nobody who watches them.
    return "stopped" if "STOPPED" in jobs or set(jobs) == {"FINISHED"} else "running"
