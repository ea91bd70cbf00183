"""What cannot be asked of a replay is refused before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.drafting.settings import WriterSettings
from agents.prompts import PromptError
from flink_jobs.bounds import NoTick
from flink_jobs.deduplicated import Without
from replay.run import replays
from replay.run.asked import Asked, check, feed_ids, too_early
from replay.run.replays import Replays
from replay.run.select import Moment, Places, SelectionError
from schemas.identity import feed_id
from tests.support.times import Log
from tidewire.options import models_of
from topics.lane import LIVE, Lane

ASKED = Asked(lane=Lane("check"), source="articles.enriched")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lane": LIVE}, "choose another name"),
        ({"follow": True, "end": Moment(1)}, "has no end"),
        ({"follow": True}, "to an end only"),
        ({"where": Places(((0, 1),), "0=1")}, "offsets of its own"),
        ({"lateness_ms": 1}, "lateness is decided"),
        ({"without": Without(feeds=("a",))}, "what other feeds said"),
        ({"encoder": "all-MiniLM-L6-v2-int8"}, "brings its vectors"),
    ],
)
def test_contradictions_are_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(SelectionError, match=said):
        check(replace(ASKED, **change))  # type: ignore[arg-type]


def test_the_rest_is_fine() -> None:
    check(replace(ASKED, threshold=0.5, desks=Path("desks"), without=Without(articles=("a",))))
    check(replace(ASKED, source="articles.raw", follow=True, lateness_ms=5))


def test_changes_are_put_in_words() -> None:
    assert ASKED.changes() == ()
    changed = replace(ASKED, threshold=0.5, without=Without(("a", "b"), ("c",)))
    assert changed.changes() == ("threshold 0.5", "without feeds a, b", "without articles c")


def test_models_and_prompts_are_changes_that_leave_assignments_alone() -> None:
    changed = replace(ASKED, prompts=Path("told"), models={"judge_model": "m"})
    assert changed.changes() == ("prompts of told", "models judge_model m")
    assert changed.other_assignments() == ()
    assert replace(ASKED, threshold=0.0).other_assignments() == ("the threshold",)
    assert replace(ASKED, follow=True, without=Without(("a",))).other_assignments() == (
        "what is left out", "what is still to come",
    )  # fmt: skip


def test_models_are_named_for_all_steps_or_for_one() -> None:
    assert models_of([]) == {}
    every = {f"{step}_model": "a" for step in ("small", "planner", "worker", "judge")}
    assert models_of(["a"]) == every
    assert models_of(["judge=b", "a"]) == {**every, "judge_model": "b"}
    assert models_of(["small=b"]) == {"small_model": "b"}
    for wrong in ("editor=b", "judge="):
        with pytest.raises(SelectionError, match="STEP=MODEL"):
            models_of([wrong])
    assert set(every) <= set(WriterSettings.model_fields)


def test_a_folder_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no prompts"):
        check(replace(ASKED, prompts=tmp_path))


def test_feeds_are_named_by_id_or_url() -> None:
    assert feed_ids(["an-id", "https://x.test/feed"]) == ("an-id", feed_id("https://x.test/feed"))


def test_an_end_before_the_log_begins_is_told_where_it_begins() -> None:
    hour = 3_600_000
    log = Log({0: [5 * hour], 1: [4 * hour, 6 * hour]})
    begins = "the log begins at 1970-01-01 04:00:00 UTC"
    assert str(too_early(hour, log)) == f"nothing was logged before 1970-01-01 01:00:00 UTC: {begins}"
    assert f"05:00:00 UTC is too early an end: {begins}, and" in str(too_early(5 * hour, log))
    assert too_early(hour, Log({0: []})) is None


@pytest.mark.parametrize(("end", "kind"), [(Moment(1), SelectionError), (None, NoTick)])
def test_a_plan_to_before_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, end: Moment | None, kind: type[Exception]
) -> None:
    def no_tick(*_: object) -> None:
        raise NoTick("no tick in partitions [0]")

    monkeypatch.setattr(replays, "raw_bounds", no_tick)
    home = SimpleNamespace(_place=SimpleNamespace(broker=None, codec=lambda: None))
    asked = replace(ASKED, source="articles.raw", end=end)
    with pytest.raises(kind):
        Replays._bounds(cast("Any", home), asked, cast("Any", Log({0: [5_000]})))
