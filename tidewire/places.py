"""Where the parts of this checkout's Tidewire are, for commands that talk to them."""

from __future__ import annotations

import os
from functools import cache

from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from tidewire.reader_client import ReaderClient
from tidewire.stack.settings import StackSettings
from topics.settings import BrokerSettings


@cache
def stack_settings() -> StackSettings:
    """The local stack's settings; rooms' own settings find it through the environment from here on.

    What the user has set in the environment is never overridden.
    """
    settings = StackSettings()
    for name, value in settings.environment().items():
        os.environ.setdefault(name, value)
    return settings


def broker() -> BrokerSettings:
    """The broker of this stack."""
    stack_settings()
    return BrokerSettings()


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
