"""The same log run again: from what the first run enriched, and warmed up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from flink_jobs.stories.embedded import Embedded, known
from flink_jobs.stories.engine import Output, StoryEngine
from schemas.records import Assignment, EnrichedArticle, Story, UniqueArticle
from tests.support.stories import NewEngine, Write

UNIQUE = tuple(field.name for field in fields(UniqueArticle))
SETTINGS = {"first_debounce_ms": 2_000, "debounce_ms": 5_000, "revisions_an_hour": 2}


def log(write: Write) -> list[Embedded]:
    """Two events told by several outlets, a copy, a variant, and more revisions than are sent on."""
    strike, quake = "Port strike halts cargo in Hamburg", "Strong earthquake shakes Valparaiso harbour"
    items = [
        write("a", strike, "Dockers walked out over wages and cranes stand still.", at=0),
        write("b", quake, "Buildings swayed and thousands fled into streets.", at=3),
        write("c", f"{strike} again", "Dockers walked out over wages, ships are waiting.", at=6),
        write("d", strike, "Dockers walked out over wages and cranes stand still.", at=9),
        write("a", f"{strike} today", "Another feed's wording of the same strike.", at=12),
    ]
    for number in range(5):
        text = f"Dockers walked out over wages and talks number {number} failed."
        items.append(write("a", strike, text, at=15 + number, version=2 + number))
    return [*items, write("e", quake, "Aftershocks go on while crews search for survivors.", at=40)]


def run(engine: StoryEngine, items: Iterable[Embedded]) -> list[Output]:
    outputs: list[Output] = []
    for item in items:
        outputs += engine.process(item)
    return [*outputs, *engine.advance(10**14)]


def enriched_again(outputs: Iterable[Output]) -> list[Embedded]:
    return [
        known(UniqueArticle(**{name: getattr(each, name) for name in UNIQUE}), each.embedding, each.names)
        for each in outputs
        if isinstance(each, EnrichedArticle)
    ]


def test_enriched_articles_make_all_that_the_raw_ones_made(write: Write, new_engine: NewEngine) -> None:
    items = log(write)
    engine = new_engine(**SETTINGS)
    first = run(engine, items)
    again = enriched_again(first)
    assert engine.counters["held"] > 0
    assert len(again) == len(items) - engine.counters["held"]
    assert run(new_engine(**SETTINGS), again) == first


def test_another_threshold_makes_the_same_of_both(write: Write, new_engine: NewEngine) -> None:
    items = log(write)
    again = enriched_again(run(new_engine(**SETTINGS), items))
    changed = {**SETTINGS, "threshold": 1.0}
    from_raw = run(new_engine(**changed), items)
    assert run(new_engine(**changed), again) == from_raw
    stories = {each.story_id for each in from_raw if isinstance(each, Story)}
    assert len(stories) == len({item.article.article_id for item in items})


def test_a_warm_up_changes_marks_and_nothing_else(write: Write, new_engine: NewEngine) -> None:
    items = log(write)
    boundary = items[5].article.logged_at
    live = run(new_engine(**SETTINGS), items)
    warmed = run(new_engine(**SETTINGS, warmup_until_ms=boundary), items)
    assert [unmarked(each) for each in warmed] == live
    assert {at(each) < boundary for each in warmed if each.warmup} == {True}
    assert {at(each) >= boundary for each in warmed if not each.warmup} == {True}


def unmarked(output: Output) -> Output:
    if isinstance(output, Assignment):
        return replace(output, warmup=False, story=replace(output.story, warmup=False))
    return replace(output, warmup=False)


def at(output: Output) -> int:
    if isinstance(output, Assignment):
        return output.assigned_at
    return output.updated_at if isinstance(output, Story) else output.logged_at
