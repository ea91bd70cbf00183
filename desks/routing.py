"""Which desks a story goes to: a pure function of the story, its feeds and the desk files.

Five kinds of evidence, each a share in 0..1, weighed and added: what the feeds' catalogue says,
the entries' categories, known entities among the story's names, keywords in title and lead, and
likeness to the desk's prototypes.
A word of a feed always finds a desk; without one, evidence must reach the threshold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from desks.loader import Desk
from schemas.records import Story, StoryArticle

AT_MOST = 2
WEIGHTS = {"feeds": 1.0, "categories": 0.8, "entities": 0.6, "keywords": 1.0, "prototypes": 0.6}
THRESHOLD = 0.5
# A second desk must be at least half as fit as the first, or every story would go to two.
SECOND = 0.5
# Keywords far down in a text say little about its subject.
LEAD_CHARACTERS = 300
NOTHING_ALIKE: Mapping[str, float] = MappingProxyType({})
# Named entities of a desk that make the share full.
FULL_ENTITIES = 2


@dataclass(frozen=True, slots=True)
class Routed:
    """A desk a story goes to, and why. The score is comparable between desks of one story only."""

    desk: Desk
    score: float
    reason: str


def route(
    story: Story,
    categories: Collection[str],
    feed_desks: Collection[str],
    desks: Sequence[Desk],
    likeness: Mapping[str, float] = NOTHING_ALIKE,
) -> tuple[Routed, ...]:
    """The story's desks, best first, at most two.

    `categories` are those of its entries; `feed_desks` the desks its feeds name, one per article
    (repeats count) or distinct. Names of desks that do not exist are ignored. ``likeness``, by desk, is
    the cosine to its nearest prototype.
    """
    candidates = sorted(
        (_judge(story, categories, feed_desks, desk, likeness.get(desk.name, 0.0)) for desk in desks),
        key=lambda routed: (-routed.score, routed.desk.name),
    )
    named = [routed for routed in candidates if routed.desk.name in feed_desks]
    fit = [
        routed
        for routed in candidates
        if routed.score >= THRESHOLD and (routed in named or _reads(routed.desk, story))
    ]
    chosen = fit or named[:1]
    return tuple(routed for routed in chosen[:AT_MOST] if routed.score >= SECOND * chosen[0].score)


def _judge(
    story: Story, categories: Collection[str], feed_desks: Collection[str], desk: Desk, likeness: float
) -> Routed:
    known = [name for name in feed_desks if name]
    wanted = {category.casefold() for category in desk.categories}
    filed = sorted({category.casefold() for category in categories} & wanted)
    names = {name.casefold() for name in story.names}
    entities = [entity for entity in desk.entities if entity.casefold() in names]
    articles = [article for article in story.articles if article.duplicate_of is None] or list(story.articles)
    words, mentioning = _keywords(desk, articles)
    shares = {
        "feeds": known.count(desk.name) / len(known) if known else 0.0,
        "categories": 1.0 if filed else 0.0,
        "entities": min(1.0, len(entities) / FULL_ENTITIES),
        "keywords": mentioning / len(articles) if articles else 0.0,
        "prototypes": 1.0 if likeness >= desk.prototypes_floor else 0.0,
    }
    score = round(sum(WEIGHTS[kind] * share for kind, share in shares.items()), 6)
    found = {
        "feeds": [f"{known.count(desk.name)} of {len(known)}"],
        "categories": filed,
        "entities": entities,
        "keywords": words,
        "prototypes": [f"{likeness:.2f} alike"],
    }
    reason = "; ".join(f"{kind}: {', '.join(found[kind][:3])}" for kind, share in shares.items() if share)
    return Routed(desk=desk, score=score, reason=reason or "nothing speaks for it")


def _keywords(desk: Desk, articles: Sequence[StoryArticle]) -> tuple[list[str], int]:
    """The desk's keywords found in title or lead, sorted, and how many articles have one."""
    words: set[str] = set()
    mentioning = 0
    for article in articles:
        found = _mentioned(desk.keywords, f"{article.title}\n{article.excerpt[:LEAD_CHARACTERS]}")
        words |= found
        mentioning += bool(found)
    return sorted(words), mentioning


# A story is routed whenever it moves; most of its articles were there before.
@lru_cache(maxsize=16_384)
def _mentioned(keywords: tuple[str, ...], text: str) -> frozenset[str]:
    pattern = _pattern(keywords)
    return frozenset(match.group() for match in pattern.finditer(text.casefold())) if pattern else frozenset()


@lru_cache(maxsize=64)
def _pattern(keywords: tuple[str, ...]) -> re.Pattern[str] | None:
    if not keywords:
        return None
    longest_first = sorted((keyword.casefold() for keyword in keywords), key=lambda word: (-len(word), word))
    alternatives = "|".join(
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in longest_first
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _reads(desk: Desk, story: Story) -> bool:
    if not desk.languages:
        return True
    return any(article.language in desk.languages for article in story.articles)
