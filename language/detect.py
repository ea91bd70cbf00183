"""The language a text is in, and the languages that feeds say they are in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol, cast

SAMPLE_CHARS = 600
MIN_LETTERS = 8
MIN_CONFIDENCE = 0.35

_DECLARED = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\s*$")
# ISO 639-2 and older codes that feeds use for what has a two-letter code.
_TWO_LETTERS = {
    "ara": "ar", "chi": "zh", "deu": "de", "eng": "en", "fra": "fr", "fre": "fr", "ger": "de", "ita": "it",
    "jpn": "ja", "kor": "ko", "nld": "nl", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es", "swe": "sv",
    "tur": "tr", "ukr": "uk", "zho": "zh", "iw": "he", "in": "id", "ji": "yi", "cn": "zh", "jp": "ja",
}  # fmt: skip


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def declared(code: str | None) -> str:
    """ISO 639-1 of a language tag such as ``en-GB``; empty when it is none."""
    found = _DECLARED.match(code or "")
    if found is None:
        return ""
    language = found.group(1).lower()
    language = _TWO_LETTERS.get(language, language)
    return language if len(language) == 2 else ""


def detect(text: str) -> str:
    """ISO 639-1 of the text's language; empty when it is too short or too mixed to say.

    py3langid (Lui and Baldwin, 2012: naive Bayes over byte n-grams); the same text always gives
    the same answer.
    """
    sample = text[:SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return ""
    language, confidence = _identifier().classify(sample)
    return declared(language) if confidence >= MIN_CONFIDENCE else ""


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return cast(_Identifier, identifier)
