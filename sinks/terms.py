"""Text to hashed terms: what finds a document by its words, in any script.

Words are runs of letters, digits and marks, folded by case and without accents. Scripts that put
no spaces between words (Han, kana, Hangul, Thai, Lao, Khmer, Burmese) become character bigrams.
Document weights are the term-frequency half of BM25; the engine multiplies in the idf.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from sinks.store import Terms

SATURATION = 1.2
LENGTH_WEIGHT = 0.75
TYPICAL_LENGTH = 120
"""BM25's k1, b and mean document length; the last is fixed, so that a weight depends on one text only."""
LONGEST = 40
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_UNSPACED += "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]")
_MARKS = "".join(
    chr(code) for code in range(0x0900, 0x3100) if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_RUN = re.compile(
    rf"([{_UNSPACED}{_MARKS}]*[{_UNSPACED}][{_UNSPACED}{_MARKS}]*)"
    rf"|((?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+)"
)


def words(text: str) -> list[str]:
    """The terms of a text, in order, with repetitions."""
    found: list[str] = []
    for match in _RUN.finditer(fold(text)):
        unspaced, word = match.groups()
        if unspaced is not None:
            found += [unspaced] if len(unspaced) == 1 else [a + b for a, b in pairwise(unspaced)]
        else:
            # A word longer than any real one is kept findable by its beginning only.
            found.append(word[:LONGEST])
    return found


def fold(text: str) -> str:
    """Case and accents away: ``Ärger``, ``ÄRGER`` and ``arger`` are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", decomposed)).casefold()


def document_terms(text: str) -> Terms:
    """The sparse vector of a document."""
    counts = Counter(words(text))
    length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * counts.total() / TYPICAL_LENGTH
    return _sparse({t: n * (SATURATION + 1) / (n + SATURATION * length) for t, n in counts.items()})


def query_terms(text: str) -> Terms:
    """The sparse vector of a query: each term counts once, function words only if there is no other.

    They would match nearly everything, and a fusion by rank does not see how little that means.
    """
    terms = list(dict.fromkeys(words(text)))
    telling = [term for term in terms if term not in FUNCTION_WORDS]
    return _sparse(dict.fromkeys(telling or terms, 1.0))


@lru_cache(maxsize=100_000)
def term_hash(term: str) -> int:
    """A stable 32-bit hash; two terms in a vocabulary of 100,000 share one with odds of 1 in 43,000."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big")


def _sparse(weights: dict[str, float]) -> Terms:
    hashed: dict[int, float] = {}
    for term, weight in weights.items():
        index = term_hash(term)
        hashed[index] = max(weight, hashed.get(index, 0.0))
    ordered = sorted(hashed.items())
    return Terms(tuple(i for i, _ in ordered), tuple(w for _, w in ordered))


# Folded. What could carry the meaning of a headline in another of these languages is left out, such
# as German "war", Dutch "met" and "door", French "son" and "pour".
_LISTED = """
    a an the of to in on at by for from with without and or not is are was were be been has have had
    it its this that these those as but into over after about than then will would can could what
    who which when where how why
    der die das den dem des ein eine einen einem einer und oder nicht ist sind im am zum zur von mit
    bei auf fur aus nach uber wie als auch sich es
    le la les un une des du de et ou ne pas est sont au aux en dans sur par avec que qui ce
    cette ces se sa ses l d s qu
    el los las una unos unas y o no es al del por para su sus lo como mas
    il lo gli i uno e ed non che di da su per della del dei delle nel nella
    os as um uma do dos das no na nos nas em ao
    het een en van op te dat voor niet zijn aan
"""
FUNCTION_WORDS = frozenset(words(_LISTED))
