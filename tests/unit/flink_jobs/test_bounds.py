"""The end of a bounded run, found in a log in memory."""

from __future__ import annotations

import pytest

from flink_jobs import bounds
from flink_jobs.deduplicated import Bounds
from tests.fakes.log_in_memory import CODEC, LogInMemory
from topics.settings import BrokerSettings


def latest_tick(monkeypatch: pytest.MonkeyPatch, *partitions: str) -> Bounds:
    log = LogInMemory(*partitions)
    monkeypatch.setattr(bounds, "end_offsets", log.end_offsets)
    monkeypatch.setattr(bounds, "read_range", log.read_range)
    return bounds.latest_tick(BrokerSettings(), CODEC)


def test_run_ends_just_before_the_earliest_of_the_last_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = latest_tick(monkeypatch, "tete", "tteee")
    assert found.offsets == {0: 3, 1: 2}
    assert found.end_at == 101 - 1


def test_tick_far_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = latest_tick(monkeypatch, "et" + "e" * 500, "t")
    assert found.offsets == {0: 2, 1: 1}


def test_partition_without_a_tick_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(bounds.NoTick, match=r"no tick in partitions \[1, 2\]"):
        latest_tick(monkeypatch, "t", "ee", "")


def test_run_can_end_at_the_last_tick_before_given_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogInMemory("tetete", "ttete")
    monkeypatch.setattr(bounds, "end_offsets", log.end_offsets)
    monkeypatch.setattr(bounds, "read_range", log.read_range)
    found = bounds.latest_tick(BrokerSettings(), CODEC, {0: 4, 1: 1})
    assert found == Bounds(0, {0: 3, 1: 1})
    assert found.offsets == {0: 3, 1: 1}
