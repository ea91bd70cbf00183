"""``./tw``: the command line."""

from __future__ import annotations

import os
import sys

import typer
from confluent_kafka import KafkaException
from pydantic import ValidationError

from desks.loader import DeskError
from flink_jobs.bounds import NoTick
from flink_jobs.rest import FlinkError
from flink_jobs.stories.cluster import WeightsError
from language.embeddings import ModelMissing
from reader.alias import AliasBroken
from replay.log import RecordBroken
from replay.source import NotKnownYet
from schemas.registry import IncompatibleSchema
from tidewire.commands import compare, demo, feeds, jobs, rebuild, replay, search, spend, stack, topics
from tidewire.demo import DemoStopped
from tidewire.mistakes import wrong_settings
from tidewire.places import BrokerDown
from tidewire.reader_client import ReaderDown, ReaderProblem
from tidewire.settle import NotSettled
from tidewire.stack.errors import StackError
from topics.numbering import NumberingLost
from topics.reading import ReadFailed
from topics.wire import Refused
from topics.writing import WriteFailed

EXPECTED = (
    StackError,
    FlinkError,
    BrokerDown,
    IncompatibleSchema,
    NumberingLost,
    ReaderDown,
    ReaderProblem,
    ReadFailed,
    WriteFailed,
    NotSettled,
    DemoStopped,
    NoTick,
    NotKnownYet,
    RecordBroken,
    AliasBroken,
    Refused,
    DeskError,
    WeightsError,
    ModelMissing,
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
    rebuild.rebuild,
    spend.spend,
    stack.serve,
):
    app.command()(command)
app.add_typer(feeds.app, name="feeds")
app.add_typer(jobs.app, name="jobs")
app.add_typer(replay.app, name="replay")


def main() -> None:
    """Runs a command; what can be expected to go wrong is said in one paragraph, without a traceback."""
    try:
        app(prog_name=os.environ.pop("TIDEWIRE_CALLED_AS", None))
    except EXPECTED as error:
        _fail(str(error))
    except ValidationError as error:
        _fail(wrong_settings(error))
    except ValueError as error:
        _fail(str(error))
    except KafkaException as error:
        _fail(f"Kafka: {error.args[0]}. `./tw status` tells what runs, `./tw up` starts it.")


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    sys.exit(1)
