"""``./tw up``, ``down``, ``status`` and ``serve``."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from rich.console import Console

from flink_jobs.rest import FlinkError
from flink_jobs.submit import Jobs
from stack import flink_ui
from stack.settings import StackSettings
from stack.stack import Stack, StackStatus, Step
from stack.watch import DEATHS
from telemetry.times import of_millis, of_millis_short
from tidewire import jobs as flink
from tidewire.job_states import JobState, job_states
from tidewire.places import broker, codec, stack_settings
from tidewire.printing import show, show_whole_line, tell, tell_json, terminal
from tidewire.profile import load
from tidewire.running import start
from tidewire.tables import show_table
from topics.answering import answers
from topics.letter_counts import LetterCounts
from topics.reading import ReadFailed


def show_step(step: Step) -> None:
    """One line of progress, on standard error."""
    took = f" ({step.seconds:.1f} s)" if step.state in ("ready", "stopped") else ""
    tell(f"{step.program}: {step.state}{took}", err=True)


def say(message: str) -> None:
    """One line of progress, on standard error."""
    tell(message, err=True)


def addresses(settings: StackSettings) -> str:
    """Where people look; the web UI's has the token that opens it."""
    return f"Page and API   {settings.reader_url}\nFlink web UI   {flink_ui.link(settings)}"


def up() -> None:
    """Start everything, or go on where it was."""
    settings = stack_settings()
    stack = Stack(settings, show_step)
    start(stack, load(settings.home), say)
    tell(addresses(settings))


def down() -> None:
    """Stop everything cleanly; what was gathered stays."""
    Stack(stack_settings(), show_step).down()


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Every process with its memory, restarts and address, and the jobs."""
    settings = stack_settings()
    stack = Stack(settings)
    found = stack.status()
    jobs, problem = _jobs(stack) if found.running else ([], "")
    dead = _dead_letters() if found.running else None
    if as_json:
        counts = None if dead is None else {"total": dead.total, "last_hour": dead.recent}
        stack_says = dataclasses.asdict(found)
        jobs_say = [dataclasses.asdict(each) for each in jobs]
        tell_json({**stack_says, "jobs": jobs_say, "jobs_problem": problem, "dead_letters": counts})
        return
    console = terminal()
    if not found.running:
        show(console, f"The stack of {found.home} is not running; `./tw up` starts it.")
        if found.unsupervised:
            show(
                console, f"Left over from a killed stack: {list(found.unsupervised)}; `./tw down` ends them."
            )
        raise typer.Exit(1)
    show_programs(console, found)
    for event in [event for event in stack.events() if event.event in DEATHS][-5:]:
        show(console, (f"{of_millis(event.at_ms)} {event.program} {event.event}", "yellow"))
    for job in jobs:
        show_job(console, job)
    if problem:
        show(console, (problem, "red"))
    if dead is not None and dead.total:
        said = f"{dead.total} dead letters, {dead.recent} in the last hour; `./tw dead list` shows them"
        show(console, (said, "red" if dead.recent else ""))
    show_addresses(console, found, settings.reader_url, flink_ui.link(settings))


def _dead_letters() -> LetterCounts | None:
    """None while the broker does not answer; what runs is told above."""
    settings = broker()
    if not answers(settings):
        return None
    try:
        return LetterCounts(settings, codec()).take()
    except (KafkaException, ReadFailed) as error:
        tell(f"dead letters cannot be counted: {error}", err=True)
        return None


def _jobs(stack: Stack) -> tuple[list[JobState], str]:
    try:
        return job_states(Jobs(flink.cluster(stack))), ""
    except FlinkError as error:
        return [], str(error)


def show_job(console: Console, job: JobState) -> None:
    """One line, and what is wrong with it in red."""
    facts = [f"{job.name}: {job.state}"]
    if job.id and job.checkpoints:
        facts.append(f"{job.checkpoints} checkpoints since it started")
    if job.restarts:
        facts.append("restarted once" if job.restarts == 1 else f"restarted {job.restarts} times")
    if job.ok:
        show(console, ", ".join(facts))
    else:
        show(console, (": ".join(filter(None, (facts[0], job.reason))), "red"))
    if lost := job.failed_committables:
        show(console, (f"{job.name} lost {lost} transactions: its outputs are incomplete.", "red"))


def show_programs(console: Console, found: StackStatus) -> None:
    """A table of the processes, their memory and the home."""
    rows = [
        [
            each.name,
            each.state.lower(),
            str(each.pid or "–"),
            of_millis_short(each.started_at * 1000),
            str(each.restarts),
            str(each.resident >> 20),
        ]
        for each in found.programs
    ]
    styles = ["" if each.state == "RUNNING" else "red" for each in found.programs]
    show_table(console, ("process", "state", "pid", "since (UTC)", "restarts", "MB"), rows, styles=styles)
    show_whole_line(console, f"{found.resident >> 20} MB in all, home {found.home}")


def show_addresses(console: Console, found: StackStatus, reader_url: str, ui_link: str) -> None:
    """Where people and clients reach it, a line each."""
    titles = {"jobmanager": "Flink's REST", "kafka": "Kafka", "registry": "Schema registry"}
    lines = {"Page and API": reader_url, "Flink web UI": ui_link}
    others = [each for each in found.programs if each.address and each.name != "flink-ui"]
    lines |= {titles.get(each.name, each.name): str(each.address) for each in others}
    for title, address in lines.items():
        show_whole_line(console, f"{title:<16}{address}")


def serve() -> None:
    """Run the reader (API, page, indexers) in this terminal."""
    stack_settings()
    from reader.__main__ import main as serve_reader

    raise typer.Exit(serve_reader())
