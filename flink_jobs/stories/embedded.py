"""What the embedding operator hands to the ordered one. Each record is treated alone."""

from __future__ import annotations

from dataclasses import dataclass

from language.embeddings import Encoder, embedded_part, to_bytes
from language.names import names
from language.sketches import sketch
from schemas.limits import NAME_CHARACTERS
from schemas.records import UniqueArticle

# Names are read from this much of the text: further down they say little about the event.
NAMED_CHARACTERS = 1_200
KEPT_VECTORS = 4_096


@dataclass(frozen=True, slots=True)
class Embedded:
    article: UniqueArticle
    # float16, little endian, unit length.
    vector: bytes
    sketch: bytes
    names: tuple[str, ...]
    # No article, but the record of a takedown: see schemas.takedown.
    takedown: bool = False


def known(article: UniqueArticle, vector: bytes, said: tuple[str, ...]) -> Embedded:
    """Of an article that was embedded before; only the sketch, which costs little, is made again."""
    return Embedded(article=article, vector=vector, sketch=sketch(article.text), names=said)


def takedown(record: UniqueArticle) -> Embedded:
    """Of a takedown's record, which goes through the same order."""
    return Embedded(article=record, vector=b"", sketch=b"", names=(), takedown=True)


class Embedder:
    """Adds vector, sketch and names. Equal leads are encoded once while they are remembered."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._vectors: dict[str, bytes] = {}

    def embed(self, article: UniqueArticle) -> Embedded:
        return Embedded(
            article=article,
            vector=self._vector(embedded_part(article.title, article.text)),
            sketch=sketch(article.text),
            names=tuple(
                name
                for name in names(article.text[:NAMED_CHARACTERS], article.language)
                if len(name) <= NAME_CHARACTERS
            ),
        )

    def _vector(self, text: str) -> bytes:
        # Keyed by the encoded text itself, so a hit can never change a vector.
        vector = self._vectors.pop(text, None)
        if vector is None:
            vector = to_bytes(self.encoder.encode([text])[0])
        self._vectors[text] = vector
        if len(self._vectors) > KEPT_VECTORS:
            del self._vectors[next(iter(self._vectors))]
        return vector
