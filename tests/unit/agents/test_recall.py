"""What was said before, what is new since, and which windows count."""

from dataclasses import replace

import pytest

from agents.change import NOTHING
from agents.evaluate import evaluate
from agents.extract import RECIPE, extract
from agents.indicators import RECENT_MS, Indicators, last_end
from agents.memory import Remembered
from agents.rail import QUIET_S, Passage
from agents.work import Work
from schemas.codec import Codec
from schemas.records import Brief, Indicator, StoryArticle
from schemas.registry import LocalSchemas
from tests.support.newsdesk import HARBOUR_POST, VELL_COURIER, article, port_strike, work

CODEC = Codec(LocalSchemas())


def brief_of(of: Work) -> Brief:
    return evaluate(of, extract(of), RECIPE, 0)


def remembered(*briefs: Brief) -> Remembered:
    memory = Remembered(CODEC)
    for brief in briefs:
        memory.put(brief, CODEC.encode(brief))
    return memory


def numbered(revision: int, brief_id: str, **more: object) -> Brief:
    return replace(brief_of(work(port_strike())), story_revision=revision, brief_id=brief_id, **more)  # type: ignore[arg-type]


def test_the_predecessor_has_the_largest_revision_below() -> None:
    memory = remembered(numbered(5, "five"), numbered(2, "two"), numbered(9, "nine"))
    below = {revision: memory.below("story", "world", revision) for revision in (1, 2, 3, 9, 10)}
    assert {r: b.brief_id if b else None for r, b in below.items()} == {
        1: None,
        2: None,
        3: "two",
        9: "five",
        10: "nine",
    }
    assert memory.below("story", "business", 10) is None
    assert memory.below("another", "world", 10) is None


def test_a_brief_written_again_counts_once_and_one_taken_down_not_at_all() -> None:
    memory = remembered(numbered(2, "two"), numbered(2, "two"), numbered(3, "three"))
    memory.drop("three")
    memory.drop("never there")
    found = memory.below("story", "world", 9)
    assert found is not None
    assert found.brief_id == "two"


def test_briefs_of_stories_that_are_over_are_forgotten() -> None:
    memory = Remembered(CODEC, kept_ms=1_000)
    for at in range(100):
        brief = numbered(1, f"b{at}", story_id=f"s{at}", information_cutoff=100_000 + at * 100)
        memory.put(brief, CODEC.encode(brief))
    known = [at for at in range(100) if memory.below(f"s{at}", "world", 2) is not None]
    assert known == list(range(89, 100))
    assert memory.superseded("s99", "world", 2, ("s1",)) == frozenset()


def test_has_means_this_very_content() -> None:
    brief = numbered(2, "two")
    memory = remembered(brief)
    assert memory.has(replace(brief, generated_at=99))
    assert not memory.has(replace(brief, headline="Other"))
    assert not memory.has(replace(brief, brief_id="other"))


def test_what_another_story_knew_by_then() -> None:
    memory = remembered(numbered(1, "one", information_cutoff=10), numbered(2, "two", information_cutoff=20))
    assert [
        b.brief_id if b else None for b in (memory.known_by("story", "world", t) for t in (9, 15, 20))
    ] == [None, "one", "two"]


def follow_up(before: Brief, articles: list[StoryArticle]) -> Brief:
    return brief_of(work(articles, revision=before.story_revision + 1, predecessors=(before,)))


def test_a_successor_supersedes_and_says_what_is_new() -> None:
    first = brief_of(work([article(HARBOUR_POST, "harbour", at=1)]))
    second = follow_up(
        first, [article(HARBOUR_POST, "harbour", at=1), article(VELL_COURIER, "courier", at=2)]
    )
    assert second.supersedes == (first.brief_id,)
    assert second.change.startswith("1 more article (courier.example). Independent families: 2, before 1.")
    assert "new statement" in second.change
    assert "walked out" not in second.change


