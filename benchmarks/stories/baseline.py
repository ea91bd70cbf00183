"""The plain method to beat: single-link clustering by TF-IDF within the story window.

An article joins the story of the nearest earlier article of the last seven days if their cosine
reaches a threshold. Frequencies come from the whole stream, which favours the baseline.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.stories.datasets import Stream

Links = list[tuple[int, float]]


def nearest(stream: Stream, window_ms: int, rows_at_once: int = 500) -> Links:
    """For each article the nearest earlier one within the window and their cosine; (-1, 0) without one."""
    texts = [each.article.text for each in stream]
    vectors = csr_matrix(TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts))
    times = np.array([each.article.logged_at for each in stream])
    links: Links = []
    for begin in range(0, len(stream), rows_at_once):
        cosines = (vectors[begin : begin + rows_at_once] @ vectors.T).toarray()
        for row, at in zip(cosines, range(begin, begin + len(cosines)), strict=True):
            row[at:] = -1
            row[times < times[at] - window_ms] = -1
            best = int(row.argmax())
            links.append((best, float(row[best])) if row[best] >= 0 else (-1, 0.0))
    return links


def clusters(links: Links, threshold: float) -> list[int]:
    """The first article of each article's cluster."""
    found: list[int] = []
    for at, (link, cosine) in enumerate(links):
        found.append(found[link] if link >= 0 and cosine >= threshold else at)
    return found
