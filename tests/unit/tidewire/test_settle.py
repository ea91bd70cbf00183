"""Waiting goes on while something moves, and ends when nothing does."""

from types import SimpleNamespace

import pytest

from replay.run import waiting
from replay.run.waiting import NotSettled, until


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every look takes ten seconds."""
    now = [0.0]

    def sleep(_: float) -> None:
        now[0] += 10

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    return now


def test_what_moves_is_waited_for_however_long(clock: list[float]) -> None:
    left = list(range(100, -1, -1))
    said: list[str] = []
    until(lambda: f"{n} records" if (n := left.pop(0)) else "", "index", 30.0, said.append)
    assert len(said) == 100
    assert clock[0] == 1000.0


def test_what_stands_still_is_not(clock: list[float]) -> None:
    with pytest.raises(NotSettled, match=r"index: 7 records, for 30 s now"):
        until(lambda: "7 records", "index", 30.0, lambda _: None)
    assert clock[0] == 40.0
