"""How near a story is, by meaning, to what a desk says its stories are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desks.loader import Desk
from language.embeddings import Encoder, Vector, from_bytes, to_bytes


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """By desk, a row of unit length for each of its prototypes, rounded to float16."""

    model: str
    vectors: Mapping[str, NDArray[np.float32]]

    def likeness(self, vector: Vector) -> dict[str, float]:
        """By desk, the cosine of a vector (of any length above 0) and the nearest prototype.

        Rounded, so that a last bit of arithmetic does not route a story.
        """
        unit = vector / np.linalg.norm(vector)
        return {desk: round(float((vectors @ unit).max()), 3) for desk, vectors in self.vectors.items()}


NO_PROTOTYPES = Prototypes("", {})


def prototypes_of(desks: Sequence[Desk], encoder: Encoder) -> Prototypes:
    """Encodes the prototypes of all desks that have some."""
    return Prototypes(
        encoder.name,
        {
            desk.name: np.stack([from_bytes(to_bytes(each)) for each in encoder.encode(desk.prototypes)])
            for desk in desks
            if desk.prototypes
        },
    )
