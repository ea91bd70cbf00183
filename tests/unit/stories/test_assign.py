from __future__ import annotations

import pytest

from desks.loader import Desk
from flink_jobs.stories.assign import Ledger, assignments, due_at, materiality
from schemas.records import Story, StoryArticle

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
        (Ledger(9, 9, 9, 9), True, 1.0),
    ],
)
def test_materiality_grows_with_the_news_up_to_a_limit(news, first, expected):
    assert materiality(news, first) == expected


def test_the_first_assignment_comes_sooner_than_later_ones():
    assert due_at(100, assigned=False, first_debounce_ms=2, debounce_ms=60) == 102
    assert due_at(100, assigned=True, first_debounce_ms=2, debounce_ms=60) == 160


def test_each_desk_gets_the_difference_since_its_own_last_assignment(desks):
    given = {"world": Ledger(families=1)}
    ledger = Ledger(families=2, names=3)
    result = assignments(STORY, 7, ledger, given, [], ["world", "business"], desks, warmup=False)
    by_desk = {each.desk: each for each in result}
    assert by_desk["world"].reason.startswith("1 new independent source, 3 new names (")
    assert by_desk["business"].reason.startswith("new story, 2 new independent sources, 3 new names (")
    assert given == {"world": ledger, "business": ledger}
    assert assignments(STORY, 8, ledger, given, [], ["world", "business"], desks, warmup=False) == []


def test_news_below_a_desks_threshold_counts_with_what_comes_next(desks):
    strict = (Desk(**{**desks[1].model_dump(), "min_materiality": 0.3}),)
    given = {"world": Ledger(families=1)}
    assert assignments(STORY, 1, Ledger(1, 1), given, [], ["world"], strict, warmup=False) == []
    [late] = assignments(STORY, 2, Ledger(2, 1), given, [], ["world"], strict, warmup=False)
    assert late.materiality == 0.3
    assert late.desk_hash == "w"


def test_no_more_than_two_desks_are_given_a_story(desks):
    three = tuple(Desk(**{**desks[1].model_dump(), "name": name, "keywords": ["talks"]}) for name in "abc")
    result = assignments(STORY, 1, Ledger(1), {}, [], ["a", "b", "c"], three, warmup=False)
    assert [each.desk for each in result] == ["a", "b"]
