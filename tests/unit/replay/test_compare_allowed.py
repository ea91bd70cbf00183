"""What two lanes may differ in, for a reason that is in the log, and what none of that explains."""

from dataclasses import replace

from replay.compare.comparison import Allowed, Outputs, Range, RawLog, compare
from replay.compare.lane import warm_range
from replay.compare.matching import Fate
from replay.compare.raw_log import LogFold
from replay.compare.records import Placed
from schemas.records import Article, Kind, Provenance, Source
from schemas.takedown import Takedown, Takedowns
from tests.support.lanes import LANE, MIDDLE, WHOLE, brief, enriched, named, story, window
from topics.catalogue import ARTICLES_ENRICHED, STORIES
from topics.partitioning import partition_for


def test_what_came_after_the_end_is_left_out() -> None:
    longer = replace(
        LANE,
        stories=(*LANE.stories, story("s", 3, at=11)),
        indicators=(window(0, 3.0), window(0, 1.0, end=40)),
    )
    assert not compare(LANE, longer).identical
    assert compare(LANE, longer.up_to(10, 30)).identical


def test_a_lane_from_the_middle_differs_under_warm_up_only() -> None:
    found = compare(WHOLE, MIDDLE)
    assert found.differences == ()
    assert set(named(found)) == {"warm-up"}
    assert (found.identical, found.verdict) == (False, "equal but for allowed differences")
    assert found.compared[0] == found.compared[1]
    # The story whose beginning the lane has not read is the same story all the same.
    assert found.fates[Fate.SAME] == 2


def test_what_a_warm_up_does_not_explain_is_a_real_difference() -> None:
    wrong = replace(MIDDLE, briefs=(MIDDLE.briefs[0], brief("another", "t", 130)))
    (difference,) = compare(WHOLE, wrong).differences
    assert (difference.kind, len(difference.changed)) == ("briefs", 1)
    lost = replace(MIDDLE, enriched=MIDDLE.enriched[:-1])
    kinds = {each.kind for each in compare(WHOLE, lost).differences}
    assert {"articles", "members"} <= kinds
    counted = replace(MIDDLE, indicators=(MIDDLE.indicators[0], window(0, 9.0, 200, 100)))
    assert [each.kind for each in compare(WHOLE, counted).differences] == ["indicators"]


def test_without_a_range_and_a_mark_a_lane_that_lacks_the_beginning_is_different() -> None:
    unmarked = tuple(replace(each, warmup=False) for each in MIDDLE.enriched)
    found = compare(WHOLE, replace(MIDDLE, enriched=unmarked, range=warm_range(unmarked)))
    assert found.verdict == "different"
    assert named(found) == {}


def test_marks_tell_the_range_of_a_lane() -> None:
    assert warm_range(MIDDLE.enriched) == Range(start_ms=61, read_from_ms=60)
    assert warm_range(WHOLE.enriched) == Range()


def test_a_difference_of_an_earlier_brief_explains_the_next_only_while_they_differ() -> None:
    whole = (*WHOLE.briefs, brief("s4", "s", 140, supersedes=("s@110",)))
    same = (*MIDDLE.briefs, brief("s4 otherwise", "s'", 140, supersedes=("s'@110",)))
    assert compare(replace(WHOLE, briefs=whole), replace(MIDDLE, briefs=same)).differences == ()
    # From briefs that are equal another must follow that is equal.
    mended = (brief("s3", "s'", 110), *same[1:])
    lanes = (replace(WHOLE, briefs=whole), replace(MIDDLE, briefs=mended))
    assert compare(*lanes).differences == ()  # Its story is one whose beginning was not read.
    read = replace(MIDDLE, range=Range(start_ms=100, read_from_ms=0), enriched=_all_read(), briefs=mended)
    assert [each.kind for each in compare(lanes[0], read).differences if each.kind == "briefs"] == ["briefs"]


def _all_read() -> tuple[Placed, ...]:
    return (enriched("old", "s'", 10, warmup=True), *MIDDLE.enriched)


