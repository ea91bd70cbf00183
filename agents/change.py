"""What is new since the superseded briefs, computed from the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agents.checks.setting import source_key
from agents.sources import Sources
from language.reading import quotes
from language.reading.sameness import same_fact
from language.reading.terms import terms_of
from schemas.records import Assignment, Brief, Statement
from schemas.takedown import TAKEN_DOWN

FIRST = "First brief"
NOTHING = "Nothing new in substance since the last brief."


def change(
    statements: Sequence[Statement],
    sources: Sources,
    predecessors: Sequence[Brief],
    story_id: str = "",
    withdrawn: Iterable[str] = (),
) -> str:
    """A few sentences in plain English: counts, what is said for the first time, what no longer stands.

    Predecessors that are not of this story (``story_id``) are of stories that went into it; ``withdrawn`` is
    said first.
    """
    articles = len(sources.originals) + len(sources.copies)
    families = len(sources.families)
    if not predecessors:
        return " ".join([*withdrawn, f"{FIRST}: {_count(articles, 'article')}, {_families(families)}."])
    parts = [
        *withdrawn,
        *_merged(story_id, predecessors),
        *_growth(sources, predecessors),
        *_new_statements(new_statements(statements, sources, predecessors)),
        *_revised(sources, predecessors),
        *_fallen(fallen_statements(sources, predecessors)),
    ]
    return " ".join(parts) or NOTHING


def withdrawals(assignment: Assignment, predecessors: Sequence[Brief]) -> Iterator[str]:
    """What an assignment says was taken down, and what went with it; none of its words."""
    if not assignment.reason.startswith(TAKEN_DOWN):
        return
    reason = assignment.reason.removeprefix(TAKEN_DOWN)
    yield f"A source was taken down: {reason.rstrip('.')}."
    story = assignment.story
    if story.article_count > len(story.articles):
        # What is not shown any more cannot be told from what was taken down.
        return
    present = {article.article_id for article in story.articles}
    alone = [
        statement
        for brief in predecessors
        for statement in brief.statements
        if statement.citations and not any(c.article_id in present for c in statement.citations)
    ]
    if alone:
        gone = "is gone" if len(alone) == 1 else "are gone"
        yield f"{_count(len(alone), 'statement')} that rested on it alone {gone}."


def new_statements(
    statements: Sequence[Statement], sources: Sources, predecessors: Sequence[Brief]
) -> list[Statement]:
    """Statements that no predecessor makes, in its words or others."""
    languages = {article.article_id: article.language for article in sources.originals}
    before = [statement for brief in predecessors for statement in brief.statements]
    known = {quotes.fold(statement.text)[0] for statement in before}

    def language(statement: Statement) -> str:
        return languages.get(statement.citations[0].article_id, "en") if statement.citations else "en"

    def made(statement: Statement) -> bool:
        if quotes.fold(statement.text)[0] in known:
            return True
        terms = terms_of(statement.text, language(statement))
        return any(same_fact(terms, terms_of(old.text, language(old))) for old in before)

    return [statement for statement in statements if not made(statement)]


def fallen_statements(sources: Sources, predecessors: Sequence[Brief]) -> list[Statement]:
    """Statements of predecessors that a source took back: the article is there in another version, and
    the quote is in no present text that they cited."""
    texts = {article.article_id: article for article in sources.originals}
    fallen = []
    for brief in predecessors:
        for statement in brief.statements:
            cited = [(c, texts[c.article_id]) for c in statement.citations if c.article_id in texts]
            revised = [c for c, now in cited if (c.version, c.content_hash) != source_key(now)[1:]]
            stands = any(quotes.find(c.quote, now.excerpt) for c, now in cited)
            if revised and len(cited) == len(statement.citations) and not stands:
                fallen.append(statement)
    return fallen


def _merged(story_id: str, predecessors: Sequence[Brief]) -> Iterable[str]:
    for brief in predecessors:
        if story_id not in ("", brief.story_id):
            yield f"Story {brief.story_id} turned out to be this one."


def _growth(sources: Sources, predecessors: Sequence[Brief]) -> Iterable[str]:
    had = {source.article_id for brief in predecessors for source in brief.provenance.sources}
    now = [*sources.originals, *sources.copies]
    new = [article for article in now if article.article_id not in had]
    before = max(brief.quality.independent_families for brief in predecessors)
    families = len(sources.families)
    if new:
        names = list(dict.fromkeys(article.publisher for article in new if article.publisher))
        listed = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
        yield (
            f"{_count(len(new), 'more article')} ({listed})."
            if listed
            else f"{_count(len(new), 'more article')}."
        )
    if families != before:
        yield f"Independent families: {families}, before {before}."


def _new_statements(new: Sequence[Statement]) -> Iterable[str]:
    if new:
        yield f"{_count(len(new), 'new statement')}: {' / '.join(f'“{_short(s.text)}”' for s in new[:2])}"


def _revised(sources: Sources, predecessors: Sequence[Brief]) -> Iterable[str]:
    had = {
        (source.article_id, source.family): source.content_hash
        for brief in predecessors
        for source in brief.provenance.sources
    }
    for article in sources.originals:
        old = had.get((article.article_id, article.family))
        if old is not None and old != article.content_hash:
            yield f"{article.publisher or 'A source'} revised its text."


def _fallen(fallen: Sequence[Statement]) -> Iterable[str]:
    if fallen:
        texts = " / ".join(f"“{_short(statement.text)}”" for statement in fallen[:2])
        yield f"No longer in the source: {texts}"


def _short(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _families(number: int) -> str:
    return f"{number} independent " + ("family" if number == 1 else "families")
