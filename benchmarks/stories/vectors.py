"""Vectors kept between runs: encoding the sets takes minutes, and a text's vector never changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from language.embeddings import Encoder, Vector, from_bytes, to_bytes


class KeptVectors:
    """An encoder that remembers, in a folder of one file a model."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        home = Path(os.environ.get("TIDEWIRE_HOME", Path(__file__).parents[2] / ".tidewire"))
        self._path = (folder or home / "benchmarks") / f"{encoder.name}.npz"
        self._encoder = encoder
        self._vectors: dict[str, bytes] = {}
        self._new = 0
        if self._path.is_file():
            with np.load(self._path) as kept:
                self._vectors = {
                    key: row.tobytes() for key, row in zip(kept["keys"].tolist(), kept["rows"], strict=True)
                }

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [self._encode(text) for text in texts]

    def save(self) -> None:
        if not self._new:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        rows = np.stack([np.frombuffer(data, dtype="<f2") for data in self._vectors.values()])
        np.savez(self._path, keys=np.array(list(self._vectors)), rows=rows)
        self._new = 0

    def _encode(self, text: str) -> Vector:
        key = hashlib.sha256(text.encode()).hexdigest()
        if key not in self._vectors:
            self._vectors[key] = to_bytes(self._encoder.encode([text])[0])
            self._new += 1
        return from_bytes(self._vectors[key])
