"""B-cubed precision, recall and F1 of a clustering.

Bagga and Baldwin, "Algorithms for Scoring Coreference Chains" (1998): each article's precision is
the share of its cluster that is of its story, its recall the share of its story that is in its
cluster; both are averaged over articles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(found: Sequence[Hashable], labels: Sequence[Hashable]) -> Score:
    """`found` and `labels` name the cluster and the story of each article. Raises ValueError if empty."""
    if not labels or len(found) != len(labels):
        raise ValueError(f"{len(found)} clusters for {len(labels)} labels; need as many, and one at least")
    clusters, stories = Counter(found), Counter(labels)
    both = Counter(zip(found, labels, strict=True))
    precision = sum(count * count / clusters[cluster] for (cluster, _), count in both.items())
    recall = sum(count * count / stories[story] for (_, story), count in both.items())
    return Score(precision / len(labels), recall / len(labels))
