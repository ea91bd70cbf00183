"""What a brief rests on: source grades and gaps, computed.

Grades are the Admiralty code's two axes, kept apart: reliability is the source's record, from the
catalogue; credibility is computed from who else says the same in this brief.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.sources import Sources, family
from schemas.records import Contradiction, SourceGrade, Statement, Story

CONFIRMED, PROBABLE, POSSIBLE, DOUBTFUL, UNJUDGED = 1, 2, 3, 4, 6


def grades(
    statements: Sequence[Statement], contradictions: Sequence[Contradiction], sources: Sources
) -> tuple[SourceGrade, ...]:
    """One for each publisher of an original text, in order of appearance.

    Credibility: 1 when two other families say the same as one of its quoted statements, 2 when one
    does, 4 when its figures are contradicted, 3 when other families report without saying the same,
    6 when there are none.
    """
    families = {article.article_id: family(article) for article in sources.originals}
    opposed = {families.get(c.article_id) for each in contradictions for c in each.citations}
    others: dict[str, int] = {}
    for statement in statements:
        agreeing = {families[c.article_id] for c in statement.citations if c.article_id in families}
        for each in agreeing:
            others[each] = max(others.get(each, 0), len(agreeing) - 1)
    graded: dict[str, SourceGrade] = {}
    for article in sources.originals:
        publisher = article.publisher or family(article)
        credibility = _credibility(family(article), others, opposed, len(sources.families))
        grade = SourceGrade(publisher=publisher, reliability=article.reliability, credibility=credibility)
        graded.setdefault(publisher, grade)
    return tuple(graded.values())


def _credibility(owner: str, others: dict[str, int], opposed: set[str | None], families: int) -> int:
    if others.get(owner, 0) >= 2:
        return CONFIRMED
    if owner in opposed:
        return DOUBTFUL
    if others.get(owner, 0) == 1:
        return PROBABLE
    return POSSIBLE if families > 1 else UNJUDGED


def gaps(
    story: Story, statements: Sequence[Statement], sources: Sources, degraded: str = ""
) -> tuple[str, ...]:
    """What a reader should know is missing, most weighty first."""
    found: list[str] = [f"Degraded: {degraded}."] if degraded else []
    families = sources.families
    if len(families) == 1:
        publisher = sources.originals[0].publisher or families[0]
        copies = f"; {len(sources.copies)} more carry a copy of the text" if sources.copies else ""
        found.append(f"Single source: {publisher}{copies}. No independent confirmation.")
    elif statements:
        alone = [n for n, each in enumerate(statements, 1) if _owners(each, sources) < 2]
        if len(alone) == len(statements):
            found.append("No statement is confirmed by a second independent family in the same terms.")
        elif alone:
            listed = f"statement{'s' * (len(alone) > 1)} {', '.join(map(str, alone))}"
            found.append(f"Not confirmed by a second independent family: {listed}.")
    foreign = sorted({article.language for article in sources.originals} - {sources.language})
    if foreign:
        found.append(f"Sources in {', '.join(foreign)} are quoted in the original, if at all.")
    if sources.refused:
        found.append(
            f"{len(sources.refused)} of the sources not used: the text gives orders to its reader's machine."
        )
    shown = len(sources.originals) + len(sources.copies) + len(sources.refused)
    if story.article_count > shown:
        found.append(f"{story.article_count - shown} more articles of the story are not drawn on.")
    return tuple(found)


def _owners(statement: Statement, sources: Sources) -> int:
    families = {article.article_id: family(article) for article in sources.originals}
    return len({families.get(citation.article_id) for citation in statement.citations})
