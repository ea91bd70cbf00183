"""Comparisons that were made are listed and handed out, and nothing on them can run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.api import create_app
from reader.comparisons import FOLDER, Comparisons, Kept, NotCompared
from reader.lanes import Library
from topics.lane import LIVE, Lane

CHECK, WIDER = Lane("check"), Lane("wider")


def kept(second: Lane, page: str = "<p>a page", day: int = 1, first: Lane = LIVE) -> Kept:
    at = datetime(2026, 3, day, tzinfo=UTC)
    return Kept(first=first, second=second, compared_at=at, verdict="identical", page=page)


def test_the_newest_comparison_of_two_lanes_is_kept_and_listed_first(tmp_path: Path) -> None:
    made = Comparisons(tmp_path)
    assert made.all() == []
    for each in (kept(CHECK, "old"), kept(WIDER, day=2), kept(CHECK, "new", day=3)):
        made.keep(each)
    assert [(each.second, each.page) for each in made.all()] == [(CHECK, "new"), (WIDER, "<p>a page")]
    with pytest.raises(NotCompared):
        made.get(CHECK, LIVE)


def test_a_lane_that_is_dropped_takes_its_comparisons_with_it(tmp_path: Path) -> None:
    made = Comparisons(tmp_path)
    for each in (kept(CHECK), kept(WIDER), kept(WIDER, first=CHECK), kept(Lane("check-2"))):
        made.keep(each)
    made.forget(CHECK)
    assert {each.second.name for each in made.all()} == {"wider", "check-2"}
    made.forget(LIVE)
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_file_that_cannot_be_read_is_passed_over_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Comparisons(tmp_path)
    made.keep(kept(CHECK))
    (tmp_path / FOLDER / "live+broken.json").write_text("{}")
    assert [each.second for each in made.all()] == [CHECK]
    assert "live+broken.json" in capsys.readouterr().out
    with pytest.raises(NotCompared):
        made.get(LIVE, Lane("broken"))


def test_the_list_and_the_page_over_http(filled: Library) -> None:
    client = TestClient(create_app(filled), "http://localhost")
    filled.comparisons.keep(kept(CHECK, "<p>Straße"))
    (found,) = client.get("/api/comparisons").json()["comparisons"]
    assert found == {
        "first": "live",
        "second": "check",
        "compared_at": "2026-03-01T00:00:00Z",
        "verdict": "identical",
        "url": "/compare/live/check",
    }
    page = client.get(found["url"])
    assert page.text == "<p>Straße"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in client.get("/compare").headers["Content-Security-Policy"]


def test_lanes_that_were_not_compared_are_said_to_be_so(filled: Library) -> None:
    client = TestClient(create_app(filled), "http://localhost")
    said = client.get("/compare/live/nothing")
    assert said.status_code == 404
    assert "./tw replay compare live nothing" in said.json()["remedy"]
    assert client.get("/compare/live/..%2F..%2Fprofile").status_code in (404, 422)
    assert client.get("/compare/live/No_Lane").status_code == 422
