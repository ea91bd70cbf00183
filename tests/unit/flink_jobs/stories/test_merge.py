"""Two stories that turn out to be one: when, and what becomes of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desks.loader import Desk
from flink_jobs.stories import merge
from flink_jobs.stories.assign import Ledger
from flink_jobs.stories.cluster import Choice, Clusterer, load_weights
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.features import Document
from flink_jobs.stories.lineage import Families
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import LiveStory
from schemas.records import Assignment, EnrichedArticle, Story, StoryChange

NAMES, TERMS = {"kelmar": 90, "varga": 80}, {"walkout": 50, "harbour": 40, "wages": 30}


def shapes(*documents: Document) -> Clusterer:
    clusterer = Clusterer(StoriesSettings(), load_weights())
    for key, each in zip("abc", documents, strict=False):
        clusterer.found(key, each)
    return clusterer


def view(*direction: float, terms=None, names=None, at: int = 0) -> Document:
    vector = np.array(direction, dtype=np.float32)
    return Document(
        vector / np.linalg.norm(vector),
        TERMS if terms is None else terms,
        NAMES if names is None else names,
        at,
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (view(1, 0.1), True),
        (view(1, 2), False),
        (view(1, 0.1, terms={"walkout": 5, "museum": 60}), False),
        (view(1, 0.1, names={"rouen": 90, "varga": 10}), False),
        # Two without names have nothing to be told apart by.
        (view(1, 0.1, names={}), False),
    ],
)
def test_only_stories_alike_in_all_three_tell_one_event(other, expected):
    found = shapes(view(1, 0), other).shapes
    assert merge.one_event(found["a"], found["b"]) is expected
    assert merge.one_event(found["b"], found["a"]) is expected


def test_the_best_further_story_that_tells_the_event_is_the_twin():
    found = shapes(view(1, 0), view(-1, 0), view(1, 0.1)).shapes
    assert merge.twin(Choice("a", 0.9, ("b", "c")), found) == "c"
    assert merge.twin(Choice("a", 0.9, ("b",)), found) is None
    assert merge.twin(Choice(None, 0.1), found) is None


def test_a_merged_shape_is_that_of_all_articles():
    merged, whole = shapes(view(1, 0, at=5), view(0, 1, at=9)), shapes(view(1, 0, at=5))
    merged.merge("a", "b")
    whole.join("a", view(0, 1, at=9))
    one, other = merged.shapes["a"], whole.shapes["a"]
    assert set(merged.shapes) == {"a"}
    assert one.dense.tolist() == other.dense.tolist()
    assert (one.terms, one.names, one.size) == (other.terms, other.names, 2)
    assert (one.first_at, one.last_at, one.dense_length) == (5, 9, other.dense_length)


def story(ident: str, opened_at: int, **other: object) -> LiveStory:
    return LiveStory(story_id=ident, founder=ident, opened_at=opened_at, updated_at=opened_at, **other)  # type: ignore[arg-type]


def test_the_story_opened_first_stays():
    assert merge.older_first(story("a", 2), story("b", 1))[0].story_id == "b"
    assert merge.older_first(story("b", 1), story("a", 1))[0].story_id == "a"


def test_each_desk_is_left_what_it_had_of_either():
    kept = story("a", 1, families=Families({"f": (1, 1), "g": (1, 2)}), ledger=Ledger(2, 3))
    gone = story("b", 2, families=Families({"g": (2, 2), "h": (0, 1)}), ledger=Ledger(1, 1, corrections=1))
    kept.given = {"world": Ledger(2, 3), "dach": Ledger(1)}
    gone.given = {"world": Ledger(1), "business": Ledger(1, 1)}
    kept.assign_at, gone.assign_at = None, 70
    assert merge.absorb(kept, gone, {"a": {}, "b": {}}, 0.6) == {}
    assert kept.families.counts == {"f": (1, 1), "g": (3, 4), "h": (0, 1)}
    # "g" is one family, whatever number of stories it had a text in.
    assert kept.ledger == Ledger(2, 4, corrections=1, merges=1)
    news = {desk: kept.ledger.since(given) for desk, given in kept.given.items()}
    assert news["world"] == Ledger(0, 1, corrections=1, merges=1)
    assert news["business"] == Ledger(1, 3, corrections=1, merges=1)
    assert kept.owed == ["business", "dach", "world"]
    assert (kept.absorbed, kept.assign_at, kept.updated_at) == (["b"], 70, 2)


def test_stories_that_no_desk_had_are_merged_without_news():
    kept = story("a", 1, ledger=Ledger(1), families=Families({"f": (1, 1)}))
    gone = story("b", 2, absorbed=["z"])
    merge.absorb(kept, gone, {"a": {}, "b": {}}, 0.6)
    assert (kept.ledger, kept.owed, kept.assign_at) == (Ledger(1), [], None)
    assert kept.absorbed == ["z", "b"]


def test_what_is_kept_of_merged_stories_is_bounded():
    kept, gone = story("a", 1), story("b", 2)
    kept.numbers = dict.fromkeys(f"n{n}" for n in range(120))
    gone.numbers = dict.fromkeys(f"n{n}" for n in range(110, 180))
    kept.names = dict.fromkeys((f"Kept {n}" for n in range(100)), 1)
    gone.names = dict.fromkeys((f"Gone {n}" for n in range(100)), 2)
    kept.absorbed = [f"s{n}" for n in range(40)]
    merge.absorb(kept, gone, {"a": {}, "b": {}}, 0.6)
    assert (len(kept.numbers), len(kept.names), len(kept.absorbed)) == (120, 120, 20)
    assert list(kept.numbers)[-1] == "n179"
    assert set(gone.names) <= set(kept.names)


# Two first reports of one event, which the engine of these tests is made to hold apart, and one between.
EAST = (
    "Dockers of Kelmar harbour walk out",
    "Dockers of Kelmar harbour walked out over wages, said Ines Varga of the union on Monday.",
)
WEST = (
    "Walkout of dockers at Kelmar harbour",
    "Over wages dockers of Kelmar harbour walked out on Monday, the union of Ines Varga said.",
)
BETWEEN = (
    "Kelmar harbour dockers walk out over wages",
    "Dockers of Kelmar harbour walked out on Monday over wages, union leader Ines Varga said again.",
)
QUAKE = ("Earthquake shakes Torrin valley", "A strong earthquake damaged villages in the Torrin valley.")


class Apart:
    """The weights that come with Tidewire, after some articles that join nothing."""

    def __init__(self, apart: int) -> None:
        self._weights, self._left = load_weights(), apart
        self.threshold = self._weights.threshold

    def scores(self, features):
        self._left -= 1
        return [0.0] * len(features) if self._left >= 0 else self._weights.scores(features)


@pytest.fixture
def apart(desks):
    def engine(apart: int = 1, read: tuple[Desk, ...] = desks, **settings: object) -> StoryEngine:
        values = {"first_debounce_ms": 1000, "debounce_ms": 5000, "copy_resemblance": 1, **settings}
        return StoryEngine(StoriesSettings(**values), read, Apart(apart))  # type: ignore[arg-type]

    return engine


def of(kind, outputs):
    return [output for output in outputs if isinstance(output, kind)]


def run(engine, items):
    return [output for item in items for output in engine.process(item)]


def three(write, **last):
    return [write("a", *EAST, at=0), write("b", *WEST, at=3), write("c", *BETWEEN, at=6, **last)]


def test_the_younger_story_goes_into_the_older(write, apart):
    outputs = run(apart(), three(write))
    first, second = of(Story, outputs)[:2]
    gone, kept = of(Story, outputs)[2:]
    assert first.story_id != second.story_id
    assert (gone.story_id, gone.change, gone.merged_into) == (
        second.story_id,
        StoryChange.MERGED,
        first.story_id,
    )
    assert (gone.revision, gone.decisions, gone.article_count) == (2, (), 1)
    assert (kept.story_id, kept.change, kept.merged_into) == (first.story_id, StoryChange.GREW, None)
    assert [each.article_id for each in kept.articles] == ["a", "b", "c"]
    assert (kept.article_count, kept.independent_count, kept.absorbed) == (3, 3, (second.story_id,))
    assert of(EnrichedArticle, outputs)[-1].story_id == first.story_id


def test_stories_of_other_events_stay_what_they_are(write, apart):
    outputs = run(apart(), [write("a", *EAST, at=0), write("b", *QUAKE, at=3), write("c", *BETWEEN, at=6)])
    assert StoryChange.MERGED not in {each.change for each in of(Story, outputs)}


def test_desks_that_had_either_are_given_the_whole(write, apart, desks):
    picky = tuple(Desk(**{**each.model_dump(), "min_materiality": 0.5}) for each in desks)
    engine = apart(read=picky)
    items = three(write, family="family-a")
    outputs = run(engine, [items[0], replace_desk(items[1], "business"), items[2]])
    outputs += engine.advance(items[-1].article.logged_at + 10_000)
    given = [(each.desk, each.story.article_count) for each in of(Assignment, outputs)]
    assert given == [("world", 1), ("business", 1), ("world", 3), ("business", 3)]
    for each in of(Assignment, outputs)[2:]:
        assert each.story_id == each.story.story_id == of(Story, outputs)[0].story_id
        assert each.story.absorbed == (of(Story, outputs)[1].story_id,)
        assert "1 merged story" in each.reason
    assert engine.advance(items[-1].article.logged_at + 60_000) == []


def replace_desk(item, desk: str):
    return replace(item, article=replace(item.article, desk=desk))


def test_a_desk_that_the_whole_is_not_routed_to_is_given_it_once(write, apart, desks):
    both = (*desks, Desk(name="sport", title="T", mandate="M", audience="A", file_hash="s"))
    engine = apart(read=both)
    items = three(write)
    outputs = run(engine, [items[0], replace_desk(items[1], "sport"), items[2]])
    outputs += run(engine, [write(f"d{n}", *BETWEEN, at=7 + n) for n in range(9)])
    outputs += engine.advance(items[-1].article.logged_at + 10_000)
    last = [each for each in of(Assignment, outputs) if each.story.absorbed]
    assert [each.desk for each in last] == ["world", "sport"]
    assert "had a story that is now part of this one" in last[1].reason


def test_a_revision_of_an_article_of_the_story_that_went_moves_the_other(write, apart):
    engine = apart()
    run(engine, three(write))
    outputs = run(engine, [write("b", WEST[0], WEST[1] + " Corrected.", at=9, version=2)])
    [revised] = of(Story, outputs)
    assert (revised.change, revised.article_count, revised.revision) == (StoryChange.REVISED, 3, 3)
    assert [each.version for each in revised.articles if each.article_id == "b"] == [2]


def test_a_text_that_both_stories_had_is_a_copy_in_the_one(write, apart):
    engine = apart(copy_resemblance=0.9)
    items = [
        write("a", *EAST, at=0),
        write("b", *EAST, at=3),
        write("d", *EAST, at=4),
        write("c", *BETWEEN, at=6),
    ]
    outputs = run(engine, items)
    kept = of(Story, outputs)[-1]
    assert [each.change for each in of(Story, outputs)].count(StoryChange.MERGED) == 1
    assert {each.article_id: each.duplicate_of for each in kept.articles} == {
        "a": None,
        "b": "a",
        "d": "a",
        "c": None,
    }
    assert (kept.family_count, kept.independent_count) == (4, 2)


@pytest.mark.parametrize("restart_after", [0, 1, 2, 3])
def test_an_engine_restored_before_or_after_a_merge_goes_on_as_the_first(write, apart, restart_after):
    items = [*three(write), write("b", WEST[0], WEST[1] + " Corrected.", at=9, version=2)]
    end = items[-1].article.logged_at + 100_000
    steady = apart()
    expected = [*run(steady, items), *steady.advance(end)]
    kept: dict[str, bytes] = {}
    engine, outputs = apart(), []
    for number, item in enumerate(items):
        outputs += engine.process(item)
        for key, value in engine.puts():
            kept.pop(key, None) if value is None else kept.update({key: value})
        if number == restart_after:
            engine = apart(apart=1 if number == 0 else 0)
            engine.restore(kept.items())
    outputs += engine.advance(end)
    assert outputs == expected
    assert "merged" in {each.change.lower() for each in of(Story, outputs)}


def test_nothing_is_left_in_state_of_a_story_that_went(write, apart):
    engine = apart(window_ms=10_000, article_kept_ms=20_000)
    items = three(write)
    outputs = run(engine, items)
    kept: dict[str, bytes] = {}
    gone = next(each.story_id for each in of(Story, outputs) if each.merged_into)
    kept = {key: value for key, value in engine.puts() if value is not None}
    assert [key for key in kept if gone in key] == []
    outputs = engine.advance(items[-1].article.logged_at + 100_000)
    assert [each.change for each in of(Story, outputs)] == [StoryChange.CLOSED]
    for key, value in engine.puts():
        kept.pop(key, None) if value is None else kept.update({key: value})
    assert set(kept) == {"clock"}
