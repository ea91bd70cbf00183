"""A second demo in a home of its own: in lock step, two runs make the same articles and the same stories."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.homes import Home, story_by_article

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def home(new_home: Callable[[str], Home], first_demo: dict[str, frozenset[str]]) -> Home:
    if not first_demo:
        pytest.skip("the first run is not part of this test run")
    return new_home("again")


@pytest.fixture(scope="module")
def result(home: Home) -> Iterator[dict[str, Any]]:
    """A demo that nothing disturbs; it keeps running until the module ends."""
    with home.running("demo", "--json") as output:
        line = output.readline()
        assert line, home.said()
        yield json.loads(line)
    assert home.processes() == []


def test_two_demos_make_the_same_stories(
    home: Home, result: dict[str, Any], first_demo: dict[str, frozenset[str]]
) -> None:
    again = home.outputs().members()
    first, second = story_by_article(first_demo), story_by_article(again)
    assert first.keys() == second.keys()
    assert set(first_demo.values()) == set(again.values())
