"""MinHash sketches of texts, to find copies that were edited lightly.

Over the set of a text's words, folded to lower case: changed datelines, added boilerplate, a few
edits and cuts leave most words in place. Broder, "On the resemblance and containment of documents"
(1997); the permutations are those of rensa's R-MinHash with a fixed seed.
"""

from __future__ import annotations

import re

import numpy as np
from rensa import RMinHash

PERMUTATIONS = 128
# Part of the format: sketches of another seed are not comparable.
SEED = 7
SIZE_BYTES = PERMUTATIONS * 4

_WORD = re.compile(r"\w+")


def sketch(text: str) -> bytes:
    """512 bytes: 128 minima, unsigned 32-bit little endian. A text without words gives b""."""
    words = sorted(set(_WORD.findall(text.casefold())))
    if not words:
        return b""
    hashes = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    hashes.update(words)
    return np.array(hashes.digest(), dtype="<u4").tobytes()


def resemblance(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of the two word sets, 0..1; 0 with a text without words.

    Raises ValueError if a sketch has another size.
    """
    if not a or not b:
        return 0.0
    if len(a) != SIZE_BYTES or len(b) != SIZE_BYTES:
        raise ValueError(f"sketches of {len(a)} and {len(b)} bytes; both must have {SIZE_BYTES}")
    same = np.frombuffer(a, dtype="<u4") == np.frombuffer(b, dtype="<u4")
    return float(np.count_nonzero(same)) / PERMUTATIONS
