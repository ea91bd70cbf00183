"""What counts as served, once, over restarts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newswire.ledger import Item, Ledger, LedgerError, Unit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.jsonl"


def serve(ledger: Ledger, *items: Item, feed: str = "feed", date: int | None = 5000) -> int:
    return ledger.serve(feed, items, {item.guid: date for item in items}, 9000, 1)


def test_an_entry_counts_once_per_feed(path: Path) -> None:
    ledger = Ledger(path, "sample")
    assert serve(ledger, Item("a", "one"), Item("b", "two")) == 2
    assert serve(ledger, Item("a", "one"), Item("b", "two")) == 0
    assert serve(ledger, Item("a", "one"), feed="other") == 1
    assert ledger.by_feed() == {"feed": 2, "other": 1}


def test_a_changed_text_is_a_version_and_so_is_going_back(path: Path) -> None:
    ledger = Ledger(path, "sample")
    for revision, text in enumerate(["one", "two", "one"], start=1):
        assert serve(ledger, Item("a", text, revision)) == 1
    assert [unit.version for unit in ledger.units] == [1, 2, 3]
    assert ledger.summary()["changed"] == 2


def test_a_change_of_date_alone_is_no_version_but_its_date_is_kept(path: Path) -> None:
    ledger = Ledger(path, "sample")
    serve(ledger, Item("a", "one", 1), date=5000)
    assert serve(ledger, Item("a", "one", 2), date=8000) == 0
    assert len(ledger.units) == 1
    assert Ledger(path, "sample").date("feed", Item("a", "one", 2)) == (True, 8000)


def test_blanks_and_documents_are_told_apart_from_entries(path: Path) -> None:
    ledger = Ledger(path, "sample")
    serve(
        ledger, Item("a", "1"), Item("b", "2", unit=Unit.BLANK), Item("(document)", "3", unit=Unit.DOCUMENT)
    )
    summary = ledger.summary()
    assert [summary[key] for key in ("served", "entries", "blanks", "documents")] == [3, 1, 1, 1]


def test_a_restart_counts_nothing_twice(path: Path) -> None:
    before = Ledger(path, "sample")
    before.released(0, 100)
    before.polled("feed", 0)
    serve(before, Item("a", "one", title="Größe", url="https://outlet.example/a"))
    after = Ledger(path, "sample")
    assert after.units == before.units
    assert after.steps == [(0, 100)]
    assert after.polls == {"feed": 0}
    assert serve(after, Item("a", "one")) == 0
    assert serve(after, Item("a", "two", 2)) == 1
    assert [unit.version for unit in Ledger(path, "sample").units] == [1, 2]


def test_a_half_written_last_line_is_cut_off(path: Path) -> None:
    ledger = Ledger(path, "sample")
    serve(ledger, Item("a", "one"))
    with path.open("a") as file:
        file.write('{"line": "served", "feed": "fe')
    after = Ledger(path, "sample")
    assert len(after.units) == 1
    serve(after, Item("b", "two"))
    assert [json.loads(line)["line"] for line in path.read_text().splitlines()] == [
        "play",
        "served",
        "served",
    ]


def test_a_damaged_line_in_the_middle_is_an_error(path: Path) -> None:
    ledger = Ledger(path, "sample")
    serve(ledger, Item("a", "one"))
    path.write_text(path.read_text().replace('"line": "served"', '"line": "served" oops') + "{}\n")
    with pytest.raises(LedgerError, match="unreadable line"):
        Ledger(path, "sample")


def test_a_ledger_of_something_else_is_refused(path: Path) -> None:
    Ledger(path, "sample")
    with pytest.raises(LedgerError, match="--state"):
        Ledger(path, "recorded")
