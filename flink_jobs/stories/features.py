"""What the decision looks at: how one article and one story compare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.settings import HOUR_MS
from language.embeddings import from_bytes
from language.names import name_words
from language.terms import UNIT, rarity, terms

# Terms are taken from the title and this much of the text.
LEAD_CHARACTERS = 600

FEATURES = (
    "dense",
    "terms",
    "names",
    "names_contained",
    "nameless",
    "gap",
    "age",
    "size",
)


@dataclass(frozen=True, slots=True)
class Document:
    """An article as the clusterer sees it."""

    vector: NDArray[np.float32]
    # Weighted terms and words of names; whole numbers, sorted by key.
    terms: Mapping[str, int]
    names: Mapping[str, int]
    at: int


def document(item: Embedded, at: int) -> Document:
    """`at` is the logged time the article counts at."""
    article = item.article
    lead = article.text[len(article.title) + 1 : len(article.title) + 1 + LEAD_CHARACTERS]
    words = sorted({word for name in item.names for word in name_words(name)})
    return Document(
        vector=from_bytes(item.vector),
        terms=terms(article.title, lead, article.language),
        names={word: round(UNIT * rarity(word, article.language)) for word in words},
        at=at,
    )


@dataclass(slots=True)
class Shape:
    """What a story is compared by: sums over its members, and times. Mutable."""

    # Row of the matrix of centroids.
    slot: int
    dense: NDArray[np.float32]
    terms: dict[str, int]
    names: dict[str, int]
    size: int
    first_at: int
    last_at: int
    # Squared lengths of the two sparse sums, derived.
    terms_squared: int = 0
    names_squared: int = 0


def compare(article: Document, story: Shape, dense: float) -> tuple[float, ...]:
    """FEATURES of an article and a story; `dense` is the cosine of the vectors."""
    shared = [(word, weight) for word, weight in article.names.items() if word in story.names]
    total = sum(article.names.values())
    return (
        dense,
        cosine(article.terms, story.terms, story.terms_squared),
        cosine(article.names, story.names, story.names_squared),
        sum(weight for _, weight in shared) / total if total else 0.0,
        0.0 if article.names and story.names else 1.0,
        math.log1p(max(0, article.at - story.last_at) / HOUR_MS),
        math.log1p(max(0, article.at - story.first_at) / HOUR_MS),
        math.log(story.size),
    )


def cosine(a: Mapping[str, int], b: Mapping[str, int], b_squared: int) -> float:
    """Of two sparse vectors; 0 with an empty one. Exact sums of whole numbers until the division."""
    dot = sum(weight * b[key] for key, weight in a.items() if key in b)
    return dot / math.sqrt(squared(a) * b_squared) if dot else 0.0


def squared(vector: Mapping[str, int]) -> int:
    return sum(weight * weight for weight in vector.values())
