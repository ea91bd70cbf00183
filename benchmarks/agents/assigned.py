"""The sample newswire through the gates: its articles gathered into stories, its assignments."""

from __future__ import annotations

import time
from dataclasses import dataclass

from agents.sources import sources_of
from agents.work import Work
from benchmarks.stories.datasets import newswire_sample
from desks import load_desks
from desks.prototypes import prototypes_of
from flink_jobs.stories.embedded import Embedder
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import MiniLM
from schemas.records import Assignment

# As the demonstration, whose days take two minutes.
FIRST_DEBOUNCE_MS, DEBOUNCE_MS = 1000, 4000
END_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """Works in the order of their assignment; ``seconds`` is what the gates took, embedding left out."""

    articles: int
    works: list[Work]
    seconds: float


def assigned() -> Assigned:
    """Deterministic but for the seconds."""
    embedder, desks = Embedder(MiniLM()), load_desks()
    items = [embedder.embed(each.article) for each in newswire_sample()]
    settings = StoriesSettings(first_debounce_ms=FIRST_DEBOUNCE_MS, debounce_ms=DEBOUNCE_MS)
    engine = StoryEngine(settings, desks, prototypes=prototypes_of(desks, embedder.encoder))
    started, found = time.perf_counter(), []
    for item in items:
        found += engine.process(item)
    found += engine.advance(items[-1].article.logged_at + END_MS)
    seconds = time.perf_counter() - started
    by_name = {desk.name: desk for desk in desks}
    works = [
        Work(each, by_name[each.desk], sources_of(each.story))
        for each in found
        if isinstance(each, Assignment)
    ]
    return Assigned(len(items), works, seconds)
