"""Homes for whole runs. Runs that are compared play on one port: ids of feeds come from their URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from stack import ports
from tests.e2e.homes import Home


@pytest.fixture(scope="session")
def newswire_port() -> int:
    (port,) = ports.free(1)
    return port


@pytest.fixture(scope="session")
def first_demo() -> dict[str, frozenset[str]]:
    """Members by story of the first whole run without what hostile feeds said, for the runs after it."""
    return {}


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory, newswire_port: int) -> Iterator[Callable[[str], Home]]:
    """Makes homes; whatever runs in them is stopped at the end of the module."""
    made: list[Home] = []

    def make(name: str) -> Home:
        made.append(Home(tmp_path_factory.mktemp(name) / "home", newswire_port))
        return made[-1]

    yield make
    for home in made:
        home.stack.down()
