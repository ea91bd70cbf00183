from __future__ import annotations

from desks.loader import Desk
from desks.prototypes import prototypes_of
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from schemas.records import Assignment, DecisionKind, EnrichedArticle, Story, StoryChange
from tests.support.stories import WordEncoder

STRIKE = (
    "Dockers walk out at Kelmar harbour",
    "Dockers at Kelmar harbour walked out on Monday over wages, the union leader Ines Varga said. "
    "About 1,200 workers joined the walkout and container traffic stopped before noon.",
)
STRIKE_AGAIN = (
    "Kelmar harbour walkout stops container traffic",
    "Container traffic at Kelmar harbour stopped when dockers joined a walkout over wages on Monday, "
    "said union leader Ines Varga. The port authority called for talks.",
)
QUAKE = (
    "Earthquake shakes Torrin valley",
    "A strong earthquake damaged villages in the Torrin valley early on Tuesday, rescue teams reported.",
)


def of(kind, outputs):
    return [output for output in outputs if isinstance(output, kind)]


def run(engine, items):
    return [output for item in items for output in engine.process(item)]


def test_articles_of_one_event_form_one_story(write, new_engine):
    engine = new_engine()
    outputs = run(
        engine, [write("a", *STRIKE, at=0), write("b", *QUAKE, at=1), write("c", *STRIKE_AGAIN, at=2)]
    )
    enriched = of(EnrichedArticle, outputs)
    assert [e.article_id for e in enriched] == ["a", "b", "c"]
    assert enriched[0].story_id == enriched[2].story_id != enriched[1].story_id
    assert enriched[0].similarity == 0 < enriched[2].similarity
    changes = [(s.change, s.revision, s.article_count) for s in of(Story, outputs)]
    assert changes == [(StoryChange.NEW, 1, 1), (StoryChange.NEW, 1, 1), (StoryChange.GREW, 2, 2)]


def test_a_copy_joins_but_is_no_independent_source(write, new_engine):
    engine = new_engine()
    outputs = run(engine, [write("a", *STRIKE, at=0), write("b", *STRIKE, at=1, url="b")])
    story = of(Story, outputs)[-1]
    assert story.articles[1].duplicate_of == "a"
    assert (story.article_count, story.family_count, story.independent_count) == (2, 2, 1)


def test_one_family_counts_once(write, new_engine):
    engine = new_engine()
    outputs = run(
        engine, [write("a", *STRIKE, at=0, family="f"), write("b", *STRIKE_AGAIN, at=1, family="f")]
    )
    story = of(Story, outputs)[-1]
    assert (story.article_count, story.family_count, story.independent_count) == (2, 1, 1)


def test_a_revision_changes_the_story_and_a_revert_is_one_too(write, new_engine):
    engine = new_engine()
    run(engine, [write("a", *STRIKE, at=0)])
    corrected = (STRIKE[0], STRIKE[1].replace("1,200", "1,500"))
    outputs = run(engine, [write("a", *corrected, at=1, version=2), write("a", *STRIKE, at=2, version=3)])
    assert [(s.change, s.revision, s.article_count) for s in of(Story, outputs)] == [
        (StoryChange.REVISED, 2, 1),
        (StoryChange.REVISED, 3, 1),
    ]
    assert [e.revision for e in of(EnrichedArticle, outputs)] == [1, 2]
    assert of(Story, outputs)[-1].articles[0].version == 3


def test_another_feeds_wording_is_a_variant_and_moves_nothing(write, new_engine):
    engine = new_engine()
    run(engine, [write("a", *STRIKE, at=0)])
    outputs = run(engine, [write("a", STRIKE[0], "Shortened.", at=1, feed_id="other")])
    assert [type(o) for o in outputs] == [EnrichedArticle]
    assert outputs[0].variant
    assert outputs[0].revision == 0


def test_more_flips_than_allowed_in_an_hour_are_counted_only(write, new_engine):
    engine = new_engine(revisions_an_hour=2)
    items = [write("a", STRIKE[0], STRIKE[1] + f" Edit {n}.", at=n, version=n) for n in range(1, 6)]
    outputs = run(engine, items)
    assert len(of(EnrichedArticle, outputs)) == 3
    assert engine.counters["held"] == 2
    later = run(engine, [write("a", *STRIKE, at=3700, version=6)])
    assert [e.revision for e in of(EnrichedArticle, later)] == [3]


