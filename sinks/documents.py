"""Records of the log to documents of the index. Pure: what a document is depends on its record only.

Every document carries
    kind          article, story, brief, or feedback on a brief
    key           the id that all versions of one thing share: article_id, story_id, brief_id
    sequence      its place among those versions, as a list to compare
    known_from    logged time from which it was known; known_to, when it ceased to be the latest
    closes        keys whose documents it ends (a brief's ``supersedes``)
    date          the time people sort by: published_at, updated_at, information_cutoff
    record        what is shown
All times are epoch milliseconds, UTC. An article's full text is not kept: an excerpt is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from language.embeddings import embedded_part
from schemas.codec import to_dict
from schemas.identity import brief_hash, point_id
from schemas.records import Brief, EnrichedArticle, Feedback, Record, Story, StoryArticle
from sinks.store import FOREVER, Shape

ARTICLE = "article"
STORY = "story"
BRIEF = "brief"
FEEDBACK = "feedback"
EXCERPT = 280
"""Code points of an article's body that are kept and may be shown: a short quotation."""
STORY_TERMS = 40

KEYWORDS = ("kind", "key", "closes", "about", "language", "desk", "story", "pair", "status", "flags")
INTEGERS = ("known_from", "known_to", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A point to be: ``words`` become terms, ``meaning`` a vector unless ``dense`` is there already."""

    id: str
    payload: Mapping[str, Any]
    words: str
    meaning: str
    dense: bytes = b""
    dense_model: str = ""


def shape(dimension: int) -> Shape:
    """Of the collection that holds documents."""
    return Shape(dimension=dimension, keywords=KEYWORDS, integers=INTEGERS)


def document(record: Record) -> Document:
    """Raises TypeError for a record that the index does not hold."""
    match record:
        case EnrichedArticle():
            return _article(record)
        case Story():
            return _story(record)
        case Brief():
            return _brief(record)
        case Feedback():
            return _feedback(record)
    raise TypeError(f"the index holds no {type(record).__name__}")


def excerpt(title: str, text: str, limit: int = EXCERPT) -> str:
    """The beginning of a citable text's body, cut at a word; an ellipsis tells that there is more."""
    body = text[len(title) :].strip() if text.startswith(title) else text.strip()
    if len(body) <= limit:
        return body
    cut = body[:limit]
    return (cut.rsplit(None, 1)[0] if " " in cut else cut) + "…"


def headline(story: Story) -> StoryArticle | None:
    """The member that names a story: the first published with a text of its own, which a revision of
    it does not change."""
    originals = [each for each in story.articles if each.duplicate_of is None] or list(story.articles)
    return min(originals, key=lambda each: (each.published_at, each.logged_at, each.article_id), default=None)


def _article(article: EnrichedArticle) -> Document:
    shown = to_dict(article)
    del shown["text"], shown["embedding"]
    shown["excerpt"] = excerpt(article.title, article.text)
    named = ("warmup", "variant", "late", "backfill")
    payload = {
        "kind": ARTICLE,
        "key": article.article_id,
        "sequence": [article.logged_at, article.published_at, article.version, article.content_hash],
        "known_from": article.logged_at,
        "known_to": FOREVER,
        "closes": [],
        "date": article.published_at,
        "language": [article.language] if article.language else [],
        "desk": article.desk,
        "story": article.story_id,
        "flags": [name for name in named if shown[name]],
        "record": shown,
    }
    return Document(
        id=point_id(ARTICLE, article.article_id, article.version, article.content_hash),
        payload=payload,
        # The title counts twice: it is what an article is about.
        words=f"{article.title}\n{article.text}\n{article.publisher}",
        meaning=embedded_part(article.title, article.text),
        dense=article.embedding,
        dense_model=article.embedding_model,
    )


def _story(story: Story) -> Document:
    shown = to_dict(story)
    for member in shown["articles"]:
        del member["excerpt"]
    named = headline(story)
    title = named.title if named else ""
    lead = excerpt(named.title, named.excerpt) if named else ""
    shown["title"], shown["lead"] = title, lead
    payload = {
        "kind": STORY,
        "key": story.story_id,
        "sequence": [story.revision],
        "known_from": story.updated_at,
        "known_to": FOREVER,
        "closes": [],
        "date": story.updated_at,
        "language": sorted({each.language for each in story.articles if each.language}),
        "desk": story.desk,
        "story": story.story_id,
        "status": story.change.value,
        "flags": ["warmup"] if story.warmup else [],
        "record": shown,
    }
    titles = list(dict.fromkeys(each.title for each in story.articles))[:STORY_TERMS]
    return Document(
        id=point_id(STORY, story.story_id, story.revision),
        payload=payload,
        words="\n".join([title, lead, *titles, *story.names]),
        meaning=f"{title}\n{lead}",
    )


def _brief(brief: Brief) -> Document:
    payload = {
        "kind": BRIEF,
        "key": brief.brief_id,
        "sequence": [brief.story_revision],
        "known_from": brief.information_cutoff,
        "known_to": FOREVER,
        "closes": list(brief.supersedes),
        "date": brief.information_cutoff,
        "language": [],
        "desk": brief.desk,
        "story": brief.story_id,
        "pair": f"{brief.story_id}/{brief.desk}",
        "status": brief.status.value,
        "flags": [],
        "content_hash": brief_hash(brief),
        "record": to_dict(brief),
    }
    said = [brief.headline, brief.headline, brief.bottom_line, *(each.text for each in brief.statements)]
    return Document(
        id=point_id(BRIEF, brief.brief_id),
        payload=payload,
        words="\n".join(said),
        meaning=f"{brief.headline}\n{brief.bottom_line}",
    )


def _feedback(feedback: Feedback) -> Document:
    """It points to its brief and is none of its versions: it may come before the brief, and outlive it."""
    said = (feedback.verdict.value, feedback.statement or 0, feedback.note)
    ident = point_id(FEEDBACK, feedback.brief_id, feedback.given_at, *said)
    payload = {
        "kind": FEEDBACK,
        "key": ident,
        "sequence": [feedback.given_at],
        "known_from": feedback.given_at,
        "known_to": FOREVER,
        "closes": [],
        "date": feedback.given_at,
        "language": [],
        "desk": "",
        "story": "",
        "about": feedback.brief_id,
        "flags": [],
        "record": to_dict(feedback),
    }
    return Document(id=ident, payload=payload, words=feedback.note, meaning=feedback.verdict.value)
