"""What the decision looks at: how one article and one story compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.settings import HOUR_MS
from language.embeddings import from_bytes
from language.names import name_words
from language.terms import UNIT, rarity, terms

# Terms are taken from the title and this much of the text.
LEAD_CHARACTERS = 600

# In the order of the weights file. The first ten compare an article with one story, the others say
# how that story stands out among all candidates.
FEATURES = (
    # Cosine of the vectors, and their mean product with all members (lower in a story that strays).
    "dense",
    "dense_mean",
    # Root of the cosine of the weighted terms; weight of the article's terms the story has.
    "terms",
    "terms_contained",
    # Weight of the article's names the story has; whether one of the two has no names.
    "names_contained",
    "nameless",
    # Hours, and articles for each live story, since the last member; hours since the first. All log.
    "gap",
    "passed",
    "age",
    # Log number of members.
    "size",
    # How much nearer than the nearest other candidate, by vector and by terms.
    "dense_lead",
    "terms_lead",
    # Log number of live stories: among more, one is more easily near by chance.
    "crowd",
)
# What unrelated articles have in common by vector; a lone candidate leads by what is above it.
UNRELATED = 0.2


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
        terms=_terms(article.title, lead, article.language),
        names={word: round(UNIT * rarity(word, article.language)) for word in words},
        at=at,
    )


# An article is asked twice: whether its text can be read at all, and what it says.
_terms = lru_cache(maxsize=16)(terms)


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
    # The clusterer's count of articles when the last one joined.
    last_number: int
    # Derived: length of the dense sum, squared lengths of the sparse ones.
    dense_length: float = 0.0
    terms_squared: int = 0


def compare(article: Document, story: Shape, dense: float, number: int, live: int) -> tuple[float, ...]:
    """FEATURES up to "size" of an article and a story.

    `dense` is the cosine of the vectors, `number` the count of articles so far, `live` of open stories.
    """
    shared_names = sum(weight for word, weight in article.names.items() if word in story.names)
    shared_terms = sum(weight for term, weight in article.terms.items() if term in story.terms)
    return (
        dense,
        dense * story.dense_length / story.size,
        math.sqrt(cosine(article.terms, story.terms, story.terms_squared)),
        shared_terms / max(1, sum(article.terms.values())),
        shared_names / max(1, sum(article.names.values())),
        0.0 if article.names and story.names else 1.0,
        math.log1p(max(0, article.at - story.last_at) / HOUR_MS),
        math.log1p((number - story.last_number) / live),
        math.log1p(max(0, article.at - story.first_at) / HOUR_MS),
        math.log(story.size),
    )


def in_context(compared: Sequence[tuple[float, ...]], live: int) -> NDArray[np.float64]:
    """All FEATURES, a row a candidate, from what ``compare`` gave for each."""
    rows = np.array(compared)
    dense_lead = rows[:, 0] - np.maximum(UNRELATED, _best_other(rows[:, 0]))
    terms_lead = rows[:, 2] - np.maximum(0.0, _best_other(rows[:, 2]))
    crowd = np.full(len(rows), math.log(live))
    return np.column_stack([rows, dense_lead, terms_lead, crowd])


def _best_other(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each value the highest of the others; minus infinity without one."""
    best = int(values.argmax())
    second = np.delete(values, best).max(initial=-np.inf)
    others = np.full(len(values), values[best])
    others[best] = second
    return others


def cosine(a: Mapping[str, int], b: Mapping[str, int], b_squared: int) -> float:
    """Of two sparse vectors; 0 with an empty one. Exact sums of whole numbers until the division."""
    dot = sum(weight * b[key] for key, weight in a.items() if key in b)
    return dot / math.sqrt(squared(a) * b_squared) if dot else 0.0


def squared(vector: Mapping[str, int]) -> int:
    return sum(weight * weight for weight in vector.values())
