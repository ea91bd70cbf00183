"""Another independent source gives another figure for what a statement says: told, and never averaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from agents.checks.claims import Claim
from agents.checks.setting import Origin, Setting, SourceKey, source_key
from language.figures.counted import Figure, opposed
from language.moment import moment
from language.reading.evidence import KEPT
from language.reading.sameness import agree_but_for_figures
from language.reading.sentences import Sentence, sentences
from language.reading.terms import Terms, terms_of
from schemas.records import Citation, Contradiction

AT_MOST = 3


def contradicted(claim: Claim, texts: Mapping[SourceKey, str], setting: Setting) -> Contradiction | None:
    """The first sentence of another family that says the same with a figure that excludes the statement's.

    Compared with the quotes that the statement cites, not with its own words, so that both sides of the
    contradiction are citations.
    """
    families = {each.family for each in claim.cited}
    for citation in claim.statement.citations:
        source = source_key(citation)
        origin = setting.origin(source)
        said = terms_of(citation.quote, origin.language)
        if not said.figures:
            continue
        for other, sentence in _others(said, origin.language, texts, setting, families):
            for mine, theirs in opposed(citation.quote, sentence.text, origin.language):
                if mine.phrase.split()[0].casefold() in claim.text.casefold():
                    return _told(citation, origin, mine, other, setting.origin(other), sentence, theirs)
    return None


def joined(one: Iterable[Contradiction], more: Iterable[Contradiction]) -> tuple[Contradiction, ...]:
    """Both, each pair of places once."""
    found: dict[frozenset[tuple[str, int]], Contradiction] = {}
    for each in (*one, *more):
        places = frozenset((c.article_id, c.start) for c in each.citations)
        found.setdefault(places, each)
    return tuple(found.values())


def _others(
    said: Terms, language: str, texts: Mapping[SourceKey, str], setting: Setting, families: set[str]
) -> Iterator[tuple[SourceKey, Sentence]]:
    for source, text in texts.items():
        origin = setting.origin(source)
        if origin.language != language or (origin.family or source[0]) in families:
            continue
        for sentence, terms in _read(text, language):
            if terms.figures and agree_but_for_figures(said, terms):
                yield source, sentence


@lru_cache(maxsize=KEPT)
def _read(text: str, language: str) -> tuple[tuple[Sentence, Terms], ...]:
    body = text.find("\n") + 1
    return tuple((each, terms_of(each.text, language)) for each in sentences(text, language, body))


def _told(
    citation: Citation,
    origin: Origin,
    mine: Figure,
    other: SourceKey,
    their_origin: Origin,
    sentence: Sentence,
    theirs: Figure,
) -> Contradiction:
    theirs_cited = Citation(
        article_id=other[0],
        version=other[1],
        content_hash=other[2],
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
    )
    said = f"{figure_said(mine, origin)} against {figure_said(theirs, their_origin)}"
    return Contradiction(text=f"Figures differ: {said}.", citations=(citation, theirs_cited))


def figure_said(figure: Figure, origin: Origin) -> str:
    """A figure in its source's words, with outlet and time."""
    when = moment(origin.published_at)
    return f"“{figure.phrase}” ({origin.publisher or origin.family}, {when:%d %b %H:%M} UTC)"
