"""What is asked of the index, and what of its answer is shown. Pure: no store, no HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sinks.documents import ARTICLE, BRIEF
from sinks.store import FOREVER, RRF_K, Condition, Hit, Hybrid, Not, OneOf, Within
from sinks.terms import query_terms

Payload = Mapping[str, Any]
SEARCHED = (BRIEF, ARTICLE)
WITHHELD = "WITHHELD"
GONE = ("MERGED", "CLOSED")
# Below this cosine, MiniLM's neighbours of a short query are strangers.
MEANING_FLOOR = 0.3
# Wire copies of one text crowd together: ask for more than is shown.
OVERFETCH = 5
LEAST_FETCHED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which documents count; times are epoch milliseconds.

    Without ``as_of`` and ``superseded``, the latest of everything. ``as_of``: what was the latest
    at that logged time. ``superseded``: all versions.
    """

    kinds: Sequence[str] = SEARCHED
    since: int | None = None
    until: int | None = None
    language: str | None = None
    desk: str | None = None
    story: str | None = None
    as_of: int | None = None
    superseded: bool = False
    withheld: bool = False


@dataclass(slots=True)
class Found:
    """A result, with the copies of it that were found too. ``score`` is in (0, 1]: 1 is first both
    by meaning and by words."""

    hit: Hit
    score: float
    copies: list[Hit] = field(default_factory=list)

    def add(self, hit: Hit) -> None:
        """Another copy; an original takes the place of a copy."""
        if _copied(self.hit) and not _copied(hit):
            self.hit, hit = hit, self.hit
        self.copies.append(hit)


def conditions(scope: Scope) -> list[Condition]:
    """The filter for a scope."""
    where: list[Condition] = [OneOf("kind", tuple(scope.kinds))]
    if scope.since is not None or scope.until is not None:
        where.append(Within("date", scope.since, scope.until))
    for name, value in (("language", scope.language), ("desk", scope.desk), ("story", scope.story)):
        if value is not None:
            where.append(OneOf(name, (value,)))
    if scope.as_of is not None:
        where += [Within("known_from", below=scope.as_of + 1), Within("known_to", at_least=scope.as_of + 1)]
    elif not scope.superseded:
        where.append(Within("known_to", at_least=FOREVER))
    if not scope.withheld:
        where.append(Not(OneOf("status", (WITHHELD,))))
    return where


def hybrid(text: str, vector: tuple[float, ...], scope: Scope, limit: int) -> Hybrid:
    """The query for ``limit`` results, with room for what will be collapsed."""
    return Hybrid(
        dense=vector,
        terms=query_terms(text),
        where=conditions(scope),
        limit=max(LEAST_FETCHED, limit * OVERFETCH),
        dense_floor=MEANING_FLOOR,
    )


def collapsed(hits: Iterable[Hit], limit: int, versions: bool = False) -> list[Found]:
    """Best first; copies of one text, and with ``versions`` false versions of one thing, as one: the
    original, when it is among them, with the best score. Equal ones are newest first."""
    hits = sorted(hits, key=lambda hit: (-hit.score, -hit.payload["date"], hit.id))
    articles = {hit.payload["key"]: hit.payload for hit in reversed(hits) if hit.payload["kind"] == ARTICLE}
    found: dict[tuple[str, str], Found] = {}
    for hit in hits:
        group = (hit.payload["kind"], hit.id if versions else _group(hit.payload, articles))
        if group in found:
            found[group].add(hit)
        else:
            found[group] = Found(hit, normalised(hit.score))
    return list(found.values())[:limit]


def normalised(score: float) -> float:
    """A fused score on a scale to 1."""
    return round(min(1.0, score * RRF_K / 2), 4)


def _group(payload: Payload, articles: Mapping[str, Payload]) -> str:
    if payload["kind"] != ARTICLE:
        return str(payload.get("pair") or payload["key"])
    key = str(payload["key"])
    seen = {key}
    # A copy may be known as the copy of a copy.
    while original := payload["record"]["duplicate_of"]:
        if original in seen or original not in articles:
            return str(original)
        if articles[original]["known_from"] > payload["known_from"]:
            # The original was revised since: it no longer says what its copies say.
            return f"copies of {original}"
        key, payload = original, articles[original]
        seen.add(key)
    return key


def _copied(hit: Hit) -> bool:
    return hit.payload["record"].get("duplicate_of") is not None
