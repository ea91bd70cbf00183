"""Encoders by name: the embedded one, and any model of the optional extra sentence-transformers.

``pip install 'tidewire[sentence-transformers]'`` brings the library, never a model: a model is a folder, or
a name under which it is in the library's cache on this machine already. Nothing is fetched here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from language.embeddings import Encoder, MiniLM, ModelMissing, Vector


def encoder(name: str) -> Encoder:
    """The encoder of that name. Raises ModelMissing, saying what to install or where to put it."""
    return MiniLM() if name == MiniLM.name else SentenceTransformers(name)


class SentenceTransformers:
    """A model of the library sentence-transformers, on the processor.

    Texts are run one at a time, so that padding cannot make a text's vector depend on its neighbours.
    Raises ModelMissing when the library is not installed or the model is not on this machine.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise ModelMissing(
                f"encoder {name!r}: the library sentence-transformers is not installed; install the extra "
                "tidewire[sentence-transformers], in every environment that runs jobs"
            ) from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelMissing(
                f"encoder {name!r} is not on this machine, and nothing is fetched silently: name the folder "
                "it is in, or fetch it into the library's cache first"
            ) from error

    @property
    def name(self) -> str:
        return self._name

    @cached_property
    def dimension(self) -> int:
        return len(self.encode(["one"])[0])

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Vector:
        vector = np.asarray(self._model.encode(text, show_progress_bar=False), dtype=np.float32)
        unit: Vector = vector / np.linalg.norm(vector)
        return unit.astype(np.float16).astype(np.float32)
