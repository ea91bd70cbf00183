"""What is left of a record, or of a document, when something was taken down. Pure.

What is left depends on the record and on the takedowns, not on which came first: a story or a brief that is
there already is cut from its payload exactly as its record would have been. Therefore a story that lost a
member has no lead and no names (whose they were is not known), and a brief that lost a source nothing but
its place among the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from schemas.codec import from_dict
from schemas.records import (
    Brief,
    BriefStatus,
    EnrichedArticle,
    Provenance,
    Quality,
    Record,
    Story,
    StoryArticle,
)
from schemas.takedown import Takedown, Takedowns
from sinks.documents import ARTICLE, BRIEF, STORY, Document, document

KIND = "takedown"
HEADLINE = "Withheld"
BOTTOM_LINE = "Withheld: a source of this brief was taken down."


def left(record: Record, takedowns: Takedowns) -> Record | None:
    """The record as it may be shown; None for nothing."""
    match record:
        case EnrichedArticle():
            return None if takedowns.of(record) else record
        case Story():
            return _story(record, takedowns)
        case Brief():
            return _brief(record, takedowns)
    return record


def left_of(payload: Mapping[str, Any], takedowns: Takedowns) -> Document | Mapping[str, Any] | None:
    """The same of a document's payload: what takes its place, itself when it stays as it is, None."""
    shown = payload["record"]
    if payload["kind"] == ARTICLE:
        return None if takedowns.of(_Named(shown)) else payload
    if payload["kind"] == STORY:
        if not any(takedowns.of(_Named(each)) for each in shown["articles"]):
            return payload
        plain = {name: value for name, value in shown.items() if name not in ("title", "lead")}
        story = _story(from_dict(Story, plain), takedowns)
        return None if story is None else document(story)
    if payload["kind"] == BRIEF and any(
        takedowns.of(_Named(each)) for each in shown["provenance"]["sources"]
    ):
        return document(_struck(from_dict(Brief, shown)))
    return payload


class _Named:
    """What a plain record says it is about."""

    def __init__(self, shown: Mapping[str, Any]) -> None:
        self.article_id: str = shown["article_id"]
        self.publisher: str = shown["publisher"]
        self.url: str = shown["url"]
        self.standing: str = shown.get("standing", "")


def _story(story: Story, takedowns: Takedowns) -> Story | None:
    gone = [each for each in story.articles if takedowns.of(each)]
    if not gone:
        return story
    stay = tuple(replace(each, excerpt="") for each in story.articles if not takedowns.of(each))
    if not stay:
        return None
    return replace(
        story,
        articles=stay,
        names=(),
        article_count=max(len(stay), story.article_count - len(gone)),
        family_count=max(1, story.family_count - len(_families(gone) - _families(stay))),
        independent_count=max(
            0, story.independent_count - len(_families(_own(gone)) - _families(_own(stay)))
        ),
    )


def _brief(brief: Brief, takedowns: Takedowns) -> Brief:
    return _struck(brief) if any(map(takedowns.of, brief.provenance.sources)) else brief


def _struck(brief: Brief) -> Brief:
    """That it was there, when, and what it took the place of."""
    return replace(
        brief,
        status=BriefStatus.WITHHELD,
        headline=HEADLINE,
        bottom_line=BOTTOM_LINE,
        statements=(),
        indicators=(),
        contradictions=(),
        alternatives=(),
        translations=(),
        gaps=(),
        change="",
        quality=Quality(),
        provenance=Provenance(recipe=brief.provenance.recipe, cost_usd=brief.provenance.cost_usd),
    )


def _families(articles: Iterable[StoryArticle]) -> set[str]:
    return {each.family for each in articles}


def _own(articles: Iterable[StoryArticle]) -> list[StoryArticle]:
    return [each for each in articles if each.duplicate_of is None]


def kept(takedown: Takedown) -> dict[str, Any]:
    """The payload by which a view remembers a takedown."""
    names = ("article_id", "publisher", "url_prefix", "reason")
    return {"kind": KIND, "key": takedown.key, KIND: {name: getattr(takedown, name) for name in names}}


def remembered(payloads: Iterable[Mapping[str, Any]]) -> Takedowns:
    """Those that a view remembers."""
    return Takedowns(Takedown(**each[KIND]) for each in payloads)
