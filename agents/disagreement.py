"""Figures on which independent families disagree, found only where it is safe to say so.

Two sentences of different families must say the same apart from figures; in both, one figure alone
has the unit in question; and the figures must exclude each other: "at least 50" does not contradict
"63", "up to 50" does.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from agents.candidates import Candidate
from agents.checks.setting import source_key
from language.figures.counted import Figure, by_unit, excludes
from language.moment import moment
from language.reading.sameness import agree_but_for_figures
from schemas.limits import CLAIMS_COMPARED
from schemas.records import Citation, Contradiction

AT_MOST = 3


@dataclass(frozen=True, slots=True)
class _Claim:
    """A figure of one sentence; ``place`` is the sentence's among all."""

    place: int
    candidate: Candidate
    figure: Figure

    @property
    def alike(self) -> object:
        """Equal for claims that stand or fall together against any other."""
        terms = self.candidate.terms
        return self.candidate.family, self.figure.low, self.figure.high, terms.negated, frozenset(terms.words)


def disagreements(candidates: Sequence[Candidate]) -> tuple[Contradiction, ...]:
    """At most three, in the order of the log, one for each unit.

    Each sentence's figures are read once. Of one unit at most CLAIMS_COMPARED different claims are held
    against each other, the first ones.
    """
    found = []
    for claims in _by_unit(candidates).values():
        pair = next((pair for pair in itertools.combinations(claims, 2) if _disagree(*pair)), None)
        if pair is not None:
            found.append(pair)
    found.sort(key=lambda pair: (pair[0].place, pair[1].place))
    return tuple(itertools.starmap(_contradiction, found[:AT_MOST]))


def _by_unit(candidates: Sequence[Candidate]) -> dict[tuple[str, str], list[_Claim]]:
    """Of each language and unit the claims that may differ, in the order of the log."""
    claims: dict[tuple[str, str], dict[object, _Claim]] = {}
    for place, candidate in enumerate(candidates):
        if not candidate.terms.figures:
            continue
        language = candidate.article.language
        for unit, figure in by_unit(candidate.sentence.text, language).items():
            claim = _Claim(place, candidate, figure)
            of_unit = claims.setdefault((language, unit), {})
            if len(of_unit) < CLAIMS_COMPARED:
                of_unit.setdefault(claim.alike, claim)
    return {key: list(of_unit.values()) for key, of_unit in claims.items()}


def _disagree(one: _Claim, other: _Claim) -> bool:
    return (
        one.candidate.family != other.candidate.family
        and excludes(one.figure, other.figure)
        and agree_but_for_figures(one.candidate.terms, other.candidate.terms)
    )


def _contradiction(one: _Claim, other: _Claim) -> Contradiction:
    mine, theirs = _said(one.candidate, one.figure), _said(other.candidate, other.figure)
    return Contradiction(
        text=f"Figures differ: {mine} against {theirs}.",
        citations=(cite(one.candidate), cite(other.candidate)),
    )


def _said(candidate: Candidate, figure: Figure) -> str:
    article = candidate.article
    when = moment(article.published_at)
    return f"“{figure.phrase}” ({article.publisher or candidate.family}, {when:%d %b %H:%M} UTC)"


def cite(candidate: Candidate) -> Citation:
    """The citation of a quoted sentence."""
    article_id, version, content_hash = source_key(candidate.article)
    sentence = candidate.sentence
    return Citation(
        article_id=article_id,
        version=version,
        content_hash=content_hash,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
    )
