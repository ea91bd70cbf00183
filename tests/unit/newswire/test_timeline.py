"""The notations of time, the order of steps, and what a document holds after each."""

from __future__ import annotations

import pytest

from newswire.durations import dating, moment
from newswire.model import (
    DAY,
    HOUR,
    MINUTE,
    Answer,
    Body,
    Dating,
    Entry,
    Feed,
    Format,
    Outlet,
    Turn,
    Wording,
)
from newswire.timeline import timeline

OUTLET = Outlet("Outlet", "https://outlet.example", "outlet.example", "Family", "gb", "en", "B", "")


def feed(name: str, keep: int = 3) -> Feed:
    return Feed(name, OUTLET, name, "world", Format.RSS, Body.CDATA, "utf-8", "news", keep, False)


def entry(name: str, feed: str, *ats: int, opening: bool = False) -> Entry:
    wordings = tuple(Wording(at, f"{name} {number}", ("text",)) for number, at in enumerate(ats))
    url = f"https://outlet.example/{name}"
    return Entry(feed, name, url, "story", "en", wordings, Dating(), opening, "", (), ())


def test_a_moment_counts_days_from_one() -> None:
    assert moment("d1 00:00") == 0
    assert moment("d3 14:05") == 2 * DAY + 14 * HOUR + 5 * MINUTE


@pytest.mark.parametrize("text", ["d0 10:00", "d1 24:00", "d1 10:60", "1 10:00", "d1 9:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="d2 14:05"):
        moment(text)


def test_datings() -> None:
    assert dating(None).fresh
    assert dating("never") == Dating(undated=True)
    assert dating("5h earlier") == Dating(age=5 * HOUR)
    assert dating("2d ahead") == Dating(age=-2 * DAY)
    with pytest.raises(ValueError, match="5h earlier"):
        dating("yesterday")


def test_every_wording_and_every_turn_is_a_step_in_order_of_time() -> None:
    line = timeline(
        {"a": feed("a"), "b": feed("b")},
        [entry("late", "b", 300), entry("early", "a", 100, 400)],
        [Turn(200, "a", Answer.ERROR)],
    )
    assert [(step.number, step.at, step.feed) for step in line.steps] == [
        (0, 100, ""),
        (1, 100, "a"),
        (2, 200, "a"),
        (3, 300, "b"),
        (4, 400, "a"),
    ]


def test_one_feed_changes_at_each_step() -> None:
    line = timeline({"a": feed("a"), "b": feed("b")}, [entry("x", "a", 1), entry("y", "b", 2)], [])
    for step in line.steps[1:]:
        changed = [name for name in ("a", "b") if line.sheet(name, step.number).changed_by == step.number]
        assert changed == [step.feed]


def test_documents_start_with_the_opening_entries_only() -> None:
    line = timeline({"a": feed("a")}, [entry("old", "a", 5, opening=True), entry("new", "a", 9)], [])
    assert [shown.entry.guid for shown in line.sheet("a", 0).shown] == ["old"]
    assert [shown.entry.guid for shown in line.sheet("a", 1).shown] == ["new", "old"]


def test_the_oldest_entry_drops_out_and_an_edit_brings_it_back() -> None:
    entries = [entry("first", "a", 1, 50), *(entry(name, "a", at) for at, name in enumerate("xyz", 2))]
    line = timeline({"a": feed("a", keep=3)}, entries, [])
    assert [shown.entry.guid for shown in line.sheet("a", 4).shown] == ["z", "y", "x"]
    back = line.sheet("a", 5).shown
    assert [shown.entry.guid for shown in back] == ["first", "z", "y"]
    assert back[0].revision == 2


def test_an_edit_stays_in_its_place() -> None:
    line = timeline({"a": feed("a")}, [entry("x", "a", 1, 3), entry("y", "a", 2)], [])
    assert [(shown.entry.guid, shown.revision) for shown in line.sheet("a", 3).shown] == [("y", 1), ("x", 2)]


def test_a_turn_changes_the_answer_and_keeps_the_entries() -> None:
    line = timeline({"a": feed("a")}, [entry("x", "a", 1)], [Turn(2, "a", Answer.GONE)])
    assert line.sheet("a", 1).answer is Answer.FEED
    assert line.sheet("a", 2).answer is Answer.GONE
    assert [shown.entry.guid for shown in line.sheet("a", 2).shown] == ["x"]
