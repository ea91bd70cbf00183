"""Encoders by name, without the optional library: what is missing is named."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from language.embeddings import MiniLM, ModelMissing
from language.models import SentenceTransformers, encoder


def test_the_embedded_one_is_found_by_its_name() -> None:
    assert isinstance(encoder(MiniLM.name), MiniLM)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelMissing, match=r"tidewire\[sentence-transformers\]"):
        encoder("some-model")


def installed(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    library = SimpleNamespace(SentenceTransformer=model)
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)


def test_a_model_that_is_not_there_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str, **options: Any) -> None:
        assert options["local_files_only"]
        raise OSError(f"{name} is not cached")

    installed(monkeypatch, absent)
    with pytest.raises(ModelMissing, match="nothing is fetched silently"):
        encoder("some-model")


def test_vectors_have_unit_length_and_are_float16(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, name: str, **_: Any) -> None:
            del name

        def encode(self, text: str, **_: Any) -> Any:
            return np.array([len(text), 4.0, 0.0])

    installed(monkeypatch, Model)
    made = SentenceTransformers("some-model")
    (vector,) = made.encode(["abc"])
    assert (made.name, made.dimension) == ("some-model", 3)
    assert vector.dtype == np.float32
    assert np.array_equal(vector, vector.astype(np.float16).astype(np.float32))
    assert np.allclose(vector, [0.6, 0.8, 0.0], atol=1e-3)
