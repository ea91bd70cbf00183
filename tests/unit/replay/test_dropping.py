"""A drop takes what is the lane's, to the letter, and nothing that merely begins alike."""

from __future__ import annotations

import pytest

from replay.run.dropping import drop, is_group, is_transaction
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings

CHECK = Lane("check")


@pytest.mark.parametrize("ours", ["stories", "articles.enriched", "indicators"])
def test_transactions_of_the_lane_s_sinks_are_its_own(ours: str) -> None:
    assert is_transaction(CHECK, f"{CHECK.transactional_prefix(ours)}-0-17")
    assert is_transaction(CHECK, f"{CHECK.transactional_prefix(ours)}1-4")


@pytest.mark.parametrize(
    "other",
    [
        f"{LIVE.transactional_prefix('stories')}-0-17",
        f"{Lane('check-stories').transactional_prefix('assignments')}-0-1",
        f"{Lane('che').transactional_prefix('stories')}-0-1",
        "tidewire-producers-0",
    ],
)
def test_transactions_of_others_are_not(other: str) -> None:
    assert not is_transaction(CHECK, other)


def test_groups_of_the_lane_are_its_own() -> None:
    for name in ("jobs.articles", "jobs.stories", "agents", "index-0123456789ab"):
        assert is_group(CHECK, CHECK.group(name))


@pytest.mark.parametrize("lane", ["jobs", "agents", "index", "che", "check-2"])
def test_a_lane_named_like_a_part_takes_nothing_of_another(lane: str) -> None:
    for name in ("jobs.articles", "jobs.stories", "agents", "index-0123456789ab"):
        assert not is_group(Lane(lane), LIVE.group(name))
        assert not is_group(Lane(lane), CHECK.group(name))


def test_the_live_lane_is_never_dropped() -> None:
    with pytest.raises(ValueError, match="live lane"):
        drop(BrokerSettings(bootstrap="127.0.0.1:1"), LIVE, [], lambda: None)
