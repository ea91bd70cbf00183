from __future__ import annotations

import pytest

from benchmarks.stories.scores import Score, b_cubed


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
