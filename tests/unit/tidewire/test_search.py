"""Briefs and results as a terminal shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.support.found import BRIEF, RESULT, URL
from tests.support.narrow import Narrow
from tidewire.cli import command_line
from tidewire.commands import search as command
from tidewire.commands.search import print_brief, print_result, search
from tidewire.indicators import in_words

END = datetime(2025, 11, 25, 1, tzinfo=UTC)


def indicator(name: str, seconds: int, value: float, z: float | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "scope": "desk:world",
        "window_start": (END - timedelta(seconds=seconds)).isoformat(),
        "window_end": END.isoformat(),
        "value": value,
        "z": z,
    }


def test_nothing_to_search_for_is_said_in_words_of_the_command_line() -> None:
    with pytest.raises(ValueError, match=r'Nothing to search for: give words, such as \./tw search "port'):
        search("  ")


@pytest.mark.parametrize(("copies", "said"), [(0, None), (1, "1 copy"), (2, "2 copies")])
def test_copies_are_counted_in_words(narrow: Narrow, copies: int, said: str | None) -> None:
    print_result(narrow.console, 1, {**RESULT, "copies": [{}] * copies})
    facts = narrow.lines[1].split(" · ")
    assert facts[4:] == ([] if said is None else [said])
    assert f"    {URL}" in narrow.lines


def test_an_article_s_id_stands_with_its_place(narrow: Narrow) -> None:
    print_result(narrow.console, 1, RESULT)
    assert narrow.lines[2:4] == ["    articles.raw-3@7 · a1", f"    {URL}"]


def test_a_story_is_told_by_its_id(narrow: Narrow) -> None:
    print_result(narrow.console, 1, {**RESULT, "kind": "story", "place": None, "url": ""})
    assert narrow.lines[2:] == ["    a1", ""]


def test_a_brief_that_is_found_names_its_desk(narrow: Narrow) -> None:
    print_result(narrow.console, 1, {**RESULT, "kind": "brief", "outlet": "world desk", "id": "b1"})
    assert narrow.lines[1].split(" · ")[:3] == ["    brief", "world desk", "Harbour"]
    assert narrow.lines[2] == "    ./tw brief b1"


def test_a_withheld_brief_names_its_successor_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    withheld = {
        **BRIEF,
        **{"headline": "Withheld", "status": "WITHHELD", "superseded": True, "superseded_by": ["b2"]},
        **{"statements": [], "references": [], "change": "", "gaps": []},
    }
    later = {**BRIEF, "id": "b2", "change": "A source was taken down: court order."}
    known = {"/api/briefs/b1": withheld, "/api/briefs/b2": later}
    monkeypatch.setattr(command, "reader", lambda: SimpleNamespace(get=lambda path, _: known[path]))

    def shown(ident: str) -> list[str]:
        said = CliRunner().invoke(command_line("brief"), ["brief", ident]).stdout
        return [line.rstrip() for line in said.splitlines()]

    said = shown("b1")
    assert said[-4:] == [
        "Superseded by",
        "  • Strike at the port",
        "    A source was taken down: court order.",
        "    ./tw brief b2",
    ]
    assert "Sources" not in said
    assert "Superseded by" not in shown("b2")


def test_each_heading_of_a_brief_stands_once_on_a_line_of_its_own(narrow: Narrow) -> None:
    print_brief(narrow.console, {**BRIEF, "indicators": [indicator("volume.10s", 10, 82)]})
    headings = ["What is new", "Not known", "Indicators", "Sources"]
    assert [line for line in narrow.lines if line in headings] == headings
    at = narrow.lines.index("Not known")
    assert narrow.lines[at + 1 : at + 3] == ["  • One source.", "  • No date."]
    assert "  • desk world, 10 s to 2025-11-25 01:00:00 UTC: 82 articles" in narrow.lines
    assert f"    {URL}" in narrow.lines


def test_a_brief_without_notes_has_no_empty_headings(narrow: Narrow) -> None:
    print_brief(narrow.console, {**BRIEF, "change": "", "gaps": []})
    assert not {"What is new", "Not known", "Indicators", "Accounts differ"} & set(narrow.lines)


def test_the_values_of_a_window_stand_together_shortest_window_first() -> None:
    assert in_words(
        [
            indicator("volume.1m", 60, 82),
            indicator("families.1m", 60, 1),
            indicator("non_english.10s", 10, 0.733333),
            indicator("volume.10s", 10, 1, z=2.06),
            indicator("tone_of_voice.10s", 10, 0.25),
        ]
    ) == [
        "desk world, 10 s to 2025-11-25 01:00:00 UTC: 1 article (z +2.1), 73 % not in English, "
        "tone of voice 0.25",
        "desk world, 1 min to 2025-11-25 01:00:00 UTC: 82 articles, 1 owner",
    ]


def test_what_is_no_plain_fact_says_so(narrow: Narrow) -> None:
    print_brief(narrow.console, BRIEF)
    lines = [line.strip() for line in narrow.lines]
    at = lines.index("1. Cranes stood still. [1]")
    assert lines[at + 1 : at + 3] == [
        "2. They stay so. [1] (judgement, likely)",
        "3. Talks began. [1] (low confidence)",
    ]
