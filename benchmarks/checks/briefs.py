"""Correct statements to be spoilt: the extractive writer's own on the sample newswire, and paraphrases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml

from agents.checks.setting import Setting, SourceKey
from agents.extract import extract
from agents.sources import family, sources_of
from agents.work import Work
from desks import load_desks
from newswire.labels import Labelled, load_labels
from schemas.identity import content_hash
from schemas.records import Assignment, Citation, Statement, Story, StoryArticle

PARAPHRASES = Path(__file__).with_name("briefs.yaml")
HOUR_MS = 3_600_000
# Monday, 2 March 2026, 00:00 UTC; the sample's first day is a Monday.
MONDAY = 1_772_409_600_000


@dataclass(frozen=True, slots=True)
class Correct:
    """A statement that its sources support, with all that the gate needs to know."""

    statement: Statement
    texts: dict[SourceKey, str]
    setting: Setting
    # Of the statement's text.
    language: str
    verbatim: bool


def extracted() -> list[Correct]:
    """Every statement of the extractive briefs of the sample's stories, in four languages."""
    desk = load_desks()[0]
    found: list[Correct] = []
    for name, articles in sorted(_stories().items()):
        story = _story(name, articles)
        sources = sources_of(story)
        # One language at a time, so that no statement is left out for the desk's sake.
        for language in sorted({article.language for article in sources.originals}):
            own = tuple(article for article in articles if article.language == language)
            assignment = Assignment(
                story_id=name, assigned_at=_cutoff(articles), story=_story(name, own), desk=desk.name
            )
            work = Work(assignment, desk, sources_of(assignment.story))
            setting = Setting(language, _cutoff(articles), work.sources.origins)
            found += [
                Correct(statement, work.sources.texts, setting, language, True)
                for statement in extract(work).statements
            ]
    return found


def paraphrased() -> list[Correct]:
    """The statements of briefs.yaml. Raises ValueError for one whose quote does not stand."""
    stories = _stories()
    found = []
    for row in yaml.safe_load(PARAPHRASES.read_text(encoding="utf-8")):
        articles = [a for a in stories[row["story"]] if a.article_id.endswith(f"|{row['feed']}")]
        quoted: list[str] = row["quotes"] if "quotes" in row else [row["quote"]]
        holding = [article for article in articles if all(quote in article.excerpt for quote in quoted)]
        if not holding:
            raise ValueError(f"{row['story']}, {row['feed']}: no article has {quoted}")
        article = holding[0]
        sources = sources_of(_story(row["story"], stories[row["story"]]))
        setting = Setting(row["language"], _cutoff(stories[row["story"]]), sources.origins)
        texts = sources.texts
        statement = Statement(
            text=row["text"], citations=tuple(_citation(article, quote) for quote in quoted)
        )
        found.append(Correct(statement, texts, setting, row["language"], False))
    return found


def _citation(article: StoryArticle, quote: str) -> Citation:
    start = article.excerpt.index(quote)
    return Citation(
        article_id=article.article_id,
        version=article.version,
        content_hash=article.content_hash,
        quote=quote,
        start=start,
        end=start + len(quote),
    )


def _stories() -> dict[str, tuple[StoryArticle, ...]]:
    """First wordings by story, in the order of the time line."""
    found: defaultdict[str, list[StoryArticle]] = defaultdict(list)
    for unit in load_labels().articles():
        if unit.version == 1 and not unit.duplicate:
            found[unit.story].append(_article(unit))
    return {name: tuple(articles) for name, articles in found.items()}


def _article(unit: Labelled) -> StoryArticle:
    at = MONDAY + unit.at
    outlet = unit.feed.outlet
    return StoryArticle(
        article_id=f"{unit.article_id}|{unit.feed.name}",
        version=unit.version,
        content_hash=content_hash(unit.text),
        title=unit.title,
        excerpt=unit.text,
        publisher=outlet.publisher,
        family=outlet.family,
        language=unit.language,
        published_at=at,
        logged_at=at,
    )


def _cutoff(articles: tuple[StoryArticle, ...]) -> int:
    return max(article.logged_at for article in articles) + HOUR_MS


def _story(name: str, articles: tuple[StoryArticle, ...]) -> Story:
    owners = {family(article) for article in articles}
    return Story(
        story_id=name,
        opened_at=min(article.logged_at for article in articles),
        updated_at=max(article.logged_at for article in articles),
        articles=articles,
        article_count=len(articles),
        family_count=len(owners),
        independent_count=len(owners),
    )
