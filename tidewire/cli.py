"""``./tw``: the command line."""

from __future__ import annotations

import sys

import typer
from confluent_kafka import KafkaException
from pydantic import ValidationError

from flink_jobs.rest import FlinkError
from tidewire.commands import compare, demo, feeds, jobs, search, spend, stack, topics
from tidewire.demo import DemoStopped
from tidewire.reader_client import ReaderDown, ReaderProblem
from tidewire.settle import NotSettled
from tidewire.stack.errors import StackError
from topics.reading import ReadFailed
from topics.writing import WriteFailed

EXPECTED = (
    StackError,
    FlinkError,
    ReaderDown,
    ReaderProblem,
    ReadFailed,
    WriteFailed,
    NotSettled,
    DemoStopped,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Feeds to stories to briefs, each sentence with its place in the log.",
)
for command in (
    stack.up,
    stack.down,
    stack.status,
    demo.demo,
    search.search,
    search.brief,
    topics.topics,
    compare.compare,
    spend.spend,
    stack.serve,
):
    app.command()(command)
app.add_typer(feeds.app, name="feeds")
app.add_typer(jobs.app, name="jobs")


def main() -> None:
    """Runs a command; what can be expected to go wrong is said in one paragraph, without a traceback."""
    try:
        app()
    except EXPECTED as error:
        _fail(str(error))
    except ValidationError as error:
        _fail(f"A setting is wrong: {error}")
    except ValueError as error:
        _fail(str(error))
    except KafkaException as error:
        _fail(f"Kafka: {error.args[0]}. `./tw status` tells what runs, `./tw up` starts it.")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    sys.exit(1)
