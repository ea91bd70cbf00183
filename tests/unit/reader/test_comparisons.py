"""Comparisons kept in a home, and how the reader shows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reader import problems, site
from reader.comparisons import POLICY, Comparisons
from topics.lane import Lane

LIVE, CHECK, OTHER = Lane("live"), Lane("check"), Lane("other-one")


@pytest.fixture
def kept(tmp_path: Path) -> Comparisons:
    found = Comparisons(tmp_path)
    found.keep(LIVE, CHECK, "<p>old</p>")
    found.keep(LIVE, CHECK, "<p>new: ä</p>")
    found.keep(LIVE, OTHER, "<p>other</p>")
    os.utime(tmp_path / "comparisons" / "live" / "check.html", (1, 1))
    return found


@pytest.fixture
def client(kept: Comparisons) -> TestClient:
    app = FastAPI()
    problems.install(app)
    site.install(app, kept)
    return TestClient(app)


def test_the_latest_of_each_pair_is_kept_and_the_newest_comes_first(kept: Comparisons) -> None:
    assert kept.page(LIVE, CHECK) == "<p>new: ä</p>"
    assert kept.page(CHECK, LIVE) is None
    assert [(each.first, each.second) for each in kept.all()] == [(LIVE, OTHER), (LIVE, CHECK)]


def test_a_dropped_lane_leaves_no_comparison(kept: Comparisons, tmp_path: Path) -> None:
    kept.keep(CHECK, OTHER, "<p>both</p>")
    kept.forget(CHECK)
    assert [(each.first, each.second) for each in kept.all()] == [(LIVE, OTHER)]
    assert not (tmp_path / "comparisons" / "check").exists()


def test_they_are_listed_and_shown_under_a_policy_without_scripts(client: TestClient) -> None:
    listed = client.get("/compare")
    assert listed.text.index("/compare/live/other-one") < listed.text.index("/compare/live/check")
    shown = client.get("/compare/live/check")
    assert shown.text == "<p>new: ä</p>"
    assert shown.headers["Content-Security-Policy"] == POLICY
    assert "script" not in POLICY
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("lanes", ["live/none", "live/..%2F..%2Fpasswd", "LIVE/x"])
def test_what_was_not_compared_is_said(client: TestClient, lanes: str) -> None:
    found = client.get(f"/compare/{lanes}")
    assert found.status_code == 404
    assert found.headers["content-type"] == "application/problem+json"


def test_none_yet_says_how_to_make_one(tmp_path: Path) -> None:
    app = FastAPI()
    site.install(app, Comparisons(tmp_path))
    assert "./tw replay compare live LANE" in TestClient(app).get("/compare").text
