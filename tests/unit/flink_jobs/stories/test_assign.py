from __future__ import annotations

from dataclasses import replace

import pytest

from desks.loader import Desk
from flink_jobs.stories.assign import Ledger, Routing, assignments, decisions, due_at, materiality
from flink_jobs.stories.settings import DAY_MS, HOUR_MS
from schemas.records import Decision, DecisionKind, Story, StoryArticle

STORY = Story(
    story_id="s",
    opened_at=0,
    updated_at=0,
    articles=(StoryArticle(article_id="a", title="Talks", excerpt="Talks"),),
)


@pytest.mark.parametrize(
    ("news", "first", "expected"),
    [
        (Ledger(), True, 0.0),
        (Ledger(families=1), True, 0.5),
        (Ledger(families=1), False, 0.25),
        (Ledger(names=1), False, 0.05),
        (Ledger(names=50), False, 0.2),
        (Ledger(corrections=1), False, 0.3),
        (Ledger(accelerations=1), False, 0.2),
        (Ledger(9, 9, 9, 9, 9), True, 1.0),
    ],
)
def test_materiality_grows_with_the_news_up_to_a_limit(news, first, expected):
    assert materiality(news, first) == expected


def test_the_first_assignment_comes_sooner_than_later_ones():
    assert due_at(100, assigned=False, first_debounce_ms=2, debounce_ms=60) == 102
    assert due_at(100, assigned=True, first_debounce_ms=2, debounce_ms=60) == 160


def look(desks, ledger, given, due: int | None = 7, feeds=("world",), closes_at=DAY_MS):
    return decisions(STORY, due, ledger, given, Routing([], feeds, desks), closes_at)


def test_each_desk_gets_the_difference_since_its_own_last_assignment(desks):
    given = {"world": Ledger(families=1)}
    found = look(desks, Ledger(families=2, names=3), given, feeds=["world", "business"])
    by_desk = {each.desk: each for each in found}
    assert by_desk["world"].reason.startswith("1 new independent source, 3 new names (")
    assert by_desk["business"].reason.startswith("new story, 2 new independent sources, 3 new names (")
    assert {(each.kind, each.due_at) for each in found} == {(DecisionKind.ASSIGN, 7)}


def test_assignments_are_what_the_story_says(desks):
    found = look(desks, Ledger(families=2), {}, feeds=["world", "business"])
    shown = replace(STORY, decisions=(*found, Decision(desk="c", kind=DecisionKind.HOLD)))
    result = assignments(shown, 9, desks, warmup=True)
    assert [(each.desk, each.desk_hash) for each in result] == [("business", "b"), ("world", "w")]
    assert {(each.assigned_at, each.story, each.warmup) for each in result} == {(9, shown, True)}
    assert [(each.reason, each.materiality) for each in result] == [
        (each.reason, each.materiality) for each in found
    ]


def test_news_below_a_desks_threshold_counts_with_what_comes_next(desks):
    strict = (desk(desks, min_materiality=0.3),)
    given = {"world": Ledger(families=1)}
    [early] = look(strict, Ledger(1, 1), given)
    assert (early.kind, early.due_at) == (DecisionKind.LEAVE, None)
    assert early.reason.startswith("0.05 is below the desk's 0.30: 1 new name (")
    [late] = look(strict, Ledger(2, 1), given)
    assert (late.kind, late.materiality) == (DecisionKind.ASSIGN, 0.3)


def test_no_more_than_two_desks_are_given_a_story(desks):
    three = tuple(desk(desks, name=name, keywords=["talks"]) for name in "abc")
    assert [each.desk for each in look(three, Ledger(1), {}, feeds=["a", "b", "c"])] == ["a", "b"]


def test_repetition_is_said_to_be_one(desks):
    had = {"world": Ledger(families=1)}
    [nothing] = look(desks, Ledger(families=1), had, due=None)
    assert nothing.reason.startswith("repetition only (")
    [drifted] = look(desks, Ledger(families=1), {}, due=None)
    assert drifted.reason.startswith("repetition only, goes with the next news: new story, 1 new independent")
    assert {nothing.kind, drifted.kind} == {DecisionKind.LEAVE}


def test_a_story_of_no_desk_says_so(desks):
    [none] = look(desks, Ledger(families=1), {}, feeds=["sport"])
    assert (none.desk, none.kind) == ("", DecisionKind.LEAVE)
    assert "no desk found" in none.reason


NIGHT = {"from": "00:00", "to": "06:00", "except_from": 0.8}


def test_quiet_hours_hold_news_until_they_end(desks):
    sleeping = (desk(desks, quiet_hours=NIGHT),)
    [held] = look(sleeping, Ledger(families=1), {}, due=HOUR_MS)
    assert (held.kind, held.due_at, held.materiality) == (DecisionKind.HOLD, 6 * HOUR_MS, 0.5)
    assert held.reason.startswith("quiet hours until 1970-01-01 06:00 UTC: new story, 1 new independent")
    [then] = look(sleeping, Ledger(families=1), {}, due=6 * HOUR_MS)
    assert then.kind is DecisionKind.ASSIGN


def test_urgent_news_breaks_quiet_hours(desks):
    sleeping = (desk(desks, quiet_hours=NIGHT),)
    [urgent] = look(sleeping, Ledger(families=2, corrections=1), {}, due=HOUR_MS)
    assert (urgent.kind, urgent.due_at, urgent.materiality) == (DecisionKind.ASSIGN, HOUR_MS, 1.0)


def test_quiet_hours_that_outlive_the_story_hold_nothing(desks):
    sleeping = (desk(desks, quiet_hours=NIGHT),)
    [last] = look(sleeping, Ledger(families=1), {}, due=HOUR_MS, closes_at=6 * HOUR_MS)
    assert last.kind is DecisionKind.ASSIGN


def desk(desks, **changed):
    return Desk(**{**desks[1].model_dump(), **changed})
