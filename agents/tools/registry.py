"""The tools by name: what each takes, and who answers. There are no others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from anthropic import transform_schema
from pydantic import Field

from agents.tools.archive import (
    Archive,
    Arguments,
    ArticleArguments,
    CompareArguments,
    PublisherArguments,
    SearchArguments,
    StoryArguments,
)
from agents.tools.arithmetic import between, convert

# What the desk's indicators were at a cut-off: desk, epoch ms. Blocks on nothing.
Rail = Callable[[str, int], Awaitable[Sequence[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Validated arguments, and for whom."""

    given: Arguments
    desk: str
    as_of: int


Answer = Callable[[Asked], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Tool:
    """``version`` is raised when the same arguments give another result."""

    name: str
    description: str
    arguments: type[Arguments]
    answer: Answer
    version: int = 1

    @property
    def definition(self) -> dict[str, Any]:
        """As a request lists it."""
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": transform_schema(self.arguments),
            "strict": True,
        }


class DeskArguments(Arguments):
    name: Annotated[str, Field(max_length=40, description="Such as volume.1h; empty for all.")]


class BetweenArguments(Arguments):
    start: Annotated[str, Field(max_length=40, description="ISO 8601.")]
    end: Annotated[str, Field(max_length=40, description="ISO 8601.")]


class ConvertArguments(Arguments):
    value: Annotated[str, Field(max_length=40, description="A decimal number.")]
    unit: Annotated[str, Field(max_length=20)]
    to: Annotated[str, Field(max_length=20)]


def registry(archive: Archive, rail: Rail) -> dict[str, Tool]:
    """All tools, in the order in which requests list them."""

    async def indicators(asked: Asked) -> dict[str, Any]:
        wanted = getattr(asked.given, "name", "")
        rows = await rail(asked.desk, asked.as_of)
        return {"indicators": [row for row in rows if wanted in ("", row["name"])]}

    async def date_difference(given: BetweenArguments, _: int) -> dict[str, Any]:
        return dict(between(given.start, given.end))

    async def convert_units(given: ConvertArguments, _: int) -> dict[str, Any]:
        return dict(convert(given.value, given.unit, given.to))

    def of(method: Callable[[Any, int], Awaitable[dict[str, Any]]]) -> Answer:
        return lambda asked: method(asked.given, asked.as_of)

    tools = (
        Tool("search_archive", "Earlier articles or briefs.", SearchArguments, of(archive.search)),
        Tool(
            "story_revisions",
            "How a story grew and its earlier briefs.",
            StoryArguments,
            of(archive.revisions),
        ),
        Tool("story_timeline", "A story's articles in order.", StoryArguments, of(archive.timeline)),
        Tool("article", "An article's excerpt.", ArticleArguments, of(archive.article)),
        Tool("publisher", "An outlet's record.", PublisherArguments, of(archive.publisher)),
        Tool("compare_articles", "Names and figures of two articles.", CompareArguments, of(archive.compare)),
        Tool("indicators", "The desk's indicators with baseline and z.", DeskArguments, indicators),
        Tool("date_difference", "From one date to another.", BetweenArguments, of(date_difference)),
        Tool("convert_units", "A number in another unit.", ConvertArguments, of(convert_units)),
    )
    return {tool.name: tool for tool in tools}
