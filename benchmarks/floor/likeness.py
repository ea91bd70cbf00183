"""How like a summary is to the one that a person wrote."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """In lower case, without punctuation."""
    return WORD.findall(text.lower())


def cut(text: str, budget: int) -> str:
    """The first so many words, as they stand in the text."""
    places = [match.end() for match in WORD.finditer(text)]
    return text if len(places) <= budget else text[: places[budget - 1]]


def rouge_l(candidate: str, reference: str) -> float:
    """F1 of the longest common subsequence of words: ROUGE-L over the whole text, without stemming.

    Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004).
    """
    ours, theirs = words(candidate), words(reference)
    if not ours or not theirs:
        return 0.0
    before = [0] * (len(theirs) + 1)
    for word in ours:
        row = [0]
        for n, other in enumerate(theirs):
            row.append(before[n] + 1 if word == other else max(before[n + 1], row[n]))
        before = row
    return 2 * before[-1] / (len(ours) + len(theirs))
