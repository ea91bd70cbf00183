"""``./tw jobs``: the Flink jobs of each lane."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from flink_jobs.runs import JOBS, JobName, job_title
from flink_jobs.submit import Jobs
from replay.run.dropping import abort_transactions
from stack.stack import Stack
from telemetry.times import of_millis_short
from tidewire import jobs as flink
from tidewire.commands.stack import say, show_step
from tidewire.places import answering_broker, broker, stack_settings
from tidewire.printing import show, tell, tell_json, terminal
from tidewire.profile import load
from tidewire.roles import agents_role
from tidewire.tables import show_table
from topics.lane import Lane

app = typer.Typer(no_args_is_help=True, help="The Flink jobs of each lane.")
Name = Annotated[str | None, typer.Argument(metavar="[articles|stories]", help="Default both.")]
LaneName = Annotated[str, typer.Option("--lane", help="Which lane.")]


@app.command("list")
def list_jobs(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Jobs, their state and their checkpoints."""
    _, jobs = _connected()
    rows = [
        {
            "name": job.name,
            "id": job.id,
            "state": job.state,
            "started_at": job.started_at,
            "checkpoints": jobs.rest.checkpoints(job.id).completed,
        }
        for job in jobs.jobs()
    ]
    if as_json:
        tell_json(rows)
        return
    show_jobs(terminal(), rows)


def show_jobs(console: Console, jobs: list[dict[str, object]]) -> None:
    """A table of them, as `--json` prints them."""
    if not jobs:
        show(console, "No job yet; `./tw jobs submit` starts both.")
        return
    rows = [
        [
            str(job["name"]),
            str(job["state"]),
            of_millis_short(cast(int, job["started_at"])),
            str(job["checkpoints"]),
            str(job["id"]),
        ]
        for job in jobs
    ]
    columns = ("job", "state", "since (UTC)", "checkpoints", "id")
    show_table(console, columns, rows, spare=("checkpoints", "since (UTC)"))


@app.command()
def submit(
    name: Name = None,
    lane: LaneName = "live",
    savepoint: Annotated[Path | None, typer.Option(help="Go on from this one; needs a job's name.")] = None,
    until_last_tick: Annotated[
        bool, typer.Option(help="Stop at what the log holds now, instead of following it.")
    ] = False,
    fresh: Annotated[bool, typer.Option(help="From the log's beginning, whatever state there is.")] = False,
    agents: Annotated[bool, typer.Option(help="In another lane: start its agents too.")] = True,
) -> None:
    """Start jobs from their newest state. Another --lane runs the whole raw log again beside live.

    With --until-last-tick it waits until they have come to that end.
    """
    stack, jobs = _connected()
    chosen = Lane(lane)
    names = _names(name)
    if savepoint is not None and len(names) != 1:
        raise typer.BadParameter(
            "a savepoint belongs to one job: name articles or stories", param_hint="--savepoint"
        )
    answering_broker()
    wanted = flink.runs(chosen, names, until_last_tick)
    if fresh:
        _begin_anew(jobs, chosen)
    started = [jobs.submit(wanted[0], savepoint)] if savepoint else jobs.submit_all(wanted, fresh)
    for each in started:
        origin = f"from {each.resumed_from}" if each.resumed_from else "at the log's beginning"
        say(f"{each.name}: running as {each.id} {origin}")
    if agents and not chosen.is_live and "stories" in names:
        stack.add_roles([agents_role(chosen, load(stack.settings.home).for_roles())])
    if bounds := wanted[0].bounds:
        for run, job in zip(wanted, started, strict=True):
            jobs.await_end(run, job)
            say(f"{job.name}: has come to its end")
        until = f"--until {bounds.end_at}"
        say(f"It ended at logged time {bounds.end_at}: `./tw replay compare live {lane} {until}`")


@app.command()
def savepoint(name: Name = None, lane: LaneName = "live") -> None:
    """Stop jobs with a savepoint each; `jobs submit` goes on from there."""
    _, jobs = _connected()
    for run in flink.runs(Lane(lane), _names(name)):
        tell(f"{run.name}: {jobs.stop(run)}")


def _begin_anew(jobs: Jobs, lane: Lane) -> None:
    """What a lost state left open would hold up whoever reads the outputs, for up to a day."""
    say("What was written before stays in the output topics, and is written there once more.")
    if not any(jobs.rest.active(job_title(name, lane)) for name in JOBS):
        abort_transactions(broker(), lane)


def _connected() -> tuple[Stack, Jobs]:
    settings = stack_settings()
    load(settings.home).apply()
    stack = Stack(settings, show_step)
    return stack, Jobs(flink.cluster(stack))


def _names(name: str | None) -> tuple[JobName, ...]:
    if name is None:
        return JOBS
    if name not in JOBS:
        raise typer.BadParameter(f"{name} is none of {', '.join(JOBS)}")
    return (name,)
