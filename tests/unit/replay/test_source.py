"""What a source is seen to hold before it is run again; its log is one in memory."""

from __future__ import annotations

import pytest

from flink_jobs.deduplicated import Without
from replay.run import source
from replay.run.asked import Asked, check_without
from replay.run.plan import Sample
from replay.run.select import SelectionError
from replay.run.source import PIECES, SAMPLED, SourceLog, pieces
from tests.fakes.log_in_memory import CODEC, LogInMemory
from topics.catalogue import ARTICLES_RAW
from topics.lane import Lane
from topics.settings import BrokerSettings


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> type[LogInMemory]:
    """A log that SourceLog reads."""

    class Read(LogInMemory):
        def __init__(self, *partitions: str) -> None:
            super().__init__(*partitions)
            monkeypatch.setattr(source, "beginnings", self.beginnings)
            monkeypatch.setattr(source, "end_offsets", self.end_offsets)
            monkeypatch.setattr(source, "read_range", self.read_range)

    return Read


def of_raw(log: LogInMemory) -> tuple[SourceLog, dict[int, int], dict[int, int]]:
    whole = BrokerSettings(), ARTICLES_RAW
    return SourceLog(BrokerSettings(), CODEC, ARTICLES_RAW), log.beginnings(*whole), log.end_offsets(*whole)


def test_what_is_little_is_counted_whole_though_it_ends_in_ticks(opened: type[LogInMemory]) -> None:
    read, first, last = of_raw(opened("e." * 40 + "t." * 200, "t." * 50))
    sample = read.sample(first, last)
    assert (sample.records, sample.entries) == (480 + 100, 40)
    assert sample.share * (480 + 100) == pytest.approx(40)


def test_what_is_much_is_looked_at_all_over(opened: type[LogInMemory]) -> None:
    read, first, last = of_raw(opened("e" * 50_000 + "t" * 50_000, "t" * 10))
    sample = read.sample(first, last)
    assert sample.records == SAMPLED + 10
    assert sample.share == pytest.approx(0.5, abs=0.1)


def test_pieces_are_within_the_range_and_reach_its_end() -> None:
    found = pieces({0: 100, 1: 7, 2: 9}, {0: 90_100, 1: 7, 2: 4})
    assert len(found) == PIECES
    assert (found[0][0], found[-1][1]) == ({0: 100, 1: 7, 2: 4}, {0: 90_100, 1: 7, 2: 4})
    assert all(begins[p] <= stops[p] for begins, stops in found for p in begins)
    assert sum(stops[0] - begins[0] for begins, stops in found) == SAMPLED


def test_nothing_is_nothing(opened: type[LogInMemory]) -> None:
    read, first, last = of_raw(opened("", ""))
    assert read.sample(first, last) == Sample()


def test_what_is_to_be_left_out_and_is_not_there_is_named(opened: type[LogInMemory]) -> None:
    read, first, last = of_raw(opened("et", "t"))
    assert read.lacking(Without(("feed-0",), ("0@0",)), first, last) == []
    asked = Asked(
        lane=Lane("check"), without=Without(("feed-0", "id"), ("nope",)), given={"id": "https://f.example/"}
    )
    with pytest.raises(SelectionError, match=r"nothing there is of https://f\.example/, nope\. "):
        check_without(asked, read, first, last)
    check_without(Asked(lane=Lane("check"), without=asked.without, follow=True), read, first, last)
