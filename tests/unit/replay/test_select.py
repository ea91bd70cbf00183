"""What is run again: how it is named, what is read, and what retention has taken away."""

from __future__ import annotations

import pytest

from replay.run.select import (
    Earliest,
    Last,
    Moment,
    Overtaken,
    Places,
    SelectionError,
    moment,
    parse_duration,
    parse_place,
    parse_time,
    reach,
)
from tests.support.times import Log

TOPICS = ("articles.raw", "articles.enriched")
TIMES = {0: [100, 200, 300, 400], 1: [150, 250, 350]}


def test_places_are_written_by_topic_and_partition() -> None:
    assert parse_place("articles.enriched:earliest", TOPICS) == ("articles.enriched", Earliest())
    topic, where = parse_place("articles.raw:1=98,0=120", TOPICS)
    assert topic == "articles.raw"
    assert where == Places(((0, 120), (1, 98)), "articles.raw:1=98,0=120")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stories:earliest", "names no place"),
        ("articles.raw", "names no place"),
        ("articles.raw:0=x", "names no place"),
        ("articles.raw:0=1,0=2", "a partition twice"),
    ],
)
def test_no_place_is_said_to_be_none(text: str, said: str) -> None:
    with pytest.raises(SelectionError, match=said):
        parse_place(text, TOPICS)


def test_times_and_lengths() -> None:
    assert parse_time("1970-01-01T00:00:01") == 1_000
    assert parse_time("1970-01-01T01:00:01+01:00") == 1_000
    assert parse_time("1234") == 1_234
    assert [parse_duration(each) for each in ("90s", "15min", "24h", "7d", "250ms", "0")] == [
        90_000, 900_000, 86_400_000, 604_800_000, 250, 0,
    ]  # fmt: skip
    for wrong, parse in (("noon", parse_time), ("soon", parse_duration), ("5", parse_duration)):
        with pytest.raises(SelectionError, match=wrong):
            parse(wrong)


def test_a_beginning_is_a_moment_whatever_names_it() -> None:
    log = Log(TIMES)
    assert moment(Earliest(), log, 400) == 0
    assert moment(Moment(222), log, 400) == 222
    assert moment(Last(150), log, 400) == 250
    assert moment(Places(((0, 2), (1, 1)), "these"), log, 400) == 250


def test_offsets_that_are_not_in_the_log_are_named() -> None:
    log = Log(TIMES, gone={0: 2})
    with pytest.raises(Overtaken, match=r"articles\.raw-0@1 is gone.*left there is 2"):
        moment(Places(((0, 1),), "these"), log, 400)
    with pytest.raises(SelectionError, match=r"nothing at or after articles\.raw-1@9"):
        moment(Places(((1, 9),), "these"), log, 400)
    with pytest.raises(SelectionError, match="no partition 7; it has 0 to 1"):
        moment(Places(((7, 0),), "these"), log, 400)


def test_from_the_first_record_there_is_no_warm_up() -> None:
    assert reach(0, 1_000, Log(TIMES)).is_whole
    # Nothing was logged before it, so it is the whole log too.
    assert reach(50, 1_000, Log(TIMES)).is_whole


def test_a_range_in_the_middle_is_warmed_up() -> None:
    found = reach(300, 100, Log(TIMES))
    assert found.offsets == {0: 1, 1: 1}
    assert found.range_offsets == {0: 2, 1: 2}
    assert (found.begins_at, found.whole_from, found.shortened) == (300, 200, False)


def test_without_a_warm_up_reading_begins_with_the_range() -> None:
    found = reach(300, 0, Log(TIMES))
    assert found.offsets == found.range_offsets == {0: 2, 1: 2}
    assert (found.begins_at, found.whole_from) == (300, 300)


@pytest.mark.parametrize("warm_up", [None, 300])
def test_a_warm_up_to_the_first_record_lacks_nothing(warm_up: int | None) -> None:
    found = reach(300, warm_up, Log(TIMES))
    assert found.offsets == {0: 0, 1: 0}
    assert (found.begins_at, found.whole_from, found.shortened) == (300, 0, False)


def test_retention_shortens_a_warm_up_and_that_is_said() -> None:
    found = reach(300, 150, Log(TIMES, gone={0: 1}))
    assert found.offsets == {0: 1, 1: 0}
    assert (found.whole_from, found.shortened) == (200, True)


def test_all_that_is_left_is_whole_from_where_every_partition_is() -> None:
    found = reach(0, 100, Log(TIMES, gone={0: 2, 1: 1}))
    assert found.offsets == {0: 2, 1: 1}
    assert (found.begins_at, found.whole_from, found.shortened) == (0, 300, True)
    assert not found.is_whole


def test_a_range_that_retention_has_overtaken_is_refused() -> None:
    with pytest.raises(Overtaken, match=r"articles\.raw-0 had logged since 250.*before offset 2 are gone"):
        reach(250, 0, Log(TIMES, gone={0: 2}))
    with pytest.raises(Overtaken, match=r"articles\.raw-1"):
        reach(340, 0, Log(TIMES, gone={0: 2, 1: 3}))
