"""Chooses the sentences that together say most of what a story's independent sources agree on.

Greedy maximisation of covered term weight, a monotone submodular objective (Lin and Bilmes, "A Class
of Submodular Functions for Document Summarization", 2011): a term weighs its rarity times how many
families use it, and counts once. Deterministic; ties go to the earlier record of the log.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.candidates import Candidate
from language.reading.sameness import same_across_languages, same_fact
from language.reading.terms import shared

AT_MOST = 6
AT_LEAST = 3
# After AT_LEAST, a sentence that adds less than this share of the first one's gain is left out.
WORTH = 0.06
# Characters of prose after which a brief is no longer brief.
ENOUGH = 1100
# Overlap from which a second sentence would bore.
REPEAT = 0.5
# How much length counts against a sentence: 0 not at all, 1 in full.
BREVITY, BREVITY_OF_FIRST = 0.4, 0.2
# How much a term gains by the families that use it.
SPREAD = 1.0
# A family that is not quoted yet, and an article that the last brief had not seen, go first.
NEW_FAMILY = 1.3
NEW_ARTICLE = 1.25


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence to be quoted, and one of each other family that says the same."""

    candidate: Candidate
    confirmed_by: tuple[Candidate, ...]


def choose(
    candidates: Sequence[Candidate], titles: Mapping[str, frozenset[str]], fresh: frozenset[str] = frozenset()
) -> list[Chosen]:
    """Three to six sentences, fewer if no more are worth quoting; the first is the story's centre.

    ``titles`` are the terms of each family's headlines; ``fresh`` holds the ids of articles whose text is
    new since the last brief.
    """
    weights = _weights(candidates, titles)
    chosen: list[Chosen] = []
    covered: set[str] = set()
    families: set[str] = set()
    first_gain = length = 0.0
    while len(chosen) < AT_MOST:
        open_to_choice = [c for c in candidates if not _repeats(c, chosen)]
        if not open_to_choice:
            break
        gains = [_gain(c, weights, covered, families, fresh) for c in open_to_choice]
        best = max(range(len(gains)), key=lambda n: (gains[n], -n))
        first_gain = first_gain or gains[best]
        candidate = open_to_choice[best]
        length += len(candidate.sentence.text)
        enough = gains[best] < WORTH * first_gain or length > ENOUGH
        if gains[best] <= 0 or (len(chosen) >= AT_LEAST and enough):
            break
        confirmed = _confirmations(candidate, candidates)
        chosen.append(Chosen(candidate, confirmed))
        families |= {candidate.family, *(c.family for c in confirmed)}
        covered |= candidate.weights.keys()
    return chosen


def _weights(candidates: Iterable[Candidate], titles: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Of each term: its rarity, times how widely the families use it, more if headlines do."""
    users: dict[str, set[str]] = {}
    rarity: dict[str, float] = {}
    for candidate in candidates:
        for term, weight in candidate.weights.items():
            users.setdefault(term, set()).add(candidate.family)
            rarity[term] = max(weight, rarity.get(term, 0.0))
    return {
        term: rarity[term]
        * math.pow(len(families), SPREAD)
        * (1 + sum(term in title for title in titles.values()))
        for term, families in users.items()
    }


def _gain(
    candidate: Candidate,
    weights: dict[str, float],
    covered: set[str],
    families: set[str],
    fresh: frozenset[str],
) -> float:
    # fsum: the same whatever the order of the terms.
    new = math.fsum(weights[term] for term in candidate.weights if term not in covered)
    brevity = BREVITY if families else BREVITY_OF_FIRST
    factor = candidate.merit * (NEW_ARTICLE if candidate.article.article_id in fresh else 1.0)
    if not families:
        # The first sentence must stand for the whole, so how it reads counts double.
        factor *= candidate.merit
    elif candidate.family not in families:
        factor *= NEW_FAMILY
    return new * factor / math.pow(len(candidate.sentence.text), brevity)


def _repeats(candidate: Candidate, chosen: Iterable[Chosen]) -> bool:
    for each in chosen:
        quoted = (each.candidate, *each.confirmed_by)
        if candidate in quoted or any(_would_bore(candidate, c) for c in quoted):
            return True
    return False


def _would_bore(candidate: Candidate, quoted: Candidate) -> bool:
    return shared(candidate.weights, quoted.weights) >= REPEAT or _says_the_same(candidate, quoted)


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    compare = same_fact if one.article.language == other.article.language else same_across_languages
    return compare(one.terms, other.terms)


def _confirmations(candidate: Candidate, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The best sentence of each other family that says the same as this one."""
    best: dict[str, tuple[float, Candidate]] = {}
    for other in candidates:
        if other.family == candidate.family or not _says_the_same(candidate, other):
            continue
        likeness = shared(candidate.weights, other.weights)
        if other.family not in best or likeness > best[other.family][0]:
            best[other.family] = (likeness, other)
    return tuple(other for _, other in best.values())
