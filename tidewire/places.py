"""Where the parts of this checkout's Tidewire are, for commands that talk to them."""

from __future__ import annotations

import os
from functools import cache

from reader.client import ReaderClient
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from stack.private import check
from stack.settings import StackSettings
from topics.admin import lanes
from topics.answering import answers
from topics.lane import Lane
from topics.settings import BrokerSettings


class BrokerDown(RuntimeError):
    """No broker answers at the stack's address."""


class NoLane(ValueError):
    """There is no lane of that name."""


@cache
def stack_settings() -> StackSettings:
    """The local stack's settings; rooms' own settings find it through the environment from here on.

    What the user has set in the environment is never overridden; to the hosts that no proxy is asked for, the
    stack's own are added. Raises NotYours for another user's home, whose profile could say anything.
    """
    settings = StackSettings()
    check(settings.home)
    environment = settings.environment()
    for name in ("NO_PROXY", "no_proxy"):
        if name in os.environ:
            os.environ[name] = environment["NO_PROXY"]
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    return settings


def broker() -> BrokerSettings:
    """The broker of this stack. The command line says itself what went wrong: librdkafka's own lines
    are shown only when TIDEWIRE_KAFKA_LOG_LEVEL asks for them."""
    stack_settings()
    found = BrokerSettings()
    return found if "log_level" in found.model_fields_set else found.model_copy(update={"log_level": 0})


def answering_broker() -> BrokerSettings:
    """The same once it has answered; for commands that begin by asking it.

    Raises BrokerDown, at once when nothing listens.
    """
    found = broker()
    if not answers(found):
        raise BrokerDown(
            f"Kafka at {found.bootstrap} does not answer. `./tw status` tells what runs, `./tw up` starts it."
        )
    return found


def known_lane(name: str) -> Lane:
    """A lane that has topics, or live. Raises NoLane, ValueError for what cannot name one, BrokerDown."""
    lane = Lane(name)
    if lane not in lanes(answering_broker()) and not lane.is_live:
        raise NoLane(f"there is no lane {name}; `./tw replay list` names them")
    return lane


def registry() -> Registry:
    """The schema registry of this stack."""
    stack_settings()
    return Registry(RegistrySettings())


def codec() -> Codec:
    """A codec with this stack's registry."""
    return Codec(registry())


def reader() -> ReaderClient:
    """The reader of this stack, or the one TIDEWIRE_READER_URL names."""
    stack_settings()
    return ReaderClient(os.environ["TIDEWIRE_READER_URL"])