def test_a_new_story_is_assigned_soon_and_news_later(write, new_engine):
    engine = new_engine(first_debounce_ms=1000, debounce_ms=5000)
    run(engine, [write("a", *STRIKE, at=0)])
    [first] = of(Assignment, engine.advance(write("x", "x", at=1).article.logged_at))
    assert first.desk == "world"
    assert first.desk_hash == "w"
    assert first.assigned_at - first.story.opened_at == 1000
    assert first.reason.startswith("new story, 1 new independent source")
    run(engine, [write("b", *STRIKE_AGAIN, at=2)])
    assert engine.advance(write("x", "x", at=6.999).article.logged_at) == []
    [second] = engine.advance(write("x", "x", at=7).article.logged_at)
    assert second.story.revision == 2
    assert "1 new independent source" in second.reason


def test_repetition_is_no_assignment(write, new_engine):
    engine = new_engine(first_debounce_ms=0, debounce_ms=0)
    run(engine, [write("a", *STRIKE, at=0)])
    outputs = run(engine, [write("b", *STRIKE, at=1), write("c", "Unrelated", "Nothing.", at=2)])
    assert [a.story.revision for a in of(Assignment, outputs)] == [1]


def test_backfill_joins_but_causes_no_assignment(write, new_engine):
    engine = new_engine(first_debounce_ms=0)
    outputs = run(engine, [write("a", *STRIKE, at=0, backfill=True)])
    outputs += engine.advance(write("x", "x", at=100).article.logged_at)
    assert of(Assignment, outputs) == []
    outputs = run(engine, [write("b", *STRIKE_AGAIN, at=101)])
    outputs += engine.advance(write("x", "x", at=102).article.logged_at)
    [assignment] = of(Assignment, outputs)
    assert assignment.story.article_count == 2


def test_a_quiet_story_closes_and_a_later_revision_opens_its_successor(write, new_engine):
    engine = new_engine(window_ms=10_000)
    run(engine, [write("a", *STRIKE, at=0)])
    outputs = run(engine, [write("a", *STRIKE_AGAIN, at=20, version=2)])
    stories = of(Story, outputs)
    assert [s.change for s in stories] == [StoryChange.CLOSED, StoryChange.NEW]
    assert stories[0].updated_at - stories[0].opened_at == 10_000
    assert stories[1].previous_story_id == stories[0].story_id
    assert stories[1].articles[0].revision == 1


def test_a_story_shows_at_most_its_number_of_articles_and_the_changed_one(write, new_engine):
    engine = new_engine(shown_articles=3)
    outputs = run(
        engine, [write(f"a{n}", STRIKE[0], f"{STRIKE[1]} Report number {n}.", at=n) for n in range(6)]
    )
    story = of(Story, outputs)[-1]
    assert story.article_count == 6
    assert [a.article_id for a in story.articles] == ["a0", "a4", "a5"]
    outputs = run(engine, [write("a2", STRIKE[0], STRIKE[1] + " Corrected.", at=9, version=2)])
    assert "a2" in [a.article_id for a in of(Story, outputs)[-1].articles]


def test_a_record_before_the_last_is_counted_and_taken(write, new_engine):
    engine = new_engine()
    run(engine, [write("a", *STRIKE, at=5)])
    outputs = run(engine, [write("b", *STRIKE_AGAIN, at=4)])
    assert engine.counters["out_of_order"] == 1
    assert of(Story, outputs)[-1].article_count == 2


def test_outputs_of_the_warm_up_are_marked(write, new_engine):
    boundary = write("x", "x", at=10).article.logged_at
    engine = new_engine(warmup_until_ms=boundary)
    outputs = run(engine, [write("a", *STRIKE, at=0), write("b", *QUAKE, at=10)])
    assert [o.warmup for o in of(EnrichedArticle, outputs)] == [True, False]
    assert [o.warmup for o in of(Assignment, outputs)] == [True]


def test_a_revision_says_what_follows_from_it(write, new_engine):
    engine = new_engine(first_debounce_ms=1000)
    [new] = of(Story, run(engine, [write("a", *STRIKE, at=0)]))
    [assignment] = of(Assignment, engine.advance(new.opened_at + 1000))
    [said] = new.decisions
    assert (said.desk, said.kind, said.due_at) == ("world", DecisionKind.ASSIGN, assignment.assigned_at)
    assert (said.reason, said.materiality) == (assignment.reason, assignment.materiality)
    [copy] = of(Story, run(engine, [write("b", *STRIKE, at=2)]))
    assert [(each.kind, each.due_at) for each in copy.decisions] == [(DecisionKind.LEAVE, None)]
    assert copy.decisions[0].reason.startswith("repetition only")


# START is 22:13:20 UTC.
QUIET = {"from": "22:13", "to": "22:20", "except_from": 0.7}


def sleeping(desks, **settings):
    quiet = tuple(Desk(**{**each.model_dump(), "quiet_hours": QUIET}) for each in desks)
    return StoryEngine(StoriesSettings(first_debounce_ms=1000, debounce_ms=1000, **settings), quiet)


