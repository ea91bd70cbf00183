from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from flink_jobs.stories import cluster
from flink_jobs.stories.cluster import Clusterer, Curve, Weights, load_weights
from flink_jobs.stories.features import FEATURES, Document, in_context
from flink_jobs.stories.settings import StoriesSettings

NOTHING = Curve((0.0, 1.0), (0.0, 0.0))


def view(*direction: float, terms: dict[str, int] | None = None, at: int = 0) -> Document:
    vector = np.array(direction, dtype=np.float32)
    return Document(vector / np.linalg.norm(vector), terms or {}, {}, at)


def weights(threshold: float = 0.5, **curves: Curve) -> Weights:
    return Weights(tuple(curves.get(name, NOTHING) for name in FEATURES), 0.0, threshold)


DENSE = weights(dense=Curve((-1.0, 1.0), (-5.0, 5.0)))


def test_the_nearest_story_from_the_threshold_on_is_chosen():
    clusterer = Clusterer(StoriesSettings(), DENSE)
    clusterer.found("x", view(1, 0))
    clusterer.found("y", view(0, 1))
    assert clusterer.choose(view(0.1, 1))[0] == "y"
    assert clusterer.choose(view(-1, -1))[0] is None


def test_a_threshold_of_the_settings_replaces_that_of_the_weights():
    clusterer = Clusterer(StoriesSettings(threshold=1.0), DENSE)
    clusterer.found("x", view(1, 0))
    assert clusterer.choose(view(1, 0.1))[0] is None


def test_of_equal_stories_the_smaller_key_is_chosen_wherever_it_is_placed():
    for order in (["x", "y"], ["y", "x"]):
        clusterer = Clusterer(StoriesSettings(), DENSE)
        for key in order:
            clusterer.found(key, view(1, 0))
        assert clusterer.choose(view(1, 0))[0] == "x"


def test_rare_terms_find_a_story_that_is_far_by_vector():
    clusterer = Clusterer(StoriesSettings(dense_candidates=1), weights(terms=Curve((0.0, 1.0), (-1.0, 9.0))))
    clusterer.found("near", view(1, 0))
    clusterer.found("far", view(0, 1, terms={"kelmar": 900}))
    article = view(1, 0, terms={"kelmar": 900})
    assert clusterer.candidates(article)[0] == ["far", "near"]
    assert clusterer.choose(article)[0] == "far"


def test_a_removed_story_is_no_candidate_and_its_place_is_used_again():
    clusterer = Clusterer(StoriesSettings(), DENSE)
    for key in "xyz":
        clusterer.found(key, view(1, 0, terms={"t": 5}))
    clusterer.remove("x")
    assert clusterer.candidates(view(1, 0, terms={"t": 5}))[0] == ["y", "z"]
    clusterer.found("w", view(0, 1))
    assert clusterer.shapes["w"].slot == 0
    for key in "wyz":
        clusterer.remove(key)
    assert clusterer.candidates(view(1, 0))[0] == []


def test_the_best_candidate_leads_the_second_and_the_others_trail_it():
    row = (0.0,) * 10
    rows = [(dense, *row[1:]) for dense in (0.9, 0.6, 0.1)]
    lead = in_context(rows, live=3)[:, FEATURES.index("dense_lead")]
    assert lead == pytest.approx([0.3, -0.3, -0.8])


def test_a_lone_candidate_leads_by_what_unrelated_articles_do_not_share():
    features = in_context([(0.9, *(0.0,) * 9)], live=1)
    assert features[0, FEATURES.index("dense_lead")] == pytest.approx(0.7)


def test_scores_are_probabilities_rounded_to_four_places():
    curves = replace(DENSE, intercept=1.0)
    features = np.zeros((1, len(FEATURES)))
    assert curves.scores(features) == [0.7311]


def test_the_weights_that_come_with_the_code_fit_its_features():
    loaded = load_weights()
    assert len(loaded.curves) == len(FEATURES)
    assert 0 < loaded.threshold < 1
    dense = loaded.curves[FEATURES.index("dense_lead")]
    assert dense.values[-1] > dense.values[0]


def test_weights_of_other_features_are_refused(tmp_path, monkeypatch):
    (tmp_path / "weights.json").write_text(json.dumps({"curves": {"other": {}}}), encoding="utf-8")
    monkeypatch.setattr(cluster.resources, "files", lambda _: tmp_path)
    with pytest.raises(cluster.WeightsError, match=r"benchmarks\.stories\.train"):
        load_weights()
