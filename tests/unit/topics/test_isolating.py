"""A batch with records that fail: which are found, and how often the effect is asked."""

from __future__ import annotations

import pytest

from schemas.records import Story
from topics.isolating import Batch, isolated
from topics.reading import Received


class Effect:
    """Refuses some stories; may be away altogether, or weak for the next calls."""

    def __init__(self, refused: frozenset[int] = frozenset(), away: bool = False, weak: int = 0) -> None:
        self.refused, self.away, self.weak = refused, away, weak
        self.calls = 0
        self.done: list[int] = []

    def __call__(self, batch: Batch) -> None:
        self.calls += 1
        self.weak -= 1
        numbers = [received.offset for received, _ in batch]
        if self.away or self.weak >= 0 or self.refused & set(numbers):
            raise ValueError("refused")
        self.done += numbers

    def well(self) -> None:
        if self.away:
            raise ConnectionError("away")


def batch(count: int) -> Batch:
    return [
        (Received("stories", 0, n, 0, b"k", b""), Story(story_id="s", opened_at=0, updated_at=0))
        for n in range(count)
    ]


@pytest.mark.parametrize("refused", [{0}, {499}, {17, 18, 400}, set(range(500)), set()])
def test_exactly_those_that_fail_are_found_and_the_rest_has_its_effect_in_order(refused: set[int]) -> None:
    effect = Effect(frozenset(refused))
    found = isolated(batch(500), effect, effect.well)
    assert [each.received.offset for each in found] == sorted(refused)
    assert effect.done == [n for n in range(500) if n not in refused]
    assert effect.calls <= 4 * 500


def test_an_effect_that_is_away_condemns_no_record() -> None:
    effect = Effect(away=True)
    with pytest.raises(ConnectionError):
        isolated(batch(500), effect, effect.well)
    assert effect.calls == 1


@pytest.mark.parametrize("weak", range(1, 4))
def test_a_moment_of_weakness_condemns_no_record(weak: int) -> None:
    effect = Effect(weak=weak)
    assert isolated(batch(4), effect, effect.well) == []
    assert sorted(effect.done) == [0, 1, 2, 3]
