"""Articles and engines for the tests of the stories job's logic."""

from __future__ import annotations

import pytest

from desks.loader import Desk
from flink_jobs.stories.embedded import Embedded, Embedder
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from schemas.identity import content_hash
from schemas.records import UniqueArticle
from tests.support.stories import START, NewEngine, WordEncoder, Write


@pytest.fixture(scope="session")
def write() -> Write:
    """Makes an embedded article: ``write("a1", "Title", "Body", at=5)``, `at` in seconds of logged time."""
    embedder = Embedder(WordEncoder())

    def article(name: str, title: str, body: str = "", at: float = 0, **other: object) -> Embedded:
        text = f"{title}\n{body}"
        logged_at = START + round(at * 1000)
        values: dict[str, object] = {
            "article_id": name,
            "published_at": logged_at,
            "observed_at": logged_at,
            "logged_at": logged_at,
            "version": 1,
            "content_hash": content_hash(text),
            "feed_id": f"feed-{name}",
            "publisher": f"{name}.example",
            "family": f"family-{name}",
            "title": title,
            "text": text,
            "language": "en",
            "desk": "world",
        }
        return embedder.embed(UniqueArticle(**{**values, **other}))  # type: ignore[arg-type]

    return article


@pytest.fixture(scope="session")
def desks() -> tuple[Desk, ...]:
    common = {"title": "T", "mandate": "M", "audience": "A"}
    return (
        Desk(name="business", file_hash="b", keywords=("shares",), **common),
        Desk(name="world", file_hash="w", **common),
    )


@pytest.fixture(scope="session")
def new_engine(desks: tuple[Desk, ...]) -> NewEngine:
    def engine(**settings: object) -> StoryEngine:
        return StoryEngine(StoriesSettings(**settings), desks)  # type: ignore[arg-type]

    return engine
