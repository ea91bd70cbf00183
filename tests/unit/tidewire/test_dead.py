"""What ./tw dead prints: a table of 80 columns, and bytes that no terminal obeys."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from schemas.records import DeadLetter
from tests.support.narrow import Narrow
from tidewire.commands import dead
from tidewire.commands.dead import retry_letters
from tidewire.retrying import Outcome
from topics.letter_choice import Wanted, choose
from topics.letters import Letter, Retries

LONG = "a server that says more than a line of a terminal can hold, and in several words"


def letter(own: int, **said: object) -> Letter:
    values: dict[str, object] = {
        "source": "feed-1",
        "failed_at": 1,
        "stage": "normalise",
        "error": "UnreadableEntry",
        "reason": LONG,
        "value": b"<title>\xff</title>\nnext",
    }
    at = 1_764_028_800_000 + own
    return Letter(5, 1_000_000 + own, at, DeadLetter(**{**values, **said}))  # type: ignore[arg-type]


def known(*retried: Letter) -> Retries:
    marks = {
        each.name: letter(
            900, topic="articles.raw", partition=1, offset=7, retried=each.name, source=each.said.source
        )
        for each in retried
    }
    return Retries(marks, {}, {mark.name: letter(901) for mark in marks.values()})


def test_a_table_of_long_things_fits_eighty_columns() -> None:
    terminal = Narrow(terminal=True)
    told = [letter(n, stage="x" * 40, source="\u6e2f" * 40) for n in range(3)]
    found = choose(told, Wanted(), {}, 9)
    dead._show_list(terminal.console, found, known(told[0]), {"feed-1": LONG})
    assert max(map(cell_len, terminal.lines)) <= 80
    assert "5@1000000*" in terminal.text
    assert "3 in all" in terminal.text


def test_a_letter_is_shown_whole_with_what_became_of_it(narrow: Narrow) -> None:
    one = letter(1)
    dead._show_letter(narrow.console, one, known(one), {"feed-1": "The Daily"})
    text = narrow.text
    assert LONG in text
    assert "The Daily" in text
    assert "<title>\\xff</title>" in text
    assert "to articles.raw-1@7; it failed again as 5@1000901" in text
    assert "the beginning of what failed" in text


def test_what_went_and_what_was_refused_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    went = [("articles.raw", 1, 7), ("feeds.catalog", 2, 9)]
    outcomes = [Outcome(letter(n), place) for n, place in enumerate(went)]
    dead._tell_outcomes([*outcomes, Outcome(letter(2), refused="was sent again on Monday")])
    said = capsys.readouterr()
    assert "5@1000000 is sent again, to articles.raw-1@7" in said.out
    assert "what the feed no longer shows is gone" in said.out
    assert "2 sent through again, 1 refused." in said.out
    assert said.err == "5@1000002 was sent again on Monday\n"


def test_ids_or_a_selection_is_asked_for() -> None:
    for given in ({}, {"ids": ["1@1"], "stage": "parse"}):
        with pytest.raises(Exception, match="name ids, or say which"):
            retry_letters(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "at"), [("2026-03-01T06:00Z", 1_772_344_800_000), ("1772344800000", 1_772_344_800_000)]
)
def test_since_is_a_time(since: str, at: int) -> None:
    assert dead._wanted(None, None, None, since).since == at


def test_since_may_be_how_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead, "now_ms", lambda: 100 * 3_600_000)
    assert dead._wanted(None, None, None, "24h").since == 76 * 3_600_000
