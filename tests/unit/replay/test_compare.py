"""Two lanes are equal when they made the same of the same log, and every difference is named."""

from dataclasses import replace

from replay.compare import Outputs, compare
from schemas.records import Assignment, Brief, EnrichedArticle, Indicator, Story


def enriched(article: str, story: str, logged: int = 10) -> EnrichedArticle:
    return EnrichedArticle(
        article_id=article, story_id=story, published_at=1, observed_at=2, logged_at=logged
    )


def story(story_id: str, revision: int, at: int = 10) -> Story:
    return Story(story_id=story_id, revision=revision, opened_at=1, updated_at=at)


def brief(headline: str = "h") -> Brief:
    return Brief(
        brief_id="b", story_id="s", desk="world", generated_at=1, information_cutoff=10, headline=headline
    )


def window(revision: int, value: float, end: int = 20) -> Indicator:
    return Indicator(
        name="volume.1h", scope="desk:world", window_start=0, window_end=end, value=value, revision=revision
    )


LANE = Outputs(
    (enriched("a", "s"), enriched("b", "s"), enriched("c", "t")),
    (story("s", 1), story("s", 2), story("t", 1)),
    (Assignment(story_id="s", desk="world", assigned_at=10, story=story("s", 1)),),
    (brief(),),
    (window(0, 3.0),),
)


def test_a_lane_equals_itself() -> None:
    found = compare(LANE, LANE)
    assert found.identical
    assert found.counts == {
        "members": (2, 2), "stories": (3, 3), "assignments": (1, 1), "briefs": (1, 1), "indicators": (1, 1)
    }  # fmt: skip


def test_an_article_in_another_story_changes_members_and_stories() -> None:
    other = replace(LANE, enriched=(enriched("a", "s"), enriched("b", "t"), enriched("c", "t")))
    kinds = {difference.kind for difference in compare(LANE, other).differences}
    assert {"members", "stories"} <= kinds


def test_stories_match_by_members_whatever_their_ids() -> None:
    def renamed(records: tuple[EnrichedArticle, ...] | tuple[Story, ...]) -> tuple[object, ...]:
        return tuple(replace(each, story_id={"s": "x", "t": "y"}[each.story_id]) for each in records)

    first = replace(LANE, assignments=(), briefs=())
    other = replace(first, enriched=renamed(LANE.enriched), stories=renamed(LANE.stories))
    assert compare(first, other).identical


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
    (found,) = compare(LANE, replace(LANE, briefs=(brief("other"),))).differences
    assert found.kind == "briefs"
    assert len(found.changed) == 1


def test_a_window_counts_with_its_last_revision() -> None:
    assert compare(
        replace(LANE, indicators=(window(0, 1.0), window(1, 3.0))),
        replace(LANE, indicators=(window(1, 3.0),)),
    ).identical
    assert not compare(LANE, replace(LANE, indicators=(window(0, 4.0),))).identical
    assert not compare(LANE, replace(LANE, indicators=(window(0, 3.0), window(0, 3.0)))).identical


def test_what_came_after_the_end_is_left_out() -> None:
    longer = replace(
        LANE,
        stories=(*LANE.stories, story("s", 3, at=11)),
        indicators=(window(0, 3.0), window(0, 1.0, end=40)),
    )
    assert not compare(LANE, longer).identical
    assert compare(LANE, longer.up_to(10, 30)).identical
