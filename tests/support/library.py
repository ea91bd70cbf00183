"""A reader's library over a lane's view with the sample in it; no broker."""

from __future__ import annotations

from pathlib import Path

from reader.lanes import Library
from reader.settings import ReaderSettings
from schemas.codec import Codec
from schemas.registry import LocalSchemas
from sinks.indexer import Indexer
from sinks.settings import IndexSettings
from tests.fakes.index_sample import Words, sample
from topics.settings import BrokerSettings


def library_in(home: Path) -> Library:
    index = IndexSettings(TIDEWIRE_HOME=home)  # type: ignore[call-arg]
    made = Library(ReaderSettings(), index, BrokerSettings(), Codec(LocalSchemas()), Words())
    made.open()
    view = made.view("live")
    Indexer(view.store, view.name, made.encoder).index(sample())
    return made
