"""Everything a lane owns is named from it, and lanes never meet."""

from pathlib import Path

import pytest

from topics import catalogue
from topics.lane import LIVE, Lane
from topics.settings import LaneSettings


def test_the_live_lane_has_no_prefix() -> None:
    assert LIVE.topic("stories") == "stories"
    assert LIVE.group("agents") == "tidewire.agents"


def test_another_lane_owns_its_outputs_and_shares_the_rest() -> None:
    lane = Lane("check")
    assert {lane.topic(name) for name in catalogue.SHARED} == set(catalogue.SHARED)
    own = set(catalogue.TOPICS) - catalogue.SHARED
    assert {lane.topic(name) for name in own} == {f"check.{name}" for name in own}


def test_lanes_share_no_name() -> None:
    one, other = Lane("a"), Lane("a-b")
    for names in ("topic", "group", "transactional_prefix", "collection"):
        assert getattr(one, names)("stories") != getattr(other, names)("stories")
    assert one.folder(Path("x")) != other.folder(Path("x"))


def test_no_transactional_prefix_begins_another() -> None:
    prefixes = [Lane(n).transactional_prefix(s) for n in ("live", "check") for s in ("stories", "enriched")]
    assert not [1 for a in prefixes for b in prefixes if a != b and a.startswith(b)]


@pytest.mark.parametrize("name", ["", "Live", "a.b", "-a", "a-", "a" * 33, "a/b", "ü"])
def test_a_name_that_cannot_be_a_lane_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a lane"):
        Lane(name)


def test_a_role_finds_its_lane_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWIRE_LANE", "check")
    assert LaneSettings().lane == Lane("check")
    monkeypatch.delenv("TIDEWIRE_LANE")
    assert LaneSettings().lane == LIVE
