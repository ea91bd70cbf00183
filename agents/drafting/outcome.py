"""From prose to what ships: the extractive floor with its prose replaced, or the floor and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agents.drafting.assemble import Checked
from agents.drafting.declarative import reports
from agents.extract import extract
from agents.work import Draft, Work
from schemas.records import Writer


@dataclass(frozen=True, slots=True)
class Prose:
    """What the steps made, and why it is less than was wanted."""

    checked: Checked
    headline: str = ""
    bottom_line: str = ""
    lacking: tuple[str, ...] = ()


def floor_of(work: Work) -> Draft:
    """The extractive draft without orders and questions: it may replace prose that obeyed one."""
    draft = extract(work)
    languages = {article.article_id: article.language for article in work.sources.originals}
    kept = tuple(
        each
        for each in draft.statements
        if reports(each.text, languages.get(each.citations[0].article_id, "en"))
    )
    opposed = tuple(
        each
        for each in draft.contradictions
        if all(reports(c.quote, languages.get(c.article_id, "en")) for c in each.citations)
    )
    language = work.sources.language
    headline = draft.headline if draft.headline and reports(draft.headline, language) else ""
    return replace(draft, statements=kept, contradictions=opposed, headline=headline)


def shipped(floor: Draft, prose: Prose) -> Draft:
    """The floor with its prose replaced, or the floor and why. What is computed stays as it is."""
    doubted = [each.dropped for each in prose.checked.doubted]
    lacking = [*prose.lacking]
    if doubted:
        lacking.append(f"{len(doubted)} of the model's statements did not pass the checks")
    if not prose.checked.statements:
        return replace(
            floor,
            refused=(*doubted, *floor.refused),
            degraded="written without a model: none of its statements passed the checks",
        )
    return replace(
        floor,
        writer=Writer.MODEL,
        headline=prose.headline or floor.headline,
        bottom_line=prose.bottom_line,
        statements=prose.checked.statements,
        refused=(*doubted, *floor.refused),
        degraded="; ".join(lacking),
    )
