"""Chooses the sentences that together say most of what a story's independent sources agree on.

Greedy maximisation of covered term weight, a monotone submodular objective (Lin and Bilmes, "A Class
of Submodular Functions for Document Summarization", 2011): a term weighs its rarity times how many
families use it, and counts once. Deterministic; ties go to the earlier record of the log.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.candidates import Candidate
from agents.terms import Terms, shared

AT_MOST = 6
AT_LEAST = 3
# After AT_LEAST, a sentence that adds less than this share of the first one's gain is left out.
WORTH = 0.22
# Characters of prose after which a brief is no longer brief.
ENOUGH = 1100
# Share of the lighter sentence, and of the heavier one, that two have in common when they say the same;
# and how many terms that needs to mean anything. Both ways, or a short clause would confirm a long report.
SAME = 0.6
SAME_OF_HEAVIER = 0.35
SAME_TERMS = 4
# Overlap from which a second sentence would bore.
REPEAT = 0.5
# How much length counts against a sentence: 0 not at all, 1 in full.
BREVITY = 0.4
# How much a term gains by the families that use it.
SPREAD = 1.5
# A family that is not quoted yet, and an article that the last brief had not seen, go first.
NEW_FAMILY = 1.3
NEW_ARTICLE = 1.25


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence to be quoted, and one of each other family that says the same."""

    candidate: Candidate
    confirmed_by: tuple[Candidate, ...]


def choose(
    candidates: Sequence[Candidate], titles: Sequence[Terms], fresh: frozenset[str] = frozenset()
) -> list[Chosen]:
    """Three to six sentences, fewer if no more are worth quoting; the first is the story's centre.

    ``titles`` are the headlines of the independent sources; ``fresh`` holds the ids of articles whose
    text is new since the last brief.
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
        covered |= candidate.terms.weights.keys()
    return chosen


def same_fact(one: Terms, other: Terms) -> bool:
    """Whether two sentences of one language report the same: most of the shorter one's words are in the
    longer, no figure stands against another, and they do not deny each other."""
    return agree_but_for_numbers(one, other) and (
        one.numbers <= other.numbers or other.numbers <= one.numbers
    )


def agree_but_for_numbers(one: Terms, other: Terms) -> bool:
    """The same, whatever the figures."""
    mine, theirs = _words(one), _words(other)
    heavier = max(mine.weight, theirs.weight)
    common = shared(mine, theirs)
    return (
        one.negated == other.negated
        and len(mine.weights.keys() & theirs.weights.keys()) >= SAME_TERMS
        and common >= SAME
        and common * min(mine.weight, theirs.weight) >= SAME_OF_HEAVIER * heavier
    )


def _words(terms: Terms) -> Terms:
    if not terms.numbers:
        return terms
    kept = {term: weight for term, weight in terms.weights.items() if term not in terms.numbers}
    return Terms(kept, frozenset(), terms.negated)


def _weights(candidates: Iterable[Candidate], titles: Sequence[Terms]) -> dict[str, float]:
    """Of each term: its rarity, times how widely the families use it, more if headlines do."""
    users: dict[str, set[str]] = {}
    rarity: dict[str, float] = {}
    for candidate in candidates:
        for term, weight in candidate.terms.weights.items():
            users.setdefault(term, set()).add(candidate.family)
            rarity[term] = max(weight, rarity.get(term, 0.0))
    return {
        term: rarity[term]
        * math.pow(len(families), SPREAD)
        * (1 + sum(term in title.weights for title in titles))
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
    new = math.fsum(weights[term] for term in candidate.terms.weights if term not in covered)
    factor = candidate.merit * (NEW_ARTICLE if candidate.article.article_id in fresh else 1.0)
    if not families:
        # The first sentence must stand for the whole, so how it reads counts double.
        factor *= candidate.merit
    elif candidate.family not in families:
        factor *= NEW_FAMILY
    return new * factor / math.pow(len(candidate.sentence.text), BREVITY)


def _repeats(candidate: Candidate, chosen: Iterable[Chosen]) -> bool:
    for each in chosen:
        quoted = (each.candidate, *each.confirmed_by)
        if candidate in quoted or any(shared(candidate.terms, c.terms) >= REPEAT for c in quoted):
            return True
    return False


def _confirmations(candidate: Candidate, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The best sentence of each other family that says the same as this one."""
    best: dict[str, tuple[float, Candidate]] = {}
    for other in candidates:
        if other.family == candidate.family or not same_fact(candidate.terms, other.terms):
            continue
        likeness = shared(candidate.terms, other.terms)
        if likeness > best.get(other.family, (0.0, other))[0]:
            best[other.family] = (likeness, other)
    return tuple(other for _, other in best.values())
