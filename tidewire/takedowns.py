"""What falls under a takedown, as far as the live lane's topics tell. Pure but for ``read``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from replay.outputs import records
from schemas.codec import Codec
from schemas.records import Brief, EnrichedArticle, Story, StoryChange
from schemas.takedown import Takedown
from topics.catalogue import ARTICLES_ENRICHED, BRIEFS, STORIES
from topics.settings import BrokerSettings

ENDED = (StoryChange.CLOSED, StoryChange.MERGED)


class NoSelector(ValueError):
    """What was given names nothing that can be taken down."""


@dataclass(frozen=True, slots=True)
class Under:
    """``articles``: titles by id. ``stories``: ids of those that hold one, and whether each is open.
    ``copies``: titles of articles known as copies of theirs, which stay. ``briefs``: headlines by id."""

    articles: dict[str, str]
    stories: dict[str, bool]
    briefs: dict[str, str]
    copies: dict[str, str]


def article(article_id: str, reason: str) -> Takedown:
    """Raises NoSelector."""
    return Takedown(article_id=_said(article_id, "an article's id"), reason=_said(reason, "a reason"))


def publisher(domain: str, reason: str) -> Takedown:
    """Of a registrable domain, such as ``example.org``. Raises NoSelector."""
    name = _said(domain, "a publisher's domain").lower().rstrip(".")
    if "/" in name or ":" in name:
        raise NoSelector(f"{domain!r} is no domain: write one such as example.org, as search shows outlets")
    return Takedown(publisher=name, reason=_said(reason, "a reason"))


def prefix(url: str, reason: str) -> Takedown:
    """Of all whose canonical URL begins so. Raises NoSelector."""
    text = _said(url, "the beginning of a URL")
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or not parts.path:
        raise NoSelector(
            f"{url!r} is no beginning of URLs: write the scheme, the whole host and a path, such as "
            "https://example.org/live/, or https://example.org/ for all of a host"
        )
    whole = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()
    return Takedown(url_prefix=whole, reason=_said(reason, "a reason"))


def under(
    takedown: Takedown, articles: Iterable[EnrichedArticle], stories: Iterable[Story], briefs: Iterable[Brief]
) -> Under:
    """Of records in the order of the log."""
    titles: dict[str, str] = {}
    copied: dict[str, tuple[str, str]] = {}
    for each in articles:
        if takedown.covers(each):
            titles[each.article_id] = each.title
        elif each.duplicate_of is not None:
            copied[each.article_id] = (each.duplicate_of, each.title)
    holding: dict[str, bool] = {}
    for story in stories:
        if story.story_id in holding or any(map(takedown.covers, story.articles)):
            holding[story.story_id] = story.change not in ENDED
    return Under(
        articles=titles,
        stories=holding,
        briefs={b.brief_id: b.headline for b in briefs if any(map(takedown.covers, b.provenance.sources))},
        copies={name: title for name, (original, title) in copied.items() if original in titles},
    )


def read(settings: BrokerSettings, codec: Codec, takedown: Takedown) -> Under:
    """From the live lane's topics."""
    return under(
        takedown,
        records(settings, codec, ARTICLES_ENRICHED, EnrichedArticle),
        records(settings, codec, STORIES, Story),
        records(settings, codec, BRIEFS, Brief),
    )


def _said(text: str, what: str) -> str:
    """On one line."""
    stripped = " ".join(text.split())
    if not stripped:
        raise NoSelector(f"{what} is needed, and was empty")
    return stripped
