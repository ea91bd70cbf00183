"""Two demos by the clock: what arrives when differs, and the stories hardly do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from newswire.labels import load_labels
from replay.compare.matching import b_cubed
from tests.e2e.homes import Home, story_by_article

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def runs(new_home: Callable[[str], Home]) -> list[dict[str, str]]:
    """Story by article of two whole runs."""
    found = []
    for name in ("clock-a", "clock-b"):
        home = new_home(name)
        done = home.tw("demo", "--exit", "--json", "--mode", "clock", "--seconds", "45")
        result = json.loads(done.stdout.splitlines()[-1])
        expected = load_labels(home.newswire).expected
        assert result["served"] == result["raw"] + result["dead_letters"]
        assert result["raw"] == result["unique"] + result["duplicates"]
        assert result["briefs"] == result["indexed"]
        assert result["served"] <= expected.served
        home.stack.up(services=("kafka", "registry"))
        found.append(story_by_article(home.outputs().members()))
        home.stack.down()
    return found


def test_stories_of_two_runs_by_the_clock_agree(runs: list[dict[str, str]]) -> None:
    first, second = runs
    both = sorted(first.keys() & second.keys())
    assert len(both) >= 0.95 * max(len(first), len(second))
    score = b_cubed([first[article] for article in both], [second[article] for article in both])
    print(f"B³ F1 {score.f1:.3f}, precision {score.precision:.3f}, recall {score.recall:.3f}")
    for article in both:
        ours = {other for other in both if first[other] == first[article]}
        theirs = {other for other in both if second[other] == second[article]}
        if ours != theirs:
            print(f"{article}: only here {len(ours - theirs)}, only there {len(theirs - ours)}")
    assert score.f1 >= 0.95
