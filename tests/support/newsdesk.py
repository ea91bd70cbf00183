"""Stories and works for the tests of agents: an invented strike in an invented port."""

from __future__ import annotations

from collections.abc import Sequence

from agents.sources import sources_of
from agents.work import Work
from desks import Desk
from schemas.identity import content_hash
from schemas.records import Assignment, Brief, BriefIndicator, Reliability, Story, StoryArticle

HOUR = 3_600_000
DAY_ZERO = 1_767_225_600_000  # 1 January 2026, 00:00 UTC

DESK = Desk(name="world", title="World", mandate="m", audience="a", file_hash="f" * 64)

HARBOUR_POST = """\
Dock workers walk out at Port Vell
Dock workers at Port Vell walked out on Tuesday after talks over night shifts collapsed. \
At least 12 ships were waiting outside the harbour by noon, the port authority said. \
The union said that 480 of its members had joined the strike."""
VELL_COURIER = """\
Strike closes Port Vell
Talks over night shifts at Port Vell collapsed and dock workers walked out on Tuesday. \
The strike cost the port 2 million crowns a day, according to the chamber of commerce. \
Minister Ana Sorel called both sides to a meeting in the capital on Wednesday."""
MERIDIAN = """\
Port Vell: meeting called after walkout
The union said that 350 of its members had joined the strike. \
Fresh fruit was rotting on three ships, an importer told this newspaper."""


def article(
    text: str,
    outlet: str,
    *,
    at: int = 0,
    version: int = 1,
    article_id: str = "",
    copy_of: str | None = None,
    **more: object,
) -> StoryArticle:
    values: dict[str, object] = {
        "article_id": article_id or f"article-{outlet}",
        "version": version,
        "revision": version - 1,
        "content_hash": content_hash(text),
        "title": text.split("\n", 1)[0],
        "excerpt": text,
        "url": f"https://{outlet}.example/1",
        "publisher": f"{outlet}.example",
        "family": outlet,
        "reliability": Reliability.B,
        "language": "en",
        "published_at": DAY_ZERO + at,
        "logged_at": DAY_ZERO + at,
        "duplicate_of": copy_of,
        "raw_partition": at % 6,
        "raw_offset": at,
        **more,
    }
    return StoryArticle(**values)  # type: ignore[arg-type]


def port_strike() -> tuple[StoryArticle, ...]:
    return (
        article(HARBOUR_POST, "harbour", at=1),
        article(VELL_COURIER, "courier", at=2),
        article(MERIDIAN, "meridian", at=3),
    )


def story(
    articles: Sequence[StoryArticle], revision: int = 1, story_id: str = "story", **more: object
) -> Story:
    families = {each.family for each in articles}
    values: dict[str, object] = {
        "story_id": story_id,
        "opened_at": DAY_ZERO,
        "updated_at": DAY_ZERO + HOUR,
        "revision": revision,
        "articles": tuple(articles),
        "article_count": len(articles),
        "family_count": len(families),
        "independent_count": len(families),
        **more,
    }
    return Story(**values)  # type: ignore[arg-type]


def assignment(of: Story, desk: str = "world", at: int = DAY_ZERO + HOUR, **more: object) -> Assignment:
    values: dict[str, object] = {
        "story_id": of.story_id,
        "assigned_at": at,
        "story": of,
        "desk": desk,
        "desk_hash": DESK.file_hash,
        "reason": "new story",
        "materiality": 0.5,
        **more,
    }
    return Assignment(**values)  # type: ignore[arg-type]


def work(
    articles: Sequence[StoryArticle],
    *,
    revision: int = 1,
    predecessors: tuple[Brief, ...] = (),
    indicators: tuple[BriefIndicator, ...] = (),
    desk: Desk = DESK,
) -> Work:
    of = story(articles, revision)
    return Work(assignment(of, desk.name), desk, sources_of(of), predecessors, indicators)
