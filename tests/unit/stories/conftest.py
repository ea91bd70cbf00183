"""Articles and engines for the tests of the stories job's logic."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from desks.loader import Desk
from flink_jobs.stories.embedded import Embedded, Embedder
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import Vector
from schemas.identity import content_hash
from schemas.records import UniqueArticle

START = 1_700_000_000_000


class WordEncoder:
    """A bag of words, hashed into 32 dimensions: texts with common words are near, at no cost."""

    name = "words"
    dimension = 32

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Vector:
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w{4,}", text.casefold()):
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
            total += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        unit = total / np.linalg.norm(total)
        return unit.astype(np.float16).astype(np.float32)


Write = Callable[..., Embedded]
NewEngine = Callable[..., StoryEngine]


@pytest.fixture(scope="session")
def write() -> Write:
    """Makes an embedded article: ``write("a1", "Title", "Body", at=5)``, `at` in seconds of logged time."""
    embedder = Embedder(WordEncoder())

    def article(name: str, title: str, body: str = "", at: float = 0, **other: object) -> Embedded:
        text = f"{title}\n{body}"
        logged_at = START + round(at * 1000)
        values: dict[str, object] = {
            "article_id": name,
            "published_at": logged_at,
            "observed_at": logged_at,
            "logged_at": logged_at,
            "version": 1,
            "content_hash": content_hash(text),
            "feed_id": f"feed-{name}",
            "publisher": f"{name}.example",
            "family": f"family-{name}",
            "title": title,
            "text": text,
            "language": "en",
            "desk": "world",
        }
        return embedder.embed(UniqueArticle(**{**values, **other}))  # type: ignore[arg-type]

    return article


@pytest.fixture(scope="session")
def desks() -> tuple[Desk, ...]:
    common = {"title": "T", "mandate": "M", "audience": "A"}
    return (
        Desk(name="business", file_hash="b", keywords=("shares",), **common),
        Desk(name="world", file_hash="w", **common),
    )


@pytest.fixture(scope="session")
def new_engine(desks: tuple[Desk, ...]) -> NewEngine:
    def engine(**settings: object) -> StoryEngine:
        return StoryEngine(StoriesSettings(**settings), desks)  # type: ignore[arg-type]

    return engine
