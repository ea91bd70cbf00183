"""The app over a lane's view with the sample in it; no broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.api import create_app
from reader.lanes import Library
from tests.support.library import library_in


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
