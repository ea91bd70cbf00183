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


def library_in(home: Path) -> Library:
    index = IndexSettings(TIDEWIRE_HOME=home)  # type: ignore[call-arg]
    made = Library(ReaderSettings(), index, BrokerSettings(), Codec(LocalSchemas()), Words())
    made.open()
    view = made.view("live")
    Indexer(view.store, view.name, made.encoder).index(sample())
    return made


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Library]:
    """A library of the test's own."""
    made = library_in(tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app over a library that all tests of a module read."""
    made = library_in(tmp_path_factory.mktemp("home"))
    yield TestClient(create_app(made), "http://localhost", raise_server_exceptions=False)
    made.stop()
