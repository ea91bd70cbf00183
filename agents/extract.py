"""The writer without a model: a brief made of its sources' own sentences, each quoted at its offsets.

Deterministic: the draft is a function of the work alone. It is also the floor that ships when a
model's prose does not stand.
"""

from __future__ import annotations

import math

from agents.apart import Here, Runs
from agents.candidates import Candidate, Refused, candidates
from agents.checks.prose import objection
from agents.disagreement import cite, disagreements
from agents.relevance import Relevance, relevance
from agents.selection import Chosen, choose
from agents.sources import Sources, family
from agents.work import Draft, Work
from language.reading.sentences import sentences
from language.reading.terms import shared, terms_of
from schemas.records import DroppedStatement, Statement, StatementKind, StoryArticle, Writer

# To be raised when a change makes other briefs from the same assignments.
RECIPE = "extractive-6"


class ExtractiveWriter:
    """Quotes instead of writing."""

    recipe = RECIPE

    def __init__(self, runs: Runs | None = None) -> None:
        self._runs = runs or Here()

    async def write(self, work: Work) -> Draft:
        """See extract. Raises TookTooLong."""
        return await self._runs.run(extract, work)


def extract(work: Work, strictly: bool = False) -> Draft:
    """Three to six statements that say most of what the independent sources agree on, the first being
    the story's centre, each with one citation of every family that says the same.

    ``strictly``: nothing but reports about the story, for what replaces prose that may have obeyed a source.
    """
    languages = _languages(work)
    found, refused = candidates(work.sources, languages, strictly)
    chosen = choose(found, _titles(work.sources), _fresh(work))
    return Draft(
        writer=Writer.EXTRACTIVE,
        headline=_headline(work.sources, languages, strictly),
        statements=tuple(_statement(each) for each in chosen),
        contradictions=disagreements(found),
        refused=tuple(_set_aside(each) for each in refused),
    )


def _titles(sources: Sources) -> dict[str, frozenset[str]]:
    titles: dict[str, frozenset[str]] = {}
    for article in sources.originals:
        terms = terms_of(article.title, article.language).weights.keys()
        titles[family(article)] = titles.get(family(article), frozenset()) | terms
    return titles


def _languages(work: Work) -> tuple[str, ...]:
    """Those the desk reads, if any source is written in one; otherwise the story's own."""
    spoken = {article.language for article in work.sources.originals}
    readable = tuple(language for language in work.desk.languages if language in spoken)
    return readable or (work.sources.language,)


def _fresh(work: Work) -> frozenset[str]:
    """Articles whose present text no predecessor had."""
    if not work.predecessors:
        return frozenset()
    known = {source.content_hash for brief in work.predecessors for source in brief.provenance.sources}
    return frozenset(a.article_id for a in work.sources.originals if a.content_hash not in known)


def _headline(sources: Sources, languages: tuple[str, ...], strictly: bool) -> str:
    """The headline that shares most with those of the other families; the founding one among equals."""
    usable = [article for article in sources.originals if article.title and objection(article.title) is None]
    if strictly:
        usable = [each for each in usable if _stands(each, relevance(sources))]
    readable = [article for article in usable if article.language in languages] or usable
    titles = [(family(article), terms_of(article.title, article.language).weights) for article in readable]

    def central(n: int) -> float:
        owner, mine = titles[n]
        return math.fsum(shared(mine, theirs) for other, theirs in titles if other != owner)

    best = max(range(len(readable)), key=lambda n: (round(central(n), 6), -n), default=None)
    return "" if best is None else readable[best].title


def _stands(article: StoryArticle, about: Relevance) -> bool:
    """Whether a title is a report about the story from its first word to its last."""
    return all(about.shows(article, each) for each in sentences(article.title, article.language))


def _statement(chosen: Chosen) -> Statement:
    quoted: tuple[Candidate, ...] = (chosen.candidate, *chosen.confirmed_by)
    return Statement(
        kind=StatementKind.FACT,
        text=chosen.candidate.sentence.text,
        citations=tuple(cite(candidate) for candidate in quoted),
    )


def _set_aside(refused: Refused) -> DroppedStatement:
    """Named by its place only: its words are why it is set aside."""
    sentence = refused.sentence
    place = f"{refused.article.article_id}[{sentence.start}:{sentence.end}]"
    return DroppedStatement(text=place, reason=refused.reason.value)
