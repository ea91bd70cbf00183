"""Takedowns in the engine: what leaves, what is counted anew, who hears of it, and what never comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from flink_jobs.stories.embedded import Embedded, takedown
from flink_jobs.stories.engine import Output, StoryEngine
from flink_jobs.stories.lineage import Families, Known
from flink_jobs.stories.state import _pack, decode_embedded, decode_known, encode_embedded
from schemas.records import Assignment, EnrichedArticle, Story, StoryChange, UniqueArticle
from schemas.takedown import Takedown
from tests.support.stories import START, NewEngine, Write

STRIKE = (
    "Dockers walk out at Kelmar harbour",
    "Dockers at Kelmar harbour walked out on Monday over wages, the union leader Ines Varga said. "
    "About 1,200 workers joined the walkout and container traffic stopped before noon.",
)
OWN = (
    "Kelmar harbour walkout stops container traffic",
    "Container traffic at Kelmar harbour stopped when dockers joined a walkout over wages on Monday, "
    "said harbour master Otto Lind. The port authority called for talks.",
)
QUICK = {"first_debounce_ms": 0, "debounce_ms": 0}


def down(at: float, copy: int = 0, reason: str = "court order", **what: str) -> Embedded:
    record = Takedown(reason=reason, **what).record(0, copy)
    logged_at = START + round(at * 1000)
    return takedown(
        UniqueArticle(
            article_id=record.article_id,
            content_hash=record.content_hash,
            publisher=record.publisher,
            url=record.url,
            text=record.text,
            published_at=logged_at,
            observed_at=0,
            logged_at=logged_at,
        )
    )


def run(engine: StoryEngine, *items: Embedded) -> list[Output]:
    return [output for item in items for output in engine.process(item)]


def stories(outputs: Sequence[Output]) -> list[Story]:
    return [each for each in outputs if isinstance(each, Story)]


def assigned(outputs: Sequence[Output]) -> list[Assignment]:
    return [each for each in outputs if isinstance(each, Assignment)]


def ids(story: Story) -> list[str]:
    return [each.article_id for each in story.articles]


def test_a_member_leaves_its_story_and_every_desk_that_was_given_it_hears_why(
    write: Write, new_engine: NewEngine
) -> None:
    engine = new_engine(**QUICK)
    run(engine, write("a", *STRIKE, at=0), write("b", *OWN, at=1), write("x", "Else", "Rain.", at=9))
    outputs = run(engine, down(10, article_id="b"))
    (story,) = stories(outputs)
    assert (story.change, story.revision, ids(story)) == (StoryChange.REVISED, 3, ["a"])
    assert (story.article_count, story.family_count, story.independent_count) == (1, 1, 1)
    assert "Otto Lind" not in story.names
    assert "Ines Varga" in story.names
    (told,) = [each for each in assigned(outputs) if each.story_id == story.story_id]
    assert (told.desk, told.reason, told.materiality) == ("world", "taken down: court order", 1.0)
    assert told.story == story
    assert engine.advance(10**14)[0].change is StoryChange.CLOSED  # type: ignore[union-attr]


def test_a_story_outlives_its_founder(write: Write, new_engine: NewEngine) -> None:
    engine = new_engine(shown_articles=2)
    first = run(engine, write("a", *STRIKE, at=0), write("b", *OWN, at=1))
    (story,) = stories(run(engine, down(2, article_id="a")))
    assert (story.story_id, ids(story)) == (stories(first)[0].story_id, ["b"])
    later = run(engine, *(write(f"c{n}", OWN[0], f"{OWN[1]} Part {n}.", at=3 + n) for n in range(3)))
    # What was logged first takes its place: it is shown however many come.
    assert ids(stories(later)[-1]) == ["b", "c2"]


def test_copies_of_what_is_gone_have_the_first_of_them_for_their_original(
    write: Write, new_engine: NewEngine
) -> None:
    engine = new_engine()
    run(engine, *(write(name, *STRIKE, at=n) for n, name in enumerate("abc")))
    (story,) = stories(run(engine, down(5, article_id="a")))
    assert {each.article_id: each.duplicate_of for each in story.articles} == {"b": None, "c": "b"}
    assert (story.family_count, story.independent_count) == (2, 1)
    later = run(engine, write("d", *STRIKE, at=6))
    assert [each.duplicate_of for each in later if isinstance(each, EnrichedArticle)] == ["b"]


def test_copies_that_are_not_shown_follow_those_that_are(write: Write, new_engine: NewEngine) -> None:
    engine = new_engine(shown_articles=3)
    run(engine, *(write(name, *STRIKE, at=n) for n, name in enumerate("abcde")))
    (story,) = stories(run(engine, down(9, article_id="a")))
    assert (story.article_count, story.family_count, story.independent_count) == (4, 4, 1)


def test_the_last_article_takes_its_story_with_it(write: Write, new_engine: NewEngine) -> None:
    engine = new_engine(**QUICK)
    run(engine, write("a", *STRIKE, at=0), write("x", "Else", "Rain.", at=1))
    outputs = run(engine, down(2, article_id="a"))
    (story,) = stories(outputs)
    assert (story.change, story.articles, story.article_count) == (StoryChange.CLOSED, (), 0)
    assert story.names == ()
    told = [each for each in assigned(outputs) if each.story_id == story.story_id]
    assert [(each.desk, each.story.articles) for each in told] == [("world", ())]
    # It is no candidate any more.
    again = stories(run(engine, write("b", *STRIKE, at=3)))
    assert [each.change for each in again] == [StoryChange.NEW]


def test_a_story_that_no_desk_was_given_is_revised_without_an_assignment(
    write: Write, new_engine: NewEngine
) -> None:
    engine = new_engine()
    run(engine, write("a", *STRIKE, at=0), write("b", *OWN, at=0.5))
    outputs = run(engine, down(1, article_id="b"))
    assert assigned(outputs) == []
    (first,) = assigned(engine.advance(START + 60_000))
    assert ids(first.story) == ["a"]


def test_after_its_story_has_closed_nothing_moves(write: Write, new_engine: NewEngine) -> None:
    engine = new_engine(window_ms=10_000)
    run(engine, write("a", *STRIKE, at=0))
    outputs = run(engine, down(20, article_id="a"))
    assert [each.change for each in stories(outputs)] == [StoryChange.CLOSED]
    assert run(engine, write("a", *OWN, at=30, version=2)) == []


@pytest.mark.parametrize(
    "what", [{"publisher": "a.example"}, {"url_prefix": "https://a.example/"}, {"article_id": "a"}]
)
def test_what_comes_later_is_refused_for_ever(
    write: Write, new_engine: NewEngine, what: dict[str, str]
) -> None:
    engine = new_engine(article_kept_ms=1_000, window_ms=1_000)
    url = {"url": "https://a.example/1"}
    assert run(engine, down(0, **what)) == []
    assert run(engine, write("a", *STRIKE, at=1, **url), write("a", *OWN, at=9, version=2, **url)) == []
    assert engine.counters["taken_down"] == 2
    assert len(stories(run(engine, write("b", *STRIKE, at=10, url="https://b.example/a.example/")))) == 1


@pytest.mark.parametrize("what", [{"publisher": "p.example"}, {"url_prefix": "https://p.example/live/"}])
def test_a_publisher_and_all_under_a_url_leave_every_story_once(
    write: Write, new_engine: NewEngine, what: dict[str, str]
) -> None:
    engine = new_engine(shown_articles=2)
    here = {"publisher": "p.example", "url": "https://p.example/live/1"}
    run(
        engine,
        write("a", *STRIKE, at=0, **here),
        write("b", *OWN, at=1),
        # Not shown when it goes: the founder and the last one are.
        write("c", OWN[0], f"{OWN[1]} Late in the day.", at=2, **here),
        write("d", OWN[0], f"{OWN[1]} And in the evening.", at=3),
        write("x", "Rain in Torrin valley", "It rained on the hills all day long.", at=4, **here),
    )
    outputs = run(engine, *(down(9, copy=copy, **what) for copy in range(6)))
    changes = {(each.change, each.article_count) for each in stories(outputs)}
    assert changes == {(StoryChange.REVISED, 2), (StoryChange.CLOSED, 0)}
    assert len(stories(outputs)) == 2
    # An article of it is named once more: it has left already.
    assert run(engine, down(11, article_id="a")) == []


def test_an_engine_restored_in_the_middle_goes_on(write: Write, new_engine: NewEngine) -> None:
    engine, kept = new_engine(**QUICK), {}
    rest = [
        down(5, article_id="a"),
        write("a", *OWN, at=6, version=2),
        write("d", *STRIKE, at=7),
        down(8, publisher="b.example"),
        write("x", "Else", "Rain.", at=90),
    ]
    run(engine, *(write(name, *STRIKE, at=n) for n, name in enumerate("abc")))
    for number in range(len(rest)):
        kept.update(engine.puts())
        other = new_engine(**QUICK)
        other.restore((key, data) for key, data in kept.items() if data is not None)
        assert run(other, *rest[number:]) == run(other_of(new_engine, kept), *rest[number:])
        run(engine, rest[number])
    kept.update(engine.puts())
    assert {key for key in kept if key.startswith("takedown/")} == {
        "takedown/article/a",
        "takedown/publisher/b.example",
    }


def other_of(new_engine: NewEngine, kept: dict[str, bytes | None]) -> StoryEngine:
    engine = new_engine(**QUICK)
    engine.restore([(key, data) for key, data in reversed(kept.items()) if data is not None])
    return engine


def test_what_an_earlier_version_kept_can_be_read(write: Write) -> None:
    old = {
        "story_id": "s",
        "content_hash": "h",
        "family": "f",
        "revision": 0,
        "similarity": 0.0,
        "duplicate_of": None,
        "revised_at": [],
        "seen_at": 4,
    }
    assert decode_known(_pack(old, b"")) == Known(story_id="s", content_hash="h", family="f", seen_at=4)
    item = write("a", *STRIKE)
    data = encode_embedded(item).replace(b',"takedown":false', b"")
    assert decode_embedded(data) == item
    assert decode_embedded(encode_embedded(down(1, article_id="a"))) == down(1, article_id="a")


def test_members_of_an_earlier_version_are_found_by_what_they_show(
    write: Write, new_engine: NewEngine
) -> None:
    engine = new_engine()
    run(engine, write("a", *STRIKE, at=0), write("b", *OWN, at=1))
    for known in engine._live.known.values():
        known.publisher = known.url = known.desk = ""
    (story,) = stories(run(engine, down(2, publisher="a.example")))
    assert ids(story) == ["b"]


def test_families_are_counted_down_to_nothing() -> None:
    families = Families({"f": (1, 2), "g": (1, 1)})
    families.leave("f", copy=False)
    families.leave("g", copy=False)
    assert families.counts == {"f": (0, 1)}


def test_a_takedown_says_what_it_takes_down() -> None:
    publisher = Takedown(publisher="p.example", reason="r")
    assert Takedown.of(publisher.record(5)) == publisher
    assert publisher.record(5).content_hash != publisher.record(5, 1).content_hash
    assert replace(publisher, article_id="a").key == "article/a"
