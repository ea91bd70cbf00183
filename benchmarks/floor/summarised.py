"""Stories that a person summarised: their articles as a writer without a model is given them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agents.sources import sources_of
from agents.work import Work
from benchmarks.stories.datasets import allsides_summarised, trained_on
from desks import Desk
from flink_jobs.stories import output
from flink_jobs.stories.lineage import Known
from flink_jobs.stories.settings import StoriesSettings
from language.reading.sentences import sentences
from schemas.records import Assignment, Story, UniqueArticle

DESK = Desk(name="reader", title="Reader", mandate="All.", audience="All.", languages=("en",), file_hash="")


@dataclass(frozen=True, slots=True)
class Summarised:
    """A story, the person's summary, and whether it may be tuned on."""

    work: Work
    summary: str
    tuned_on: bool


def summarised() -> Iterator[Summarised]:
    """Stories of two articles or more. Raises DataMissing."""
    for story, summary, articles in allsides_summarised():
        if len(articles) > 1 and summary:
            yield Summarised(_work(story, articles), summary, trained_on(story))


def lead(work: Work, count: int) -> str:
    """The first sentences of the story's first article."""
    first = work.story.articles[0]
    body = first.excerpt.find("\n") + 1
    found = sentences(first.excerpt, first.language, body) if body else []
    return " ".join(each.text for each in found[:count]) or first.title


def _work(story_id: str, articles: list[UniqueArticle]) -> Work:
    limit = StoriesSettings().excerpt_characters
    shown = []
    for article in articles:
        known = Known(story_id=story_id, content_hash=article.content_hash, family=article.family)
        shown.append(output.story_article(article, known, limit))
    at = articles[-1].logged_at
    story = Story(story_id=story_id, opened_at=articles[0].logged_at, updated_at=at, articles=tuple(shown))
    assignment = Assignment(story_id=story_id, assigned_at=at, story=story, desk=DESK.name)
    return Work(assignment, DESK, sources_of(story))
