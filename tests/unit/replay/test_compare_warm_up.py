"""Stories from before a lane's range explain what they took in, and nothing besides."""

from dataclasses import replace
from typing import Any

from replay.compare.comparison import Outputs, Range, compare
from replay.compare.matching import Fate
from tests.support.lanes import brief, enriched, given, kinds, named, story

# A lane that read from logged time 100 on, without a warm-up.
READ = Range(start_ms=100, read_from_ms=100)


def lane(*placed: Any, stories: Any = (), read: Range | None = None, **more: Any) -> Outputs:
    return Outputs(placed, stories, range=read or Range(), **more)


def test_what_a_story_from_before_the_range_took_in_by_merging_is_allowed() -> None:
    ours = lane(
        enriched("old", "t", 10), enriched("p", "t", 110), enriched("a", "s", 120), enriched("b", "s", 130),
        stories=(
            story("t", 1, 10), story("t", 2, 110), story("s", 1, 120), story("s", 2, 130),
            story("s", 3, 140, merged_into="t"), story("t", 3, 140, absorbed=("s",)),
        ),
        assignments=(given("s", 1, 120), given("t", 3, 140)),
        briefs=(brief("one", "s", 120), brief("all", "t", 140)),
    )  # fmt: skip
    theirs = lane(
        enriched("p", "p", 110), enriched("a", "s", 120), enriched("b", "s", 130),
        stories=(story("p", 1, 110), story("s", 1, 120), story("s", 2, 130), story("s", 3, 150)),
        assignments=(given("s", 1, 120),),
        briefs=(brief("one", "s", 120), brief("alone", "s", 150)),
        read=READ,
    )  # fmt: skip
    found = compare(ours, theirs)
    assert found.fates[Fate.SPLIT] == 1
    assert (set(named(found)), found.differences) == ({"warm-up"}, ())
    assert found.compared[0] == found.compared[1]
    assert compare(theirs, ours).differences == ()
    read = compare(ours, replace(theirs, range=Range()))
    assert read.verdict == "different"


def test_an_article_that_came_again_within_the_range_was_in_a_story_from_before_it() -> None:
    """The first record of a wording counts, and the lane has read only the second."""
    ours = lane(
        enriched("o", "s", 50), enriched("a", "s", 110), enriched("b", "s", 130),
        stories=(story("s", 1, 50), story("s", 2, 110), story("s", 3, 130)),
    )  # fmt: skip
    theirs = lane(
        enriched("a", "s", 110), enriched("o", "t", 120), enriched("b", "s", 130),
        stories=(story("s", 1, 110), story("t", 1, 120), story("s", 2, 130)),
        read=READ,
    )  # fmt: skip
    found = compare(ours, theirs)
    assert found.fates[Fate.SPLIT] == 1
    assert (set(named(found)), found.differences) == ({"warm-up"}, ())
    assert compare(ours, replace(theirs, range=Range())).verdict == "different"


def test_a_record_that_the_lane_did_read_is_no_cause() -> None:
    """Whatever was said about where it begins."""
    ours = lane(enriched("a", "s", 90), enriched("b", "s", 130), stories=(story("s", 1, 130),))
    theirs = lane(
        enriched("a", "s", 90), enriched("b", "t", 130), stories=(story("s", 1, 90), story("t", 1, 130)),
        read=READ,
    )  # fmt: skip
    assert "members" in kinds(compare(ours, theirs))


def test_a_split_wholly_within_the_range_stays_one() -> None:
    old = enriched("old", "t", 10)
    ours = lane(
        old,
        enriched("a", "s", 110),
        enriched("b", "s", 120),
        stories=(story("s", 1, 110), story("s", 2, 120)),
    )
    theirs = lane(
        enriched("a", "s", 110), enriched("b", "u", 120), stories=(story("s", 1, 110), story("u", 1, 120)),
        read=READ,
    )  # fmt: skip
    found = compare(ours, theirs)
    assert found.fates[Fate.SPLIT] == 1
    assert {"members", "stories"} <= set(kinds(found))


def test_scores_alone_may_differ_for_want_of_what_came_before_the_range() -> None:
    ours = lane(enriched("old", "t", 10), enriched("a", "s", 110, similarity=0.9))
    theirs = lane(enriched("a", "s", 110, similarity=0.8), read=READ)
    found = compare(ours, theirs)
    assert (named(found), found.differences) == ({"warm-up": 2}, ())
    other = lane(enriched("a", "s", 110, similarity=0.8, desk="sport"), read=READ)
    assert kinds(compare(ours, other)) == ["articles"]
    whole = replace(ours, enriched=ours.enriched[1:])
    assert kinds(compare(whole, theirs)) == ["articles"]
