"""What can be expected to go wrong in a command, in one paragraph without a traceback."""

from __future__ import annotations

from confluent_kafka import KafkaException
from pydantic import ValidationError

from desks.loader import DeskError
from flink_jobs.bounds import NoTick
from flink_jobs.rest import FlinkError
from flink_jobs.stories.cluster import WeightsError
from language.embeddings import ModelMissing
from reader.alias import AliasBroken
from reader.client import ReaderDown, ReaderProblem
from replay.run.log import RecordBroken
from replay.run.source import NotKnownYet
from replay.run.waiting import NotSettled
from schemas.registry import IncompatibleSchema
from stack.errors import StackError
from tidewire.demo import DemoStopped
from tidewire.mistakes import wrong_settings
from tidewire.places import BrokerDown
from tidewire.retrying import Overtaken
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
    Overtaken,
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


def said(error: Exception) -> str | None:
    """What to say of it; None for what is a fault of the program."""
    if isinstance(error, ValidationError):
        return wrong_settings(error)
    if isinstance(error, KafkaException):
        return f"Kafka: {error.args[0]}. `./tw status` tells what runs, `./tw up` starts it."
    return str(error) if isinstance(error, (*EXPECTED, ValueError)) else None
