"""Two lanes are equal when they made the same of the same log, and every difference is named."""

from dataclasses import replace
from typing import Any

from replay.compare.comparison import Range, compare
from replay.compare.matching import Fate
from tests.support.lanes import LANE, brief, enriched, story, window


def test_a_lane_equals_itself_and_its_hash_proves_it() -> None:
    found = compare(LANE, LANE)
    assert (found.identical, found.verdict, found.differences) == (True, "identical", ())
    assert found.counts == {
        "articles": (3, 3), "members": (2, 2), "stories": (3, 3), "assignments": (1, 1), "briefs": (1, 1),
        "indicators": (1, 1),
    }  # fmt: skip
    assert found.hashes[0]["all"] == found.hashes[1]["all"] == found.compared[0]["all"]
    assert found.fates[Fate.SAME] == 2
    assert found.b_cubed is not None
    assert found.b_cubed.f1 == 1.0
    assert (found.latency[0].briefs.p50, found.latency[0].stories.p95) == (15, 3)


def test_a_lane_that_merged_two_stories_has_them_as_one() -> None:
    """Articles were put into "t" before it went into "s"; in the other lane it did not."""
    briefs = (brief(), brief(story_id="t", cutoff=12))
    apart = replace(LANE, briefs=briefs)
    one = replace(
        apart, stories=(*LANE.stories, story("t", 2, merged_into="s"), story("s", 3, absorbed=("t",)))
    )
    assert one.members() == {"s": frozenset("abc")}
    assert compare(one, one).identical
    found = compare(apart, one)
    assert found.fates[Fate.MERGED] == 1
    assert {"members", "stories"} <= {difference.kind for difference in found.differences}


def test_an_article_in_another_story_changes_members_stories_and_the_hash() -> None:
    other = replace(LANE, enriched=(enriched("a", "s"), enriched("b", "t"), enriched("c", "t")))
    found = compare(LANE, other)
    assert {"members", "stories"} <= {difference.kind for difference in found.differences}
    assert found.verdict == "different"
    assert found.hashes[0]["members"] != found.hashes[1]["members"]
    assert found.hashes[0]["indicators"] == found.hashes[1]["indicators"]
    assert found.fates[Fate.REGROUPED] == 1


def test_stories_match_by_members_whatever_their_ids() -> None:
    def renamed(records: Any) -> Any:
        return tuple(replace(each, story_id={"s": "x", "t": "y"}[each.story_id]) for each in records)

    other = replace(
        LANE,
        enriched=renamed(LANE.enriched),
        stories=renamed(LANE.stories),
        assignments=renamed(LANE.assignments),
        briefs=renamed(LANE.briefs),
    )
    assert compare(LANE, other).identical


def test_an_article_that_went_on_to_another_story_still_names_the_one_it_left() -> None:
    moved = replace(LANE, enriched=(*LANE.enriched, enriched("c", "s", revision=1)))
    other = replace(
        moved, enriched=tuple(replace(each, story_id=each.story_id + "2") for each in moved.enriched)
    )
    other = replace(
        other, stories=tuple(replace(each, story_id=each.story_id + "2") for each in other.stories)
    )
    first, second = (replace(lane, assignments=(), briefs=()) for lane in (moved, other))
    assert compare(first, second).identical


def test_a_doubled_story_is_a_difference() -> None:
    other = replace(LANE, stories=(*LANE.stories, story("s", 2)))
    (found,) = compare(LANE, other).differences
    assert found.only_second
    assert found.only_second[0].endswith("r2 doubled")


def test_a_missing_assignment_is_a_difference() -> None:
    (found,) = compare(LANE, replace(LANE, assignments=())).differences
    assert found.kind == "assignments"
    assert len(found.only_first) == 1


def test_another_headline_changes_a_brief_and_repeating_it_does_not() -> None:
    assert compare(LANE, replace(LANE, briefs=(brief(), brief()))).identical
    found = compare(LANE, replace(LANE, briefs=(brief("other"),)))
    (difference,) = found.differences
    assert difference.kind == "briefs"
    assert len(difference.changed) == 1
    (pair,) = found.briefs
    assert pair.fields == (("headline", "h", "other"),)


def test_a_brief_that_stands_twice_with_other_content_is_set_beside_the_other_lane_s() -> None:
    found = compare(LANE, replace(LANE, briefs=(brief(), brief("altered"))))
    (difference,) = found.differences
    assert difference.only_second[0].endswith("with other content")
    assert [pair.fields for pair in found.briefs] == [(("headline", "h", "altered"),)]


def test_when_a_brief_was_made_and_what_it_cost_make_no_difference() -> None:
    assert compare(LANE, replace(LANE, briefs=(brief(generated_at=99, trace_id="t"),))).identical


def test_a_brief_that_only_one_lane_has_says_what_the_other_lacks() -> None:
    (pair,) = compare(LANE, replace(LANE, briefs=())).briefs
    assert pair.second is None
    assert pair.reasons == ("assigned in the other lane too, but no brief of it is in that lane's log",)
    (pair,) = compare(LANE, replace(LANE, briefs=(), assignments=())).briefs
    assert pair.reasons == ("not assigned in the other lane at that moment",)


def test_briefs_of_a_split_story_are_set_beside_each_other_by_moment_and_then_the_last_ones() -> None:
    parts = replace(
        LANE,
        enriched=(enriched("a", "x"), enriched("b", "y"), enriched("c", "t")),
        stories=(story("x", 1), story("y", 1), story("t", 1)),
        assignments=(),
        briefs=(brief("at ten", "x", 10), brief("late", "y", 14)),
    )
    whole = replace(
        LANE, briefs=(brief("ten", cutoff=10), brief("twelve", cutoff=12), brief("last", cutoff=13))
    )
    found = [
        (p.first and p.first.headline, p.second and p.second.headline) for p in compare(whole, parts).briefs
    ]
    assert found == [("ten", "at ten"), ("last", "late"), ("twelve", None)]
    assert compare(whole, parts).fates[Fate.SPLIT] == 1


def test_a_window_counts_with_its_last_revision() -> None:
    assert compare(
        replace(LANE, indicators=(window(0, 1.0), window(1, 3.0))),
        replace(LANE, indicators=(window(1, 3.0),)),
    ).identical
    found = compare(LANE, replace(LANE, indicators=(window(0, 4.0),)))
    assert [(each.first, each.second, each.allowed) for each in found.windows] == [(3.0, 4.0, None)]
    assert not compare(LANE, replace(LANE, indicators=(window(0, 3.0), window(0, 3.0)))).identical


def test_windows_are_left_out_where_a_lane_cut_none_and_it_is_said() -> None:
    other = replace(LANE, indicators=(), range=Range(windows=False))
    found = compare(LANE, other)
    assert found.identical
    assert list(found.left_out) == ["indicators"]
    assert not compare(LANE, replace(LANE, indicators=())).identical
