"""Which checks flag which judged sentences, and how that compares with the judgements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.checks.claims import DOWNGRADING, DROPPING, Claim, claim_of
from agents.checks.setting import Setting
from benchmarks.checks.datasets import Judged
from language.reading.sentences import sentences
from language.reading.terms import common, terms_of
from schemas.records import Citation, Statement

SOURCE = ("source", 1, "")
# A writer points at a passage or two; here, at the sentences that share most with the claim.
PASSAGES = 3
_WORD = re.compile(r"[^\W_]+")
THRESHOLDS = tuple(step / 100 for step in range(5, 101))


@dataclass(frozen=True, slots=True)
class Score:
    """Of sentences flagged as unsupported."""

    flagged: int
    right: int
    unsupported: int

    @property
    def precision(self) -> float:
        return self.right / self.flagged if self.flagged else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.unsupported if self.unsupported else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def claims(judged: Sequence[Judged]) -> list[Claim]:
    """Each sentence as a fact that cites its text."""
    return [_claim(each) for each in judged]


def flags(read: Sequence[Claim]) -> dict[str, list[bool]]:
    """By check: which claims it gives a reason against."""
    return {
        name: [not claim.verbatim and check(claim) is not None for claim in read]
        for name, check in (DROPPING | DOWNGRADING).items()
    }


def any_of(found: dict[str, list[bool]], checks: Iterable[str]) -> list[bool]:
    """Flags of the sentences that one of the checks flags."""
    return [any(flags) for flags in zip(*(found[name] for name in checks), strict=True)]


def score(flagged: Sequence[bool], unsupported: Sequence[bool]) -> Score:
    right = sum(flag and label for flag, label in zip(flagged, unsupported, strict=True))
    return Score(sum(flagged), right, sum(unsupported))


def overlaps(judged: Sequence[Judged]) -> list[float]:
    """The baseline: the share of a sentence's words that its text has."""
    return [_overlap(each.text, each.source) for each in judged]


def best_threshold(shares: Sequence[float], unsupported: Sequence[bool]) -> float:
    """The one with the best F1 on this very set: more than the baseline could know."""
    return max(THRESHOLDS, key=lambda below: score([share < below for share in shares], unsupported).f1)


def lowest(shares: Sequence[float], count: int) -> list[bool]:
    """Flags for the sentences with the smallest overlap, as many as ``count``."""
    order = sorted(range(len(shares)), key=lambda place: (shares[place], place))
    chosen = set(order[:count])
    return [place in chosen for place in range(len(shares))]


def _overlap(text: str, source: str) -> float:
    said = _WORD.findall(text.casefold())
    known = set(_WORD.findall(source.casefold()))
    return sum(word in known for word in said) / len(said) if said else 1.0


def _claim(judged: Judged) -> Claim:
    source = "\n" + judged.source
    said = terms_of(judged.text, "en").weights
    pieces = sentences(source, "en")
    # fsum inside common: ties go to the earlier sentence.
    nearest = sorted(
        pieces, key=lambda piece: (-common(said, terms_of(piece.text, "en").weights), piece.start)
    )[:PASSAGES]
    citations = tuple(
        Citation(
            article_id=SOURCE[0],
            version=SOURCE[1],
            content_hash=SOURCE[2],
            quote=piece.text,
            start=piece.start,
            end=piece.end,
        )
        for piece in nearest
    )
    return claim_of(Statement(text=judged.text, citations=citations), {SOURCE: source}, Setting())
