"""Briefs and results as a terminal shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.commands.narrow import Narrow
from tidewire.commands.search import print_brief, print_result, search
from tidewire.indicators import in_words

END = datetime(2025, 11, 25, 1, tzinfo=UTC)
URL = "https://harbour.example/category/of/news/2025/11/25/a-long-slug-of-an-article-about-a-strike.html"
RESULT = {
    "kind": "article",
    "title": "Strike",
    "outlet": "Harbour",
    "outlets": ["Harbour"],
    "date": "2025-11-25T00:00:00Z",
    "score": 0.5,
    "snippet": "",
    "url": URL,
    "id": "a1",
}
BRIEF: dict[str, Any] = {
    "headline": "Strike at the port",
    "superseded": False,
    "desk": "world",
    "story_revision": 2,
    "date": "2025-11-25T00:00:00Z",
    "independent_families": 2,
    "status": "PUBLISHED",
    "writer": "EXTRACTIVE",
    "bottom_line": "Cranes stood still.",
    "statements": [{"text": "Cranes stood still.", "citations": [1]}],
    "change": "A second owner reports it.",
    "contradictions": [],
    "marks": [],
    "gaps": ["One source.", "No date."],
    "indicators": [],
    "references": [
        {
            "number": 1,
            "quote": "Cranes stood still.",
            "outlet": "Harbour",
            "reliability": "B",
            "date": None,
            "place": "articles.raw-3@7",
            "revised": False,
            "translation": None,
            "title": "Strike",
            "url": URL,
        }
    ],
}


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
