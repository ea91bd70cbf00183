"""What the tests of the stories job write articles with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np

from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.engine import StoryEngine
from language.embeddings import Vector

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
