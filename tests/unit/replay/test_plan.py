"""The plan: figures from figures, and every sentence that a user decides by."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from agents.foreseen import Foreseen
from agents.money.settings import MoneySettings
from replay.run.plan import ENTRIES_PER_S, START_S, Plan, Sample, described
from replay.run.requests import Requests
from topics.catalogue import TOPICS
from topics.lane import Lane

PLAN = Plan(
    lane=Lane("check"),
    source="articles.raw",
    jobs=("articles", "stories"),
    offsets={0: 10, 1: 0},
    range_offsets={0: 100, 1: 60},
    ends={0: 1_100, 1: 1_060},
    follows=False,
    changes=("threshold 0.7",),
    sample=Sample(records=100, entries=50, size=200_000),
    bytes_per_s=None,
)


def test_what_is_read_is_counted() -> None:
    assert (PLAN.warm_up, PLAN.records, PLAN.entries, PLAN.slots) == (150, 2_000, 1_075, 4)


def test_time_is_that_of_the_slower_of_jobs_and_throttle() -> None:
    working = START_S + 1_075 / ENTRIES_PER_S["articles.raw"]
    assert PLAN.minutes == pytest.approx(working / 60)
    throttled = replace(PLAN, bytes_per_s=10_000.0)
    assert throttled.minutes == pytest.approx((START_S + 2_150 * 2_000 / 10_000) / 60)
    assert replace(PLAN, sample=Sample()).minutes == pytest.approx(START_S / 60)


def test_only_the_lane_s_own_topics_are_made() -> None:
    assert len(PLAN.topics) == sum(not topic.shared for topic in TOPICS.values())
    assert all(name.startswith("check.") for name in PLAN.topics)


def test_every_figure_is_said() -> None:
    text = "\n".join(described(PLAN))
    for said in ("Lane check", "0: 10–1099", "2000, about 1000", "150 records before", "threshold 0.7",
                 "not throttled", "check.stories", "check-documents", "4 free task slots"):  # fmt: skip
        assert said in text


def test_takedowns_are_said_to_be_honoured() -> None:
    assert "2 takedowns honoured" in "\n".join(described(replace(PLAN, takedowns=2)))
    assert "1 takedown honoured" in "\n".join(described(replace(PLAN, takedowns=1)))
    assert "takedown" not in "\n".join(described(PLAN))


def test_what_retention_took_and_what_has_no_end_is_said() -> None:
    text = "\n".join(described(replace(PLAN, shortened=True, follows=True, changes=(), bytes_per_s=400_000)))
    for said in ("RETENTION HAS TAKEN AWAY", "follows it live", "what the live lane made", "400 kB/s"):
        assert said in text


def test_what_is_asked_of_models_is_said() -> None:
    asked = Requests({"world": Foreseen(3, 7, 1, 1, Decimal("0.01"))}, MoneySettings(), has_key=True)
    (line,) = [line for line in described(replace(PLAN, requests=asked)) if line.startswith("models ")]
    assert "3 briefs: 7 requests" in line
    assert not any(line.startswith("models ") for line in described(PLAN))
