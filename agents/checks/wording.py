"""What the words of a statement tell beside its quotes: nothing in common, another name, a denial.

These compare a sentence with passages by their weighted terms; they see only what is said in
nearly the same words, and are silent otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from agents.checks import names
from language.reading.evidence import Evidence, evidence
from language.reading.terms import Terms, common, terms_of

# Below this share of its weight in the cited texts a sentence has nothing to do with them.
UNHEARD_OF = 0.3
# So many terms a sentence needs to be judged by them.
FEWEST_TERMS = 3
# Shares of the statement's and of the passage's weight from which one is the other in other words.
ALIKE = 0.6
THE_SAME = 0.8


def unheard_of(text: str, language: str, sources: Sequence[Evidence]) -> bool:
    """Whether next to nothing of the sentence is in any of the texts, all of its language."""
    said = terms_of(text, language).words
    if len(said) < FEWEST_TERMS:
        return False
    known: dict[str, float] = {}
    for source in sources:
        known |= source.terms.words
    return common(said, known) < UNHEARD_OF * math.fsum(said.values())


def name_replaced(
    text: str, language: str, passages: Sequence[Evidence], sources: Sequence[Evidence]
) -> bool:
    """Whether the sentence has a name of the cited texts that no passage has, while the passage that it
    otherwise repeats has one that the sentence has not."""
    strangers = [
        name
        for name in names.said(text, language)
        if any(name in source.text for source in sources) and not names.stands(name, passages)
    ]
    if not strangers:
        return False
    own = evidence(text, language)
    return any(
        not names.stands(name, [own])
        for passage in repeated(text, language, passages, strangers)
        for name in names.said(passage.text, language)
    )


def repeated(
    text: str, language: str, passages: Sequence[Evidence], but_for: Iterable[str]
) -> list[Evidence]:
    """The passages of its language that a sentence says again, in part, if these words of it are left out."""
    for word in but_for:
        text = text.replace(word, " ")
    return _near(terms_of(text, language), language, passages)


def denial_differs(text: str, language: str, passages: Sequence[Evidence]) -> bool:
    """Whether the sentence denies what the passages affirm, or affirms what the one it repeats denies."""
    said = terms_of(text, language)
    near = _near(said, language, passages)
    if not near:
        return False
    if said.negated:
        return not any(passage.terms.negated for passage in passages)
    same = [
        passage
        for passage in near
        if _share(said, passage.terms) >= THE_SAME and _share(passage.terms, said) >= THE_SAME
    ]
    return bool(same) and all(passage.terms.negated for passage in same)


def _near(said: Terms, language: str, passages: Sequence[Evidence]) -> list[Evidence]:
    return [each for each in passages if each.language == language and _share(said, each.terms) >= ALIKE]


def _share(one: Terms, other: Terms) -> float:
    """How much of the one's words the other has."""
    whole = math.fsum(one.words.values())
    return common(one.words, other.words) / whole if whole else 0.0
