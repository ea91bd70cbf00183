"""Names of letters, what a selection means, and what became of a retry. No broker."""

from __future__ import annotations

import pytest

from schemas.codec import Codec
from schemas.records import DeadLetter
from schemas.registry import LocalSchemas
from topics import letters as topic
from topics.dead_letters import from_received, from_url
from topics.lane import LIVE, Lane
from topics.letter_choice import MOST_KINDS, OTHERS, Wanted, choose, title_of
from topics.letters import Letter, NoSuchLetter, Retries, place_of
from topics.reading import Received
from topics.settings import BrokerSettings


def letter(own: int, at: int = 0, **said: object) -> Letter:
    values: dict[str, object] = {"source": "feed-1", "failed_at": at, "stage": "parse", "error": "Unreadable"}
    return Letter(0, own, at, DeadLetter(**{**values, **said}))  # type: ignore[arg-type]


def test_a_letter_is_named_by_its_place() -> None:
    assert place_of("3@1207") == place_of(" dead.letters-3@1207 ") == (3, 1207)
    for name in ("", "3", "@", "3@", "-1@2", "x-3@1", "3@1207x", "３@1", "3@" + "9" * 99):
        with pytest.raises(NoSuchLetter, match="tw dead list"):
            place_of(name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["3@1207"], ["3@1207"]),
        (["3@12"], ["3@12"]),
        (["3@120"], ["3@1207"]),
        (["dead.letters-4"], ["4@7"]),
        (["4@", "3@12", "4@7"], ["4@7", "3@12"]),
    ],
)
def test_a_beginning_names_a_letter_where_no_other_begins_so(
    monkeypatch: pytest.MonkeyPatch, said: list[str], expected: list[str]
) -> None:
    logged(monkeypatch, "3@12", "3@1207", "3@1300", "4@7")
    assert [each.name for each in topic.named(BrokerSettings(), Codec(LocalSchemas()), said)] == expected


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("3@1", "3 ids begin with 3@1: 3@12, 3@1207, 3@1300"),
        ("3@9", "no dead letter is at 3@9, or no longer"),
        ("x", "names no dead letter; write its id as"),
    ],
)
def test_a_beginning_of_several_or_of_none_is_told(
    monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    logged(monkeypatch, "3@12", "3@1207", "3@1300", "4@7")
    with pytest.raises(ValueError, match=told):
        topic.named(BrokerSettings(), Codec(LocalSchemas()), [said])


def logged(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Letters at these places, and nothing else."""
    there = {place: Letter(*place, 0, letter(0).said) for place in map(place_of, names)}
    monkeypatch.setattr(topic, "letters", lambda *_: iter(there.values()))
    monkeypatch.setattr(topic, "_at", lambda *given: {p: there[p] for p in given[2] if p in there})


def test_the_newest_are_kept_and_all_are_counted() -> None:
    found = choose((letter(n, at=n) for n in range(1_000)), Wanted(), {}, 3)
    assert [each.offset for each in found.newest] == [999, 998, 997]
    assert found.kinds == {("parse", "Unreadable"): 1_000}


def test_a_stranger_cannot_make_the_summary_grow_for_ever() -> None:
    found = choose((letter(n, error=f"E{n}") for n in range(3 * MOST_KINDS)), Wanted(), {}, 1)
    assert len(found.kinds) <= MOST_KINDS + 1
    assert found.kinds[OTHERS] == 2 * MOST_KINDS
    assert found.total == 3 * MOST_KINDS


@pytest.mark.parametrize(
    ("wanted", "offsets"),
    [
        (Wanted(), [3, 2, 1]),
        (Wanted(stage="indexer"), [2]),
        (Wanted(source="daily"), [3, 1]),
        (Wanted(source="stories"), [2]),
        (Wanted(source="feed-1", since=3), [3]),
        (Wanted(source="daily", since=3), [3]),
        (Wanted(lane=LIVE), [3, 1]),
        (Wanted(lane=Lane("check")), [2]),
        (Wanted(stage="pars"), []),
    ],
)
def test_what_a_selection_means(wanted: Wanted, offsets: list[int]) -> None:
    told = [
        letter(1, 1),
        letter(2, 2, source="stories", stage="indexer", lane="check"),
        letter(3, 3),
    ]
    found = choose(told, wanted, {"feed-1": "The Daily"}, 9)
    assert [each.offset for each in found.newest] == offsets


def test_a_source_without_a_title_is_named_as_it_is() -> None:
    assert title_of(letter(1), {}) == "feed-1"
    assert title_of(letter(1, source="articles.raw", feed_id="feed-1"), {"feed-1": "Daily"}) == "Daily"


def test_a_letter_says_whether_it_holds_all_of_what_failed() -> None:
    received = Received("stories", 1, 2, 3, b"\xff" * 9_000, b"v" * 70_000)
    cut = from_received(received, "indexer", ValueError("\x1b[2Jno"), Lane("check"))
    assert (cut.lane, cut.whole, len(cut.value or b"")) == ("check", False, 65_536)
    assert len(cut.key or b"") == 4_096
    assert "\x1b" not in cut.reason
    assert from_url("f", "https://f.example/", b"<", "parse", ValueError()).whole


def test_what_became_of_a_retry_is_found_by_its_place_or_by_what_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_raw = {"topic": "articles.raw", "partition": 0, "source": "articles.raw"}
    of_feed = {"url": "https://f.example/1"}
    told = [
        letter(1, 1, **at_raw, offset=7),
        letter(2, 2, **at_raw, offset=7, stage="articles"),
        letter(5, 5, **at_raw, offset=9),
        letter(10, 1, **of_feed),
        letter(12, 4, **of_feed),
        letter(13, 4, url="https://f.example/2"),
    ]
    marks = [
        letter(3, 3, **at_raw, offset=9, retried="0@1"),
        letter(11, 3, topic="feeds.catalog", partition=1, offset=4, retried="0@10", **of_feed),
    ]
    monkeypatch.setattr(topic, "letters", lambda *_, marks=False, _m=marks: iter(_m if marks else told))
    known: Retries = topic.retries(None, None)  # type: ignore[arg-type]
    marked = [known.mark_of(each) for each in told]
    assert [each.offset if each else None for each in marked] == [3, 3, None, 11, None, None]
    again = [known.failed_again(each) for each in told]
    assert [each.offset if each else None for each in again] == [5, 5, None, 12, None, None]