def test_records_older_than_retention_may_be_missing() -> None:
    log = RawLog(first_offsets={0: 50}, first_logged_at=55)
    kept = Outputs(WHOLE.enriched[1:], WHOLE.stories, WHOLE.assignments, WHOLE.briefs, WHOLE.indicators)
    found = compare(WHOLE, kept, log)
    assert set(named(found)) == {"retention"}
    assert found.differences == ()
    assert compare(WHOLE, kept).verdict == "different"


def test_a_lane_s_own_topics_forget_too() -> None:
    at = partition_for(b"old", 6)
    forgot = replace(WHOLE, enriched=WHOLE.enriched[1:], kept_from={ARTICLES_ENRICHED: {at: 60}})
    found = compare(WHOLE, forgot)
    assert (set(named(found)), found.differences) == ({"retention"}, ())
    at = partition_for(b"s", 6)
    forgot = replace(WHOLE, stories=WHOLE.stories[1:], kept_from={STORIES: {at: 60}})
    found = compare(WHOLE, forgot)
    assert (named(found), found.differences) == ({"retention": 1}, ())


def test_taken_down_articles_may_be_missing_and_change_their_stories() -> None:
    without = replace(
        WHOLE,
        enriched=tuple(each for each in WHOLE.enriched if each.article_id != "y"),
        stories=WHOLE.stories[:-1],
        assignments=WHOLE.assignments[:-1],
        briefs=WHOLE.briefs[:-1],
    )
    log = RawLog(takedowns=(Takedown(article_id="y"),))
    found = compare(WHOLE, without, log)
    assert (set(named(found)), found.differences) == ({"takedowns"}, ())
    elsewhere = RawLog(takedowns=(Takedown(article_id="another"),))
    assert compare(WHOLE, without, elsewhere).verdict == "different"


def test_briefs_on_what_was_taken_down_are_counted_and_not_shown() -> None:
    sources = Provenance(sources=(Source(article_id="y"),))
    ours = replace(WHOLE, briefs=(*WHOLE.briefs[:-1], brief("t2", "t", 130, provenance=sources)))
    theirs = replace(ours, enriched=WHOLE.enriched[:-1], briefs=WHOLE.briefs[:-1])
    log = RawLog(takedowns=(Takedown(article_id="y"),))
    found = compare(ours, theirs, log)
    assert found.briefs == ()
    assert "briefs" in {each.kind for each in found.allowed[Allowed.TAKEDOWNS]}
    assert len(compare(ours, theirs).briefs) == 1


def test_with_an_article_less_scores_may_differ_from_then_on_and_nothing_else() -> None:
    log = RawLog(takedowns=(Takedown(article_id="gone"),))
    ours = replace(LANE, enriched=(enriched("gone", "g", 50), enriched("a", "s", 60, similarity=0.9)))
    theirs = replace(LANE, enriched=(enriched("a", "s", 60, similarity=0.8),))
    found = compare(ours, theirs, log)
    assert [each.changed for each in found.allowed[Allowed.TAKEDOWNS] if each.kind == "articles"] != [()]
    assert [each.kind for each in found.differences if each.kind == "articles"] == []
    other = replace(LANE, enriched=(enriched("a", "s", 60, similarity=0.8, desk="sport"),))
    assert "articles" in [each.kind for each in compare(ours, other, log).differences]
    before = replace(ours, enriched=(enriched("gone", "g", 70), *ours.enriched[1:]))
    assert "articles" in [each.kind for each in compare(before, theirs, log).differences]


def test_a_takedown_covers_an_article_a_publisher_or_all_under_a_url() -> None:
    article = enriched("a", "s", publisher="p.example", url="https://p.example/news/1")
    assert Takedown("a").covers(article)
    assert Takedown(publisher="p.example").covers(article)
    assert Takedown(url_prefix="https://p.example/news/").covers(article)
    assert not Takedown(url_prefix="https://p.example/sport/").covers(article)
    assert not Takedown("b", "p.example").covers(article)
    assert not Takedown().covers(article)


