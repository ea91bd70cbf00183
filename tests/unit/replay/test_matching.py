from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.compare.matching import Fate, Score, agreement, b_cubed, match


def test_the_right_clusters_score_one_whatever_they_are_called():
    assert b_cubed(["x", "x", "y"], [1, 1, 2]) == Score(1.0, 1.0)


def test_merging_costs_precision_and_splitting_recall():
    assert b_cubed(["x"] * 4, [1, 1, 2, 2]) == Score(0.5, 1.0)
    assert b_cubed([1, 2, 3, 4], [1, 1, 2, 2]) == Score(1.0, 0.5)
    assert b_cubed([1, 2, 3, 4], [1, 1, 2, 2]).f1 == pytest.approx(2 / 3)


def test_a_mixed_clustering_by_hand():
    # Precision: 2/3, 2/3, 1/3, 1; recall: 1, 1, 1/2, 1/2.
    assert b_cubed(["x", "x", "x", "y"], [1, 1, 2, 2]) == Score(pytest.approx(8 / 12), pytest.approx(3 / 4))


def test_nothing_to_score_is_an_error():
    with pytest.raises(ValueError, match="0 clusters for 0 labels"):
        b_cubed([], [])


def lanes(first: dict[str, str], second: dict[str, str]) -> tuple[dict[str, frozenset[str]], ...]:
    """Members by story of 'articles as letters'."""
    return tuple({story: frozenset(articles) for story, articles in lane.items()} for lane in (first, second))


@pytest.mark.parametrize(
    ("first", "second", "fate"),
    [
        ({"s": "ab"}, {"x": "ab"}, Fate.SAME),
        ({"s": "ab"}, {"x": "abc"}, Fate.CHANGED),
        ({"s": "abc"}, {"x": "ab", "y": "c"}, Fate.SPLIT),
        ({"s": "ab", "t": "c"}, {"x": "abc"}, Fate.MERGED),
        ({"s": "ab", "t": "cd"}, {"x": "ac", "y": "bd"}, Fate.REGROUPED),
        ({}, {"x": "a"}, Fate.NEW),
        ({"s": "a"}, {}, Fate.GONE),
    ],
)
def test_what_became_of_a_story(first: dict[str, str], second: dict[str, str], fate: Fate) -> None:
    (found,) = match(*lanes(first, second))
    assert (found.fate, set(found.first), set(found.second)) == (fate, set(first), set(second))


def test_the_largest_part_of_a_split_comes_first():
    (found,) = match(*lanes({"s": "abcd"}, {"x": "a", "y": "bcd"}))
    assert found.second == ("y", "x")


clusterings = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 4))


def as_members(clustering: dict[str, int], prefix: str) -> dict[str, frozenset[str]]:
    return {
        f"{prefix}{cluster}": frozenset(a for a, own in clustering.items() if own == cluster)
        for cluster in set(clustering.values())
    }


@given(clusterings, clusterings)
def test_every_story_is_in_one_match_and_a_match_shares_no_article_with_another(first, second):
    ours, theirs = as_members(first, "s"), as_members(second, "x")
    found = match(ours, theirs)
    assert sorted(story for each in found for story in each.first) == sorted(ours)
    assert sorted(story for each in found for story in each.second) == sorted(theirs)
    articles = [
        {a for s in each.first for a in ours[s]} | {a for s in each.second for a in theirs[s]}
        for each in found
    ]
    assert sum(map(len, articles)) == len(set().union(*articles))


@given(clusterings, clusterings)
def test_matching_and_agreement_the_other_way_round(first, second):
    ours, theirs = as_members(first, "s"), as_members(second, "x")
    turned = {Fate.SPLIT: Fate.MERGED, Fate.MERGED: Fate.SPLIT, Fate.NEW: Fate.GONE, Fate.GONE: Fate.NEW}
    there, back = match(ours, theirs), match(theirs, ours)
    assert sorted((turned.get(m.fate, m.fate), m.second, m.first) for m in there) == sorted(
        (m.fate, m.first, m.second) for m in back
    )
    one, other = agreement(ours, theirs), agreement(theirs, ours)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))
        assert 0 < one.f1 <= 1 + 1e-9


@given(clusterings)
def test_a_lane_beside_itself_under_other_names_is_the_same(clustering):
    ours, theirs = as_members(clustering, "s"), as_members(clustering, "x")
    assert {each.fate for each in match(ours, theirs)} <= {Fate.SAME}
    score = agreement(ours, theirs)
    assert score is None if not clustering else score is not None and score.f1 == pytest.approx(1)
