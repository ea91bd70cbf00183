"""The end of a bounded run, found in a log in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from flink_jobs import bounds
from flink_jobs.deduplicated import Bounds
from schemas.codec import Codec
from schemas.records import Article, Kind
from schemas.registry import LocalSchemas
from topics.catalogue import ARTICLES_RAW
from topics.reading import Received
from topics.settings import BrokerSettings

CODEC = Codec(LocalSchemas())


class Log:
    """Partitions of kinds; a record's time is 100 times its offset plus its partition."""

    def __init__(self, partitions: dict[int, str]) -> None:
        self.partitions = partitions

    def end_offsets(self, _: BrokerSettings, topic: str) -> dict[int, int]:
        assert topic == ARTICLES_RAW
        return {partition: len(kinds) for partition, kinds in self.partitions.items()}

    def read_range(
        self, _: BrokerSettings, topic: str, start: Mapping[int, int], end: Mapping[int, int]
    ) -> Iterator[Received]:
        for partition, kinds in self.partitions.items():
            for offset in range(start[partition], end[partition]):
                kind = Kind.TICK if kinds[offset] == "t" else Kind.ENTRY
                value = CODEC.encode(Article(article_id="a", observed_at=0, kind=kind))
                yield Received(topic, partition, offset, offset * 100 + partition, b"a", value)


def latest_tick(monkeypatch: pytest.MonkeyPatch, partitions: dict[int, str]) -> Bounds:
    log = Log(partitions)
    monkeypatch.setattr(bounds, "end_offsets", log.end_offsets)
    monkeypatch.setattr(bounds, "read_range", log.read_range)
    return bounds.latest_tick(BrokerSettings(), CODEC)


def test_run_ends_just_before_the_earliest_of_the_last_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = latest_tick(monkeypatch, {0: "tete", 1: "tteee"})
    assert found.offsets == {0: 3, 1: 2}
    assert found.end_at == 101 - 1


def test_tick_far_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = latest_tick(monkeypatch, {0: "et" + "e" * 500, 1: "t"})
    assert found.offsets == {0: 2, 1: 1}


def test_partition_without_a_tick_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(bounds.NoTick, match=r"no tick in partitions \[1, 2\]"):
        latest_tick(monkeypatch, {0: "t", 1: "ee", 2: ""})


def test_run_can_end_at_the_last_tick_before_given_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log({0: "tetete", 1: "ttete"})
    monkeypatch.setattr(bounds, "end_offsets", log.end_offsets)
    monkeypatch.setattr(bounds, "read_range", log.read_range)
    found = bounds.latest_tick(BrokerSettings(), CODEC, {0: 4, 1: 1})
    assert found == Bounds(0, {0: 3, 1: 1})
    assert found.offsets == {0: 3, 1: 1}