def test_nothing_new_is_called_that() -> None:
    first = brief_of(work(port_strike()))
    assert follow_up(first, list(port_strike())).change == NOTHING


def test_a_correction_is_told_with_what_no_longer_stands() -> None:
    old = article(
        "Strike\nSome 900 dock workers left the port of Vell on Tuesday night.", "harbour", article_id="a"
    )
    new = article(
        "Strike\nSome 480 dock workers left the port of Vell on Tuesday night.",
        "harbour",
        article_id="a",
        version=2,
    )
    change = follow_up(brief_of(work([old])), [new]).change
    assert "harbour.example revised its text." in change
    assert "No longer in the source: “Some 900" in change


def test_a_statement_of_an_article_no_longer_shown_is_not_called_fallen() -> None:
    first = brief_of(work([article(HARBOUR_POST, "harbour")]))
    assert "No longer" not in follow_up(first, [article(VELL_COURIER, "courier")]).change


def window(
    end: int, value: float = 1.0, *, name: str = "volume.15m", scope: str = "desk:world", revision: int = 0
) -> Indicator:
    return Indicator(
        name=name, scope=scope, window_start=end - 900, window_end=end, value=value, revision=revision
    )


def test_only_the_first_revision_of_the_latest_closed_window_of_the_desk_is_used() -> None:
    view = Indicators()
    for each in (
        window(900, 1.0),
        window(1800, 5.0, revision=1),
        window(1800, 2.0),
        window(2700, 3.0),
        window(1800, 7.0, name="families.15m"),
        window(1800, 9.0, scope="desk:business"),
    ):
        view.add(each)
    found = view.closed("world", 2000)
    assert [(i.name, i.window_end, i.value) for i in found] == [
        ("families.15m", 1800, 7.0),
        ("volume.15m", 1800, 2.0),
    ]


def test_old_windows_are_not_used() -> None:
    view = Indicators()
    view.add(window(900))
    assert view.closed("world", 900 + RECENT_MS) == ()
    assert len(view.closed("world", 1000)) == 1


@pytest.mark.parametrize(
    ("cutoff", "end"),
    [(921_999, 0), (922_000, 900_000), (922_001, 900_000), (1_821_999, 900_000), (1_822_000, 1_800_000)],
)
def test_a_window_counts_once_its_delay_is_over(cutoff: int, end: int) -> None:
    assert last_end(cutoff, 900_000, 22_000) == end


def test_a_job_has_passed_at_its_second_commit_past_every_record() -> None:
    passage, records = Passage(), {0: 10, 1: 20}
    assert not passage.seen({0: 11, 1: 20}, records, 0.0)
    assert not passage.seen({0: 11, 1: 21}, records, 1.0)
    assert not passage.seen({0: 11, 1: 21}, records, 2.0)
    assert passage.seen({0: 12, 1: 21}, records, 3.0)


def test_a_job_whose_commits_have_stopped_has_passed() -> None:
    passage, records = Passage(), {0: 10}
    assert not passage.seen({0: 11}, records, 0.0)
    assert passage.seen({0: 11}, records, QUIET_S)


def test_one_look_tells_how_far_a_job_has_come() -> None:
    passage = Passage()
    passage.seen({0: 50, 1: 50}, {0: 10, 1: 10}, 0.0)
    assert passage.seen({0: 90, 1: 90}, {0: 10, 1: 10}, 1.0)
    assert passage.covers({0: 49, 1: 49})
    assert not passage.covers({0: 49, 1: 50})
    assert not passage.covers({0: 49, 1: None})


def test_a_partition_without_a_record_after_the_moment_is_waited_for() -> None:
    passage = Passage()
    assert not passage.seen({0: 99, 1: 99}, {0: 1, 1: None}, 0.0)
    assert not passage.seen({0: 100, 1: 99}, {0: 1, 1: None}, QUIET_S)
    assert not passage.seen({0: -1}, {0: 0}, 99.0)
