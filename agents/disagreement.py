"""Figures on which independent families disagree, found only where it is safe to say so.

Two sentences of different families must say the same apart from figures; in both, one figure alone
has the unit in question; and the figures must exclude each other: "at least 50" does not contradict
"63", "up to 50" does.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

from agents.candidates import Candidate
from agents.checks.counted import Figure, opposed
from agents.checks.setting import source_key
from agents.sameness import agree_but_for_figures
from schemas.records import Citation, Contradiction

AT_MOST = 3


def disagreements(candidates: Sequence[Candidate]) -> tuple[Contradiction, ...]:
    """At most three, in the order of the log, one for each unit."""
    found: dict[str, Contradiction] = {}
    for one, other in itertools.combinations(candidates, 2):
        if one.family == other.family or one.article.language != other.article.language:
            continue
        if not (one.terms.figures and other.terms.figures and agree_but_for_figures(one.terms, other.terms)):
            continue
        for mine, theirs in opposed(one.sentence.text, other.sentence.text, one.article.language):
            found.setdefault(mine.unit, _contradiction(one, mine, other, theirs))
    return tuple(found.values())[:AT_MOST]


def _contradiction(one: Candidate, mine: Figure, other: Candidate, theirs: Figure) -> Contradiction:
    return Contradiction(
        text=f"Figures differ: {_said(one, mine)} against {_said(other, theirs)}.",
        citations=(cite(one), cite(other)),
    )


def _said(candidate: Candidate, figure: Figure) -> str:
    article = candidate.article
    when = datetime.fromtimestamp(article.published_at / 1000, UTC)
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
