"""Runs the clusterer alone over a labelled stream: by its own decisions, or led by the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.stories.datasets import Labelled, Stream
from flink_jobs.stories import merge
from flink_jobs.stories.cluster import Clusterer, Weights
from flink_jobs.stories.embedded import Embedder
from flink_jobs.stories.features import Document, document
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import Encoder

Documents = list[tuple[Document, Labelled]]
NO_WEIGHTS = Weights((), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Compared:
    """One article's candidates: a row of features for each, and whether it is the right story."""

    features: NDArray[np.float64]
    right: list[bool]


def documents(stream: Stream, encoder: Encoder) -> Documents:
    """The articles as the clusterer sees them, with their labels."""
    embedder = Embedder(encoder)
    return [(document(embedder.embed(each.article), each.article.logged_at), each) for each in stream]


def clusters(stream: Documents, weights: Weights, settings: StoriesSettings) -> list[str]:
    """The story each article is in at last; a story is named after its first article."""
    clusterer = Clusterer(settings, weights)
    found: list[str] = []
    into: dict[str, str] = {}
    for view, each in stream:
        _close(clusterer, view.at, settings)
        choice = clusterer.choose(view)
        key, twin = choice.key, merge.twin(choice, clusterer.shapes)
        if key is not None and twin is not None:
            # As the engine: the younger goes into the older.
            key, gone = sorted((key, twin), key=lambda each: (clusterer.shapes[each].first_at, each))
            clusterer.merge(key, gone)
            into[gone] = key
        if key is None:
            key = each.article.article_id
            clusterer.found(key, view)
        else:
            clusterer.join(key, view)
        found.append(key)
    return [_standing(key, into) for key in found]


def _standing(key: str, into: dict[str, str]) -> str:
    while key in into:
        key = into[key]
    return key


def led(stream: Documents, settings: StoriesSettings) -> Iterator[Compared]:
    """For each article its candidates' features, and which of them are its story.

    Stories are kept right by the labels, so that the features are those of right decisions so far.
    """
    clusterer = Clusterer(settings, NO_WEIGHTS)
    for view, each in stream:
        _close(clusterer, view.at, settings)
        keys, features = clusterer.candidates(view)
        yield Compared(features, [key == each.story for key in keys])
        if each.story in clusterer.shapes:
            clusterer.join(each.story, view)
        else:
            clusterer.found(each.story, view)


def _close(clusterer: Clusterer, at: int, settings: StoriesSettings) -> None:
    quiet = [key for key, shape in clusterer.shapes.items() if shape.last_at + settings.window_ms < at]
    for key in quiet:
        clusterer.remove(key)