def test_what_quiet_hours_held_goes_out_at_once_when_they_end(write, desks):
    engine = sleeping(desks)
    outputs = run(engine, [write("a", *STRIKE, at=0), write("b", *STRIKE, at=60)])
    outputs += run(engine, [write("c", *QUAKE, at=390), write("d", *STRIKE_AGAIN, at=399, family="family-a")])
    outputs += engine.advance(write("x", "x", at=402).article.logged_at)
    of_strike = [each for each in of(Assignment, outputs) if each.story.articles[0].article_id == "a"]
    [gathered] = of_strike
    assert gathered.assigned_at == write("x", "x", at=400).article.logged_at
    assert gathered.story.article_count == 3
    assert of(Story, outputs)[0].decisions[0].kind is DecisionKind.HOLD


def test_news_that_becomes_urgent_in_quiet_hours_goes_out(write, desks):
    engine = sleeping(desks)
    outputs = run(engine, [write("a", *STRIKE, at=0), write("b", *STRIKE_AGAIN, at=60)])
    outputs += engine.advance(write("x", "x", at=100).article.logged_at)
    [urgent] = of(Assignment, outputs)
    assert urgent.assigned_at == write("x", "x", at=61).article.logged_at
    assert urgent.materiality >= 0.7


def test_a_held_story_is_held_by_a_restored_engine_too(write, desks):
    first, second = sleeping(desks), sleeping(desks)
    run(first, [write("a", *STRIKE, at=0)])
    first.advance(write("x", "x", at=5).article.logged_at)
    second.restore((key, value) for key, value in first.puts() if value is not None)
    assert second.next_due() == first.next_due() == write("x", "x", at=400).article.logged_at
    end = write("x", "x", at=401).article.logged_at
    assert second.advance(end) == first.advance(end) != []


def test_a_story_is_routed_by_its_likeness_to_prototypes(write, desks):
    likes = Desk(**{**desks[0].model_dump(), "prototypes": ["\n".join(QUAKE)], "prototypes_floor": 0.9})
    prototypes = prototypes_of((likes,), WordEncoder())
    engine = StoryEngine(StoriesSettings(), (likes,), prototypes=prototypes)
    strike, quake = of(Story, run(engine, [write("a", *STRIKE, at=0), write("b", *QUAKE, at=1)]))
    assert [(each.desk, each.kind) for each in strike.decisions] == [("", DecisionKind.LEAVE)]
    assert [(each.desk, each.kind) for each in quake.decisions] == [("business", DecisionKind.ASSIGN)]
    assert "prototypes: 1.00 alike" in quake.decisions[0].reason


def test_acceleration_is_news_without_anything_new_in_the_texts(write, new_engine):
    engine = new_engine(copy_resemblance=1, first_debounce_ms=0, debounce_ms=0)
    texts = [f"{STRIKE[1]} Read more in edition {'abcdefgh'[n]}." for n in range(7)]
    times = [0, *range(40_000, 40_006)]
    items = [write(f"a{n}", STRIKE[0], texts[n], at=at, family="f") for n, at in enumerate(times)]
    outputs = [*run(engine, items), *engine.advance(items[-1].article.logged_at + 1000)]
    first, faster = of(Assignment, outputs)
    assert first.story.article_count == 1
    assert faster.reason.startswith("1 acceleration (")
    assert faster.assigned_at == items[5].article.logged_at


def test_what_is_sent_through_again_counts_once_and_gets_in_where_it_was_lost(write, new_engine):
    engine = new_engine()
    first = write("a", "Port strike halts cargo", "Dockers walked out over wages.", at=0)
    before = engine.process(first)
    assert len(before) == 2
    again = write("a", "Port strike halts cargo", "Dockers walked out over wages.", at=0.5, attempt=1)
    assert engine.process(again) == []
    lost = write("b", "Port strike stops all", "Dockers walked out over wages too.", at=0.9, attempt=1)
    assert [type(each).__name__ for each in engine.process(lost)] == ["EnrichedArticle", "Story"]
    assert engine.counters["again"] == 1


def test_a_restored_engine_knows_versions(write, new_engine):
    engine, restored = new_engine(), new_engine()
    for version in (1, 2, 3):
        engine.process(write("a", "Port strike", f"Wording {version} of it.", at=version, version=version))
    restored.restore([(key, value) for key, value in engine.puts() if value is not None])
    old = write("a", "Port strike", "Wording 2 of it.", at=9, version=2, attempt=1)
    # What was due by then comes all the same.
    assert {type(each) for each in restored.process(old)} == {Assignment}