def test_what_was_refused_from_the_first_counts_in_the_windows_of_one_lane_only() -> None:
    """The job that cuts windows knows of no takedown; a replay leaves out what is under one."""
    down = Takedowns([Takedown(publisher="p.example", reason="r")])
    fold = LogFold({0: 0}, 0, down)
    for published_at in (150, None):
        entry = Article(
            kind=Kind.ENTRY,
            article_id="z",
            publisher="p.example",
            desk="world",
            published_at=published_at,
            observed_at=0,
        )
        fold.take(0, 1, 170, entry)
    log = fold.end()
    assert log.takedowns == tuple(down)
    assert log.taken_down_at == tuple(
        (scope, at) for at in (150, 170) for scope in ("desk:world", "publisher:p.example")
    )
    ours = replace(WHOLE, indicators=(window(0, 3.0, 200, 100),))
    theirs = replace(WHOLE, indicators=(window(0, 1.0, 200, 100),))
    assert [each.allowed for each in compare(ours, theirs, log).windows] == [Allowed.TAKEDOWNS]
    assert [each.allowed for each in compare(ours, theirs).windows] == [None]


def test_a_window_differs_for_an_article_s_reason_only_if_that_counts_in_it() -> None:
    article = enriched("y", "t", 130, desk="world", published_at=100)
    ours = replace(WHOLE, enriched=(*WHOLE.enriched[:-1], article))
    theirs = replace(
        WHOLE, enriched=WHOLE.enriched[:-1], indicators=(window(0, 3.0, 100, 0), window(0, 1.0, 200, 100))
    )
    log = RawLog(first_offsets={0: 131})
    assert [each.allowed for each in compare(ours, theirs, log).windows] == [Allowed.RETENTION]
    counted = replace(theirs, indicators=(window(0, 2.0, 100, 0), window(0, 2.0, 200, 100)))
    assert [each.allowed for each in compare(ours, counted, log).windows] == [None]


def test_records_that_broke_the_order_explain_their_stories_and_no_others() -> None:
    swapped = replace(WHOLE, stories=(*WHOLE.stories[:4], story("t", 2, 131)))
    log = RawLog(out_of_order=frozenset({(0, 130)}))
    assert (named(compare(WHOLE, swapped, log)), compare(WHOLE, swapped, log).differences) == (
        {"order breaks": 1},
        (),
    )
    other = replace(WHOLE, stories=(story("s", 1, 11), *WHOLE.stories[1:]))
    assert [each.kind for each in compare(WHOLE, other, log).differences] == ["stories"]


def test_the_log_is_folded_to_ticks_breaks_takedowns_and_its_beginning() -> None:
    def tick() -> Article:
        return Article(article_id="", observed_at=0)

    fold = LogFold({0: 0, 1: 7}, skew_ms=2)
    fold.take(0, 0, 10, tick())
    fold.take(0, 1, 9, Article(article_id="a", observed_at=0, kind=Kind.ENTRY))
    fold.take(0, 2, 7, Article(article_id="b", observed_at=0, kind=Kind.ENTRY))
    fold.take(0, 3, 12, tick())
    fold.take(1, 7, 11, tick())
    fold.take(1, 8, 11, Article(article_id="a", observed_at=0, kind=Kind.TAKEDOWN))
    log = fold.end()
    assert (log.complete_until, log.first_logged_at) == (11, 11)
    assert log.out_of_order == {(0, 2)}
    assert log.takedowns == (Takedown("a"),)


def test_a_brief_refused_its_money_may_differ_and_so_may_those_after_it() -> None:
    ours = replace(LANE, briefs=(brief("a"), brief("b", cutoff=12, supersedes=("s@10",))))
    theirs = replace(
        LANE,
        briefs=(brief("cheap"), brief("after it", cutoff=12, supersedes=("s@10",))),
        refused={"s@10": "budget of the day is spent"},
    )
    found = compare(ours, theirs)
    assert (named(found), found.differences) == ({"budget refusals": 2}, ())
    assert compare(ours, replace(theirs, refused={})).verdict == "different"
    assert list(found.allowed) == list(Allowed)
