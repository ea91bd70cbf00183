"""Which sentences of a story's sources are about the story: those that the rest of it leads to.

A feed's text holds more than reports: adverts, notices, and whatever somebody wants said. Such sentences
share no telling words with what other owners report, nor with the rest of their own text. A sentence
belongs if others of the same language support it, or those of its own text that belong already; so a block
of sentences that support each other alone does not come in. Deterministic, by words alone.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from agents.checks.setting import SourceKey, source_key
from agents.declarative import reports
from agents.sources import Sources, family
from agents.telling import TOLD, tells
from language.reading.sentences import Sentence, sentences
from language.reading.terms import terms_of
from schemas.records import StoryArticle

# A term from this weight on tells something: a word in ten thousand.
TELLING = 0.25
# Two telling terms and this share of a sentence's weight lead to it, or one and the larger share.
SHARE, SHARE_BY_ONE = 0.15, 0.3
MANY = 2


@dataclass(frozen=True, slots=True)
class Relevance:
    """The spans of each source that the rest of the story leads to. Of ``unjudged`` texts no two sentences
    share anything, and no other text could: only the first of them is among the spans."""

    spans: Mapping[SourceKey, tuple[tuple[int, int], ...]]
    unjudged: frozenset[SourceKey]

    def holds(self, article: StoryArticle, sentence: Sentence) -> bool:
        """Whether a sentence is about the story, or at least tells news."""
        within = self.spans.get(source_key(article), ())
        led_to = any(start < sentence.end and sentence.start < end for start, end in within)
        return led_to or tells(sentence.text, article.language)

    def shows(self, article: StoryArticle, sentence: Sentence) -> bool:
        """Whether a sentence may be shown to a model, and stand for what one has written: a report that is
        about the story."""
        return reports(sentence.text, article.language) and self.holds(article, sentence)

    def may_hold(self, article: StoryArticle, sentence: Sentence) -> bool:
        """The same, in doubt for the sentence: where there was nothing to compare it with."""
        if source_key(article) in self.unjudged or article.language not in TOLD:
            return True
        return self.holds(article, sentence)


@dataclass(frozen=True, slots=True)
class _Text:
    article: StoryArticle
    whole: tuple[Sentence, ...]
    weights: tuple[dict[str, float], ...]
    terms: frozenset[str]


@lru_cache(maxsize=64)
def relevance(sources: Sources) -> Relevance:
    """Of the sources that may be quoted. Kept for a while: a brief with a model asks for it several times."""
    texts = [_read(article) for article in sources.originals]
    spans: dict[SourceKey, tuple[tuple[int, int], ...]] = {}
    unjudged = set()
    for text in texts:
        key = source_key(text.article)
        others, comparable = _others(text, texts)
        found = _grown(
            text, others, {n for n, weights in enumerate(text.weights) if _led_to(weights, others)}
        )
        if not found and text.whole:
            centre, degree = _centre(text)
            if degree > 0 or not comparable:
                found = _grown(text, others, {centre})
            if degree == 0 and not comparable:
                unjudged.add(key)
        spans[key] = tuple((text.whole[n].start, text.whole[n].end) for n in sorted(found))
    return Relevance(spans, frozenset(unjudged))


def _read(article: StoryArticle) -> _Text:
    whole = sentences(article.excerpt, article.language)
    weights = tuple(terms_of(each.text, article.language).weights for each in whole)
    return _Text(article, whole, weights, frozenset().union(*weights))


def _others(text: _Text, texts: Iterable[_Text]) -> tuple[set[str], bool]:
    """What other owners' texts hold, and whether they are of the same language. Those of other languages
    share names and figures; they are asked only where there is none of its own."""
    own = family(text.article)
    others = [each for each in texts if family(each.article) != own]
    same = [each for each in others if each.article.language == text.article.language]
    return set[str]().union(*(each.terms for each in same or others)), bool(same)


def _grown(text: _Text, others: Collection[str], belong: set[int]) -> set[int]:
    """With the sentences of the text that those which belong lead to, and so on."""
    while belong:
        known = set(others).union(*(text.weights[n] for n in belong))
        more = {n for n, weights in enumerate(text.weights) if n not in belong and _led_to(weights, known)}
        if not more:
            break
        belong = belong | more
    return belong


def _led_to(weights: Mapping[str, float], known: Collection[str]) -> bool:
    shared = {term: weight for term, weight in weights.items() if term in known}
    telling = sum(weight >= TELLING for weight in shared.values())
    whole = math.fsum(weights.values())
    carried = math.fsum(shared.values()) / whole if whole else 0.0
    return (telling >= MANY and carried >= SHARE) or (telling >= 1 and carried >= SHARE_BY_ONE)


def _centre(text: _Text) -> tuple[int, float]:
    """The place of the sentence that shares most with the others of its text, and how much that is. One that
    tells news, for others may only repeat themselves; the headline where no such sentence shares anything."""
    language = text.article.language
    degrees = [
        math.fsum(
            weight
            for term, weight in one.items()
            for other in text.weights
            if other is not one and term in other
        )
        for one in text.weights
    ]
    news = [n for n, each in enumerate(text.whole) if tells(each.text, language)]
    best = max((n for n in news if degrees[n]), key=lambda n: (degrees[n], -n), default=0)
    return best, degrees[best]
