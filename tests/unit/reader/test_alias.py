"""Which lane readers are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.alias import FILE, Alias, AliasBroken
from reader.api import create_app
from reader.lanes import Library
from topics.lane import LIVE, Lane


def test_live_until_another_is_promoted_and_again_after_it(tmp_path: Path) -> None:
    alias = Alias(tmp_path)
    assert alias.lane() == LIVE
    alias.point(Lane("check"))
    assert Alias(tmp_path).lane() == Lane("check")
    alias.point(LIVE)
    assert alias.lane() == LIVE
    assert list(tmp_path.iterdir()) == []


def test_a_broken_alias_is_no_lane(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"lane": "No Lane"}')
    with pytest.raises(AliasBroken, match="promote live"):
        Alias(tmp_path).lane()


def test_readers_who_name_no_lane_are_shown_the_promoted_one(filled: Library) -> None:
    client = TestClient(create_app(filled), "http://localhost", raise_server_exceptions=False)
    assert client.get("/api/lanes").json()["promoted"] == "live"
    live = client.get("/api/counts").json()
    filled._add(Lane("check"))
    filled.alias.point(Lane("check"))
    shown = client.get("/api/counts").json()
    assert (shown["lane"], shown["articles"]) == ("check", 0)
    assert client.get("/api/counts", params={"lane": "live"}).json() == live
    filled.alias.point(LIVE)
    assert client.get("/api/counts").json() == live


def test_a_promoted_lane_that_is_gone_is_said_to_be(filled: Library) -> None:
    filled.alias.point(Lane("gone"))
    client = TestClient(create_app(filled), "http://localhost", raise_server_exceptions=False)
    answer = client.get("/api/counts")
    assert answer.status_code == 404
    assert "gone" in answer.json()["detail"]
