"""Tools that read the archive: what was published and said, as it was known at the cut-off.

Answers name things by opaque ids and outlets, never by URL. Where the API shows the present, what came after
the cut-off is left out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.tools.reader import ReaderApi, ToolFailed, iso, known_by
from language.figures.counted import figures
from language.names import names
from language.reading.terms import shared, terms_of

Ident = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,64}$", description="An opaque id.")]


class Arguments(BaseModel):
    """Base of every tool's arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchArguments(Arguments):
    query: Annotated[str, Field(min_length=2, max_length=200, description="Words, in any language.")]
    kind: Literal["article", "brief"]


class StoryArguments(Arguments):
    story_id: Ident


class ArticleArguments(Arguments):
    article_id: Ident


class PublisherArguments(Arguments):
    publisher: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{3,80}$", description="As results name it.")]


class CompareArguments(Arguments):
    first: Ident
    second: Ident


class Archive:
    """The questions, of one lane. Every method raises ToolFailed."""

    def __init__(self, api: ReaderApi, lane: str, most: int) -> None:
        self._api = api
        self._lane = lane
        self._most = most

    async def search(self, given: SearchArguments, as_of: int) -> dict[str, Any]:
        """Ranked articles or briefs that were known by then."""
        answer = await self._get(
            "/api/search", q=given.query, kind=given.kind, as_of=iso(as_of), limit=self._most
        )
        fields = ("kind", "id", "title", "snippet", "outlet", "date", "language", "story_id")
        return {"results": [_picked(each, fields) for each in answer["results"]]}

    async def revisions(self, given: StoryArguments, as_of: int) -> dict[str, Any]:
        """How the story grew, and what was said of it."""
        grown = await self._get(f"/api/stories/{given.story_id}/revisions", as_of=iso(as_of))
        # Superseded ones are no longer the latest as of the cut-off, so their own times tell.
        said = await self._get("/api/briefs", story=given.story_id, superseded=True, limit=100)
        grew = ("revision", "change", "updated_at", "articles_count", "families", "independent", "title")
        told = ("id", "desk", "story_revision", "date", "headline", "bottom_line")
        return {
            "revisions": [_picked(each, grew) for each in grown["revisions"]][-self._most :],
            "briefs": [_picked(each, told) for each in said["briefs"] if known_by(each["date"], as_of)][
                : self._most
            ],
        }

    async def timeline(self, given: StoryArguments, as_of: int) -> dict[str, Any]:
        """The story's articles in the order of publication."""
        story = await self._get(f"/api/stories/{given.story_id}")
        fields = ("id", "title", "outlet", "family", "language", "published_at", "duplicate_of")
        known = [each for each in story["articles"] if known_by(each["logged_at"], as_of)]
        known.sort(key=lambda each: (each["published_at"], each["id"]))
        return {"articles": [_picked(each, fields) for each in known][: 3 * self._most]}

    async def article(self, given: ArticleArguments, as_of: int) -> dict[str, Any]:
        """An article in the version that was known by then."""
        found = await self._version(given.article_id, as_of)
        fields = ("id", "version", "title", "excerpt", "outlet", "family", "reliability", "language")
        return {**_picked(found, (*fields, "published_at", "late")), "story_id": found["story_id"]}

    async def publisher(self, given: PublisherArguments, as_of: int) -> dict[str, Any]:
        """What the archive knows of an outlet: grade, owner, and how its latest articles were made."""
        answer = await self._get("/api/search", q=given.publisher, kind="article", as_of=iso(as_of), limit=50)
        own = [each for each in answer["results"] if each["outlet"] == given.publisher]
        if not own:
            raise ToolFailed("the archive has no article of that publisher")
        sample = [await self._version(each["id"], as_of) for each in own[:3]]
        return {
            "publisher": given.publisher,
            "family": sample[0]["family"],
            "reliability": sample[0]["reliability"],
            "country": sample[0]["country"],
            "articles_found": len(own),
            "carried_copies_of_others": sum(bool(each["duplicate_of"]) for each in sample),
            "revised": sum(each["version"] > 1 for each in sample),
            "looked_at": len(sample),
        }

    async def compare(self, given: CompareArguments, as_of: int) -> dict[str, Any]:
        """Two accounts, compared in code: what both name and count, and what only one does."""
        one, other = [await self._version(each, as_of) for each in (given.first, given.second)]
        texts = [f"{each['title']}\n{each['excerpt']}" for each in (one, other)]
        spoken = [str(each["language"] or "en") for each in (one, other)]
        named = [set(names(text, language)) for text, language in zip(texts, spoken, strict=True)]
        counted = [
            {each.phrase for each in figures(text, language)}
            for text, language in zip(texts, spoken, strict=True)
        ]
        weights = [terms_of(t, language).weights for t, language in zip(texts, spoken, strict=True)]
        return {
            "same_family": one["family"] == other["family"],
            "overlap": round(shared(*weights), 2),
            "names": _both(*named),
            "figures": _both(*counted),
        }

    async def _version(self, article_id: str, as_of: int) -> dict[str, Any]:
        """The last version known by then. One that was not known yet does not exist."""
        latest = await self._get(f"/api/articles/{article_id}")
        known = [each for each in latest["versions"] if known_by(each["known_from"], as_of)]
        if not known:
            raise ToolFailed("that article was not known at the cut-off")
        chosen = max(known, key=lambda each: (each["known_from"], each["version"]))
        return await self._get(
            f"/api/articles/{article_id}", version=chosen["version"], content_hash=chosen["content_hash"]
        )

    async def _get(self, path: str, **given: str | int | bool | None) -> dict[str, Any]:
        return await self._api.get(path, {"lane": self._lane, **given})


def _picked(each: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: each[field] for field in fields if field in each}


def _both(one: set[str], other: set[str]) -> dict[str, list[str]]:
    return {
        "in_both": sorted(one & other)[:12],
        "only_first": sorted(one - other)[:12],
        "only_second": sorted(other - one)[:12],
    }
