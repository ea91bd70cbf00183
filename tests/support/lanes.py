"""Lanes of a few records, to be compared."""

from typing import Any

from replay.compare.comparison import Comparison, Outputs, Range
from replay.compare.records import Given, Moved, Placed, Told, Window
from schemas.records import Assignment, Brief, EnrichedArticle, Indicator, Story, StoryArticle


def enriched(article: str, story: str, logged: int = 10, **more: Any) -> Placed:
    values: dict[str, Any] = {"published_at": 1, "observed_at": 2, "raw_offset": logged, **more}
    return Placed.of(EnrichedArticle(article_id=article, story_id=story, logged_at=logged, **values))


def story(story_id: str, revision: int, at: int = 10, **more: Any) -> Moved:
    articles = (StoryArticle(article_id="a", logged_at=at - 3),)
    return Moved.of(
        Story(story_id=story_id, revision=revision, opened_at=1, updated_at=at, articles=articles, **more)
    )


def given(story_id: str, revision: int = 1, at: int = 10, desk: str = "world") -> Given:
    of = Story(story_id=story_id, revision=revision, opened_at=1, updated_at=at)
    return Given.of(Assignment(story_id=story_id, desk=desk, assigned_at=at, story=of))


def brief(headline: str = "h", story_id: str = "s", cutoff: int = 10, **more: Any) -> Told:
    values: dict[str, Any] = {"brief_id": f"{story_id}@{cutoff}", "desk": "world", "generated_at": 25, **more}
    return Told.of(Brief(story_id=story_id, information_cutoff=cutoff, headline=headline, **values))


def window(revision: int, value: float, end: int = 20, start: int = 0) -> Window:
    return Window.of(
        Indicator(
            name="volume.1h",
            scope="desk:world",
            window_start=start,
            window_end=end,
            value=value,
            revision=revision,
        )
    )


LANE = Outputs(
    (enriched("a", "s"), enriched("b", "s"), enriched("c", "t")),
    (story("s", 1), story("s", 2), story("t", 1)),
    (given("s"),),
    (brief(),),
    (window(0, 3.0),),
)


def named(found: Comparison) -> dict[str, int]:
    """How many differences under each allowed name; only those there are."""
    return {name.value: sum(map(len, each)) for name, each in found.allowed.items() if each}


def kinds(found: Comparison) -> list[str]:
    """Of real differences."""
    return [each.kind for each in found.differences]


# A lane that begins at logged time 100, having warmed up from 50, beside one that read everything.
WHOLE = Outputs(
    (
        enriched("old", "s", 10), enriched("warm", "s", 60), enriched("new", "s", 110),
        enriched("x", "t", 120), enriched("y", "t", 130),
    ),
    (story("s", 1, 10), story("s", 2, 60), story("s", 3, 110), story("t", 1, 120), story("t", 2, 130)),
    (given("s", 2, 60), given("s", 3, 110), given("t", 2, 130)),
    (
        brief("s2", "s", 60), brief("s3", "s", 110, supersedes=("s@60",)), brief("t2", "t", 130),
    ),
    (window(0, 3.0, 100, 0), window(0, 2.0, 200, 100)),
)  # fmt: skip
MIDDLE = Outputs(
    (
        enriched("warm", "s'", 60, warmup=True), enriched("new", "s'", 110),
        enriched("x", "t", 120), enriched("y", "t", 130),
    ),
    (
        story("s'", 1, 60, warmup=True), story("s'", 2, 110), story("t", 1, 120), story("t", 2, 130),
    ),
    (given("s'", 1, 60), given("s'", 2, 110), given("t", 2, 130)),
    (brief("s3 as the first", "s'", 110), brief("t2", "t", 130)),
    (window(0, 1.0, 100, 0), window(0, 2.0, 200, 100)),
    range=Range(start_ms=100, read_from_ms=50),
)  # fmt: skip
