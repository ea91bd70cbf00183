"""The app over a lane's view with the sample in it; no broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.api import create_app
from reader.lanes import Library
from reader.settings import ReaderSettings
from schemas.codec import Codec
from schemas.registry import LocalSchemas
from sinks.indexer import Indexer
from sinks.settings import IndexSettings
from tests.fakes.index_sample import Words, sample
from topics.settings import BrokerSettings


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    index = IndexSettings(TIDEWIRE_HOME=tmp_path)  # type: ignore[call-arg]
    made = Library(ReaderSettings(), index, BrokerSettings(), Codec(LocalSchemas()), Words())
    made.open()
    yield made
    made.stop()


@pytest.fixture
def filled(library: Library) -> Library:
    view = library.view("live")
    Indexer(view.store, view.name, library.encoder).index(sample())
    return library


@pytest.fixture
def client(filled: Library) -> TestClient:
    return TestClient(create_app(filled), raise_server_exceptions=False)
