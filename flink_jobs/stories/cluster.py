"""Which story an article belongs to: an online decision between one article and the live stories.

After Miranda et al., "Multilingual Clustering of Streaming News" (2018), and Saravanakumar et al.,
"Event-Driven News Stream Clustering using Entity-Aware Contextual Embeddings" (2021): candidates by
vector and by rare terms, a logistic score over dense, sparse, name and time features; the best
candidate from a threshold on is joined, otherwise the article founds a story. Each feature enters
by a piecewise linear curve, and two features say how far the best candidate leads: that told near
misses apart where time says nothing.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flink_jobs.stories.features import FEATURES, Document, Shape, compare, in_context, squared
from flink_jobs.stories.settings import StoriesSettings

# A story keeps its heaviest terms and words of names.
KEPT_TERMS = 256
# Terms of an article looked up, heaviest first; a term that more stories share is not rare.
LOOKED_UP = 12
CROWDED = 400


class WeightsError(Exception):
    """The weights file does not fit the features; the message names the difference."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What a feature adds to the logit: linear between knots, constant beyond the outer ones."""

    knots: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model, additive over FEATURES, and the score from which an article joins."""

    curves: tuple[Curve, ...]
    intercept: float
    threshold: float

    def scores(self, features: NDArray[np.float64]) -> list[float]:
        """A probability a row. Rounded, so that a last bit of arithmetic is not an output."""
        logits = np.full(len(features), self.intercept)
        for curve, column in zip(self.curves, features.T, strict=True):
            logits += np.interp(column, curve.knots, curve.values)
        return [round(float(score), 4) for score in 1.0 / (1.0 + np.exp(-logits))]


def load_weights(file: Path | None = None) -> Weights:
    """The weights of a file, by default those that come with Tidewire; benchmarks.stories.train writes
    such files. Raises WeightsError."""
    place = file or resources.files(__package__).joinpath("weights.json")
    try:
        content = json.loads(place.read_text("utf-8"))
        curves = content["curves"]
        if tuple(curves) != FEATURES:
            raise WeightsError(
                f"{place} is for the features {list(curves)}, the code computes {list(FEATURES)}: "
                "run `python -m benchmarks.stories.train`"
            )
        return Weights(
            tuple(Curve(tuple(curve["knots"]), tuple(curve["values"])) for curve in curves.values()),
            float(content["intercept"]),
            float(content["threshold"]),
        )
    except OSError as error:
        raise WeightsError(f"{place} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(
            f"{place} holds no weights ({error!r}); benchmarks.stories.train writes such files"
        ) from error


class Choice(NamedTuple):
    """What an article is put into. ``others`` reach the threshold too, best first."""

    key: str | None
    score: float
    others: tuple[str, ...] = ()


class Clusterer:
    """The shapes of all live stories by key, and the two indexes that find candidates."""

    def __init__(self, settings: StoriesSettings, weights: Weights) -> None:
        self._settings = settings
        self._weights = weights
        self.threshold = weights.threshold if settings.threshold is None else settings.threshold
        self.shapes: dict[str, Shape] = {}
        # Articles taken in so far; the caller restores it together with the shapes.
        self.articles = 0
        self._keys: list[str | None] = []
        self._free: list[int] = []
        self._matrix = np.zeros((64, 0), dtype=np.float32)
        self._with_term: dict[str, set[str]] = {}

    def choose(self, article: Document) -> Choice:
        """The best story and its score; no story if no score reaches the threshold."""
        keys, features = self.candidates(article)
        if not keys:
            return Choice(None, 0.0)
        ranked = sorted(
            (-score, key) for score, key in zip(self._weights.scores(features), keys, strict=True)
        )
        score, best = ranked[0]
        if -score < self.threshold:
            return Choice(None, -score)
        return Choice(best, -score, tuple(key for score, key in ranked[1:] if -score >= self.threshold))

    def candidates(self, article: Document) -> tuple[list[str], NDArray[np.float64]]:
        """Stories worth a close look, sorted by key, and a row of FEATURES for each."""
        rows = len(self._keys)
        if not rows:
            return [], np.empty((0, len(FEATURES)))
        # The placement of rows is part of the state, so this product is the same after a restore.
        cosines = self._matrix[:rows] @ article.vector
        keys = sorted({*self._nearest(cosines), *self._sharing_terms(article)})
        compared = []
        for key in keys:
            shape = self.shapes[key]
            dense = float(cosines[shape.slot])
            compared.append(compare(article, shape, dense, self.articles, len(self.shapes)))
        return keys, in_context(compared, len(self.shapes))

    def found(self, key: str, article: Document) -> None:
        slot = heapq.heappop(self._free) if self._free else len(self._keys)
        self.place(key, Shape(slot, np.zeros_like(article.vector), {}, {}, 0, article.at, article.at, 0))
        self.join(key, article)

    def join(self, key: str, article: Document) -> None:
        shape = self.shapes[key]
        shape.dense = shape.dense + article.vector
        shape.size += 1
        shape.last_at = max(shape.last_at, article.at)
        self.articles += 1
        shape.last_number = self.articles
        self._forget_terms(key, shape)
        shape.terms = _heaviest(added(shape.terms, article.terms))
        shape.names = _heaviest(added(shape.names, article.names))
        self._remember(key, shape)

    def leave(self, key: str, articles: int) -> None:
        """Counts so many articles less. Theirs are not known from the others' vectors and terms: the sum
        shrinks with its direction kept."""
        shape = self.shapes[key]
        left = max(0, shape.size - articles)
        if left:
            shape.dense = shape.dense * np.float32(left / shape.size)
        shape.size = left
        if left:
            self._remember(key, shape)

    def merge(self, key: str, gone: str) -> None:
        """Adds a story to another; the place of ``gone`` is free again."""
        shape, other = self.shapes[key], self.shapes[gone]
        self.remove(gone)
        shape.dense = shape.dense + other.dense
        shape.size += other.size
        shape.first_at = min(shape.first_at, other.first_at)
        shape.last_at = max(shape.last_at, other.last_at)
        shape.last_number = max(shape.last_number, other.last_number)
        self._forget_terms(key, shape)
        shape.terms = _heaviest(added(shape.terms, other.terms))
        shape.names = _heaviest(added(shape.names, other.names))
        self._remember(key, shape)

    def place(self, key: str, shape: Shape) -> None:
        """Puts a story where its shape says, as on a restore."""
        while len(self._keys) <= shape.slot:
            if len(self._keys) != shape.slot:
                heapq.heappush(self._free, len(self._keys))
            self._keys.append(None)
        if shape.slot in self._free:
            self._free.remove(shape.slot)
            heapq.heapify(self._free)
        self._keys[shape.slot] = key
        self.shapes[key] = shape
        if shape.size:
            self._remember(key, shape)

    def remove(self, key: str) -> None:
        shape = self.shapes.pop(key)
        self._forget_terms(key, shape)
        self._matrix[shape.slot] = 0
        self._keys[shape.slot] = None
        heapq.heappush(self._free, shape.slot)
        # The number of rows must follow from the live stories alone.
        while self._keys and self._keys[-1] is None:
            self._free.remove(len(self._keys) - 1)
            self._keys.pop()
        heapq.heapify(self._free)

    def _nearest(self, cosines: NDArray[np.float32]) -> Iterator[str]:
        count = min(self._settings.dense_candidates, len(cosines))
        for slot in np.argpartition(-cosines, count - 1)[:count]:
            key = self._keys[int(slot)]
            if key is not None:
                yield key

    def _sharing_terms(self, article: Document) -> list[str]:
        heaviest = sorted(article.terms, key=lambda term: (-article.terms[term], term))[:LOOKED_UP]
        shared: dict[str, int] = {}
        for term in heaviest:
            stories = self._with_term.get(term, ())
            if len(stories) <= CROWDED:
                for key in stories:
                    shared[key] = shared.get(key, 0) + article.terms[term]
        return heapq.nsmallest(self._settings.term_candidates, shared, key=lambda key: (-shared[key], key))

    def _remember(self, key: str, shape: Shape) -> None:
        if shape.slot >= len(self._matrix) or self._matrix.shape[1] != len(shape.dense):
            self._grow(shape.slot + 1, len(shape.dense))
        shape.dense_length = float(np.linalg.norm(shape.dense))
        shape.terms_squared = squared(shape.terms)
        self._matrix[shape.slot] = shape.dense / np.float32(shape.dense_length)
        for term in shape.terms:
            self._with_term.setdefault(term, set()).add(key)

    def _forget_terms(self, key: str, shape: Shape) -> None:
        for term in shape.terms:
            stories = self._with_term[term]
            stories.discard(key)
            if not stories:
                del self._with_term[term]

    def _grow(self, rows: int, columns: int) -> None:
        matrix = np.zeros((max(64, 2 * rows), columns), dtype=np.float32)
        if self._matrix.shape[1] == columns:
            matrix[: len(self._matrix)] = self._matrix
        self._matrix = matrix


def added(sums: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Sums by key; new keys come last."""
    result = dict(sums)
    for key, weight in more.items():
        result[key] = result.get(key, 0) + weight
    return result


def _heaviest(sums: dict[str, int]) -> dict[str, int]:
    if len(sums) <= KEPT_TERMS:
        return sums
    kept = sorted(sums, key=lambda key: (-sums[key], key))[:KEPT_TERMS]
    return {key: sums[key] for key in kept}
