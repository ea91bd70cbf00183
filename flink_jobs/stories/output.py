"""The records the engine emits, made from its state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.lineage import Known, Member
from flink_jobs.stories.settings import HOUR_MS
from flink_jobs.stories.state import LiveStory
from schemas.limits import TITLE_CHARACTERS
from schemas.records import EnrichedArticle, Story, StoryArticle, UniqueArticle

MOST_STORY_NAMES = 20
_UNIQUE_FIELDS = tuple(field.name for field in fields(UniqueArticle))


def enriched(item: Embedded, known: Known, variant: bool, model: str, warmup: bool) -> EnrichedArticle:
    article = item.article
    return EnrichedArticle(
        **{name: getattr(article, name) for name in _UNIQUE_FIELDS},
        revision=known.revision,
        variant=variant,
        story_id=known.story_id,
        similarity=known.similarity,
        duplicate_of=known.duplicate_of,
        names=item.names,
        embedding=item.vector,
        embedding_model=model,
        warmup=warmup,
    )


def story_article(article: UniqueArticle, known: Known, excerpt_characters: int) -> StoryArticle:
    return StoryArticle(
        article_id=article.article_id,
        version=article.version,
        content_hash=article.content_hash,
        revision=known.revision,
        # Logs of earlier producers hold longer ones; all of it is in the text.
        title=article.title[:TITLE_CHARACTERS],
        excerpt=excerpt(article.text, excerpt_characters),
        url=article.url,
        publisher=article.publisher,
        family=article.family,
        reliability=article.reliability,
        language=article.language,
        published_at=article.published_at,
        logged_at=article.logged_at,
        duplicate_of=known.duplicate_of,
        raw_partition=article.raw_partition,
        raw_offset=article.raw_offset,
        standing=article.standing,
    )


def excerpt(text: str, most: int) -> str:
    """A prefix of the text that ends with a word if one ends in its last fifth."""
    if len(text) <= most:
        return text
    cut = max(text.rfind(" ", 0, most + 1), text.rfind("\n", 0, most + 1))
    return text[: cut if cut >= most * 4 // 5 else most]


def story(live: LiveStory, members: Iterable[Member], article_count: int, warmup: bool) -> Story:
    shown = sorted(
        (member.shown for member in members),
        key=lambda each: (each.logged_at, each.published_at, each.article_id),
    )
    hours = max(1.0, (live.updated_at - live.opened_at) / HOUR_MS)
    return Story(
        story_id=live.story_id,
        opened_at=live.opened_at,
        updated_at=live.updated_at,
        revision=live.revision,
        change=live.change,
        desk=desk_of(live),
        articles=tuple(shown),
        article_count=article_count,
        family_count=live.families.number,
        independent_count=live.families.independent,
        names=most_named(live.names),
        velocity=round(article_count / hours, 3),
        absorbed=tuple(live.absorbed),
        previous_story_id=live.previous_story_id,
        warmup=warmup,
    )


def desk_of(live: LiveStory) -> str:
    """The desk of most of its articles' feeds; of several the one seen first."""
    return max(live.desks, key=lambda desk: live.desks[desk], default="")


def most_named(names: dict[str, int]) -> tuple[str, ...]:
    """The names with the most mentions; of several the ones seen first."""
    return tuple(sorted(names, key=lambda name: -names[name])[:MOST_STORY_NAMES])
