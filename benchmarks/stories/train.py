"""Trains the weights: ``python -m benchmarks.stories.train`` rewrites flink_jobs/stories/weights.json.

Logistic regression on pairs of an article and a candidate story, from training halves at several
densities and spans of time, the compression of the demonstration included, so that neither a rate
of articles nor a scale of time is learnt. Candidates are stories as the labels make them (adding
stories as the weights make them was tried and scored lower). The threshold is the one with the best
mean B-cubed F1 on the training halves. BASIL and the sample newswire are never trained on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import flink_jobs.stories
from benchmarks.stories import datasets
from benchmarks.stories.datasets import Stream, half, retimed, share, squeezed
from benchmarks.stories.running import Compared, Documents, clusters, documents, led
from benchmarks.stories.vectors import KeptVectors
from flink_jobs.stories.cluster import Curve, Weights
from flink_jobs.stories.features import FEATURES
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import Encoder, MiniLM
from replay.compare.matching import b_cubed

KNOTS = 5
REGULARISATION = 0.3
THRESHOLDS = tuple(round(0.3 + 0.05 * step, 2) for step in range(11))
MINUTE_MS = 60_000
# A fortnight in two minutes.
COMPRESSION = 14 * 24 * 60 / 2
WORLDS = 6

Worlds = list[Documents]


def training_sets() -> dict[str, list[Stream]]:
    """Training halves by name; some are several small streams."""
    dated, compressed = datasets.allsides_dated(), datasets.allsides_squeezed()
    excerpts, bodies, uci = datasets.allsides_excerpts(), datasets.allsides_bodies(), datasets.uci()
    sets = {
        "dated": [dated],
        "squeezed": [compressed],
        "excerpts": [excerpts],
        "bodies": [bodies],
        "uci": [uci],
        "squeezed in minutes": [_in_minutes(compressed)],
        "excerpts in minutes": [_in_minutes(excerpts)],
        "uci in minutes": [
            retimed(uci, lambda each: share("minute", each.article.article_id) * 20 * MINUTE_MS)
        ],
        "excerpts, few stories": _worlds(excerpts),
        "bodies, few stories": _worlds(bodies),
    }
    return {name: [half(stream, trained=True) for stream in streams] for name, streams in sets.items()}


def _in_minutes(stream: Stream) -> Stream:
    first = stream[0].article.logged_at
    return retimed(stream, lambda each: (each.article.logged_at - first) / COMPRESSION)


def _worlds(stream: Stream) -> list[Stream]:
    """Streams of some forty stories within two minutes, as in the demonstration."""
    parts = [
        [each for each in stream if int(share("world", each.story) * 2 * WORLDS) == part]
        for part in range(WORLDS)
    ]
    return [squeezed(part, 2 * MINUTE_MS, MINUTE_MS) for part in parts]


def train(encoder: Encoder) -> Weights:
    settings = StoriesSettings()
    sets = {
        name: [documents(stream, encoder) for stream in streams] for name, streams in training_sets().items()
    }
    by_labels = [[rows for world in worlds for rows in led(world, settings)] for worlds in sets.values()]
    return _with_threshold(_fit(by_labels), sets, settings)


def _fit(sets: Iterable[list[Compared]]) -> Weights:
    """Every set weighs the same, whatever its size."""
    features, right, weight = [], [], []
    for rows in sets:
        held = [each for each in rows if each.right]
        features.append(np.concatenate([each.features for each in held]))
        right.append(np.concatenate([each.right for each in held]))
        weight.append(np.full(len(right[-1]), 10_000 / len(right[-1])))
    x, y = np.concatenate(features), np.concatenate(right)
    knots = [_knots(column[y]) for column in x.T]
    hats = np.column_stack([_hats(column, at) for column, at in zip(x.T, knots, strict=True)])
    scale = hats.std(axis=0) + 1e-9
    model = LogisticRegression(C=REGULARISATION, max_iter=1_000)
    model.fit(hats / scale, y, sample_weight=np.concatenate(weight))
    values = np.split(model.coef_[0] / scale, np.cumsum([len(at) for at in knots])[:-1])
    curves = tuple(
        Curve(tuple(_rounded(at)), tuple(_rounded(value - value[0])))
        for at, value in zip(knots, values, strict=True)
    )
    intercept = float(model.intercept_[0]) + sum(float(value[0]) for value in values)
    return Weights(curves, round(intercept, 4), 0.5)


def _knots(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of a feature among right stories; two at least."""
    knots = np.unique(np.quantile(column, np.linspace(0, 1, KNOTS)).round(4))
    return knots if len(knots) > 1 else np.array([knots[0], knots[0] + 1.0])


def _hats(column: NDArray[np.float64], knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Piecewise linear basis: one at its own knot, zero at the others."""
    return np.column_stack([np.interp(column, knots, unit) for unit in np.eye(len(knots))])


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) for value in values]


def _with_threshold(weights: Weights, sets: dict[str, Worlds], settings: StoriesSettings) -> Weights:
    def mean_f1(threshold: float) -> float:
        candidate = Weights(weights.curves, weights.intercept, threshold)
        return float(np.mean([_f1(worlds, candidate, settings) for worlds in sets.values()]))

    scores = {threshold: mean_f1(threshold) for threshold in THRESHOLDS}
    for threshold, score in scores.items():
        print(f"threshold {threshold:.2f}: mean B3 F1 of the training halves {score:.4f}", flush=True)
    best = max(THRESHOLDS, key=lambda threshold: scores[threshold])
    return Weights(weights.curves, weights.intercept, best)


def _f1(worlds: Worlds, weights: Weights, settings: StoriesSettings) -> float:
    found = [
        (number, key) for number, world in enumerate(worlds) for key in clusters(world, weights, settings)
    ]
    labels = [(number, each.story) for number, world in enumerate(worlds) for _, each in world]
    return b_cubed(found, labels).f1


def main() -> None:
    encoder = KeptVectors(MiniLM())
    weights = train(encoder)
    encoder.save()
    curves = {
        name: {"knots": list(curve.knots), "values": list(curve.values)}
        for name, curve in zip(FEATURES, weights.curves, strict=True)
    }
    content = {
        "written_by": "python -m benchmarks.stories.train",
        "encoder": encoder.name,
        "threshold": weights.threshold,
        "intercept": weights.intercept,
        "curves": curves,
    }
    path = Path(flink_jobs.stories.__file__).with_name("weights.json")
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
