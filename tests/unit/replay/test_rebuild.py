"""A brief made again is the same, or what stands in the way is named to the record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from agents.evaluate import evaluate, recipe
from agents.extract import RECIPE, ExtractiveWriter, extract
from agents.indicators import Indicators
from agents.pipeline import WITHOUT_INDICATORS
from agents.settings import WindowSettings
from agents.work import Work
from replay.rebuild.making import Evidence, Logged, Maker, Rebuilt, rebuild
from schemas.codec import Codec
from schemas.identity import hash_of
from schemas.records import Article, Brief, Indicator, Kind, StoryArticle
from schemas.registry import LocalSchemas
from schemas.takedown import Takedown, Takedowns
from tests.support.newsdesk import DAY_ZERO, DESK, HOUR, article, assignment, port_strike, story, work

CODEC = Codec(LocalSchemas())
MAKER = Maker(CODEC, {"world": DESK}, ExtractiveWriter(), WindowSettings())
CLOSED = DAY_ZERO - 900_000
WINDOW = Indicator(
    name="volume.15m", scope="desk:world", window_start=CLOSED - 900_000, window_end=CLOSED, value=3.0
)


def logged(shown: StoryArticle) -> Logged:
    """The raw record of a member, whose text goes on behind the excerpt where that was cut."""
    return Logged(
        Article(
            article_id=shown.article_id, observed_at=1, kind=Kind.ENTRY, version=shown.version,
            content_hash=shown.content_hash, publisher=shown.publisher, family=shown.family, url=shown.url,
            title=shown.title, text=shown.excerpt, language=shown.language, reliability=shown.reliability,
            published_at=shown.published_at,
        ),
        shown.logged_at,
    )  # fmt: skip


def written(of: Work) -> Brief:
    return evaluate(of, extract(of), RECIPE, generated_at=5)


def evidence(of: Work, **more: Any) -> Evidence:
    values: dict[str, Any] = {
        "brief": written(of),
        "assignment": of.assignment,
        "given_by": "assignments",
        "raw": {(a.raw_partition, a.raw_offset): logged(a) for a in of.story.articles},
        "predecessors": {each.brief_id: each for each in of.predecessors},
        **more,
    }
    return Evidence(**values)


def made(of: Evidence, maker: Maker = MAKER) -> Rebuilt:
    return asyncio.run(rebuild(of, maker))


FIRST = work(port_strike()[:2])
SECOND = work(port_strike(), revision=2, predecessors=(written(FIRST),))


@pytest.mark.parametrize("of", [FIRST, SECOND])
def test_with_everything_at_hand_it_is_identical(of: Work) -> None:
    found = made(evidence(of))
    assert (found.identical, found.missing) == (True, ())
    assert found.hash == found.again_hash
    assert found.again is not None
    assert found.again.generated_at != found.brief.generated_at
    assert found.differences is None


def test_closed_windows_are_found_again_and_later_revisions_of_them_ignored() -> None:
    of = work(port_strike(), indicators=_shown())
    amended = replace(WINDOW, value=9.0, revision=1, amended=True)
    still_open = replace(WINDOW, window_start=DAY_ZERO, window_end=DAY_ZERO + 900_000)
    assert made(evidence(of, windows=(WINDOW, amended, still_open))).identical
    missing = made(evidence(of)).missing
    assert missing == (f"indicator volume.15m desk:world {CLOSED - 900_000}-{CLOSED} is not retained",)


def _shown() -> Any:
    view = Indicators()
    view.add(WINDOW)
    return view.closed("world", CLOSED)


def test_a_brief_written_without_its_indicators_is_made_without_them() -> None:
    of = work(port_strike())
    draft = replace(extract(of), degraded=WITHOUT_INDICATORS)
    degraded = evaluate(of, draft, RECIPE, generated_at=5)
    found = made(evidence(of, brief=degraded, windows=(WINDOW,)))
    assert found.identical


def test_what_the_raw_log_says_counts_and_not_the_copy_in_the_story() -> None:
    forged = tuple(
        replace(each, excerpt=each.excerpt.replace("12 ships", "99 ships")) for each in FIRST.story.articles
    )
    of = replace(FIRST.assignment, story=replace(FIRST.story, articles=forged))
    assert made(evidence(FIRST, assignment=of)).identical


def test_a_text_is_cut_where_the_story_had_it_cut() -> None:
    long = article(
        port_strike()[0].excerpt + " The strike goes on until Friday, said a speaker of the union today.",
        "late",
    )
    cut = replace(long, excerpt=port_strike()[0].excerpt)
    of = work([cut])
    assert made(evidence(of, raw={(long.raw_partition, long.raw_offset): logged(long)})).identical


def test_each_missing_thing_is_named() -> None:
    place = next(iter(evidence(SECOND).raw))
    without = {key: value for key, value in evidence(SECOND).raw.items() if key != place}
    name = f"articles.raw-{place[0]}@{place[1]}"
    assert made(evidence(SECOND, raw=without)).missing == (
        f"{name} (article article-harbour): there is no such record",
    )
    (overtaken,) = made(evidence(SECOND, raw=without, beginnings={place[0]: 300})).missing
    assert overtaken == f"{name} (article article-harbour) is overtaken by retention: it begins at 300"
    (before,) = made(evidence(SECOND, predecessors={})).missing
    assert "which it supersedes" in before
    (retained,) = made(evidence(SECOND, assignment=None, given_by="")).missing
    assert retained.startswith("story story revision 2 is not retained")


def test_another_record_at_the_place_is_another_log() -> None:
    raw = evidence(FIRST).raw
    places = list(raw)
    swapped = {places[0]: raw[places[1]], places[1]: raw[places[0]]}
    missing = made(evidence(FIRST, raw=swapped)).missing
    assert len(missing) == 2
    assert all(each.endswith("another log?") for each in missing)


def test_a_text_that_does_not_have_its_hash_is_not_taken() -> None:
    raw = dict(evidence(FIRST).raw)
    place = next(iter(raw))
    raw[place] = replace(raw[place], article=replace(raw[place].article, text="Something else"))
    assert len(made(evidence(FIRST, raw=raw)).missing) == 1


def test_a_changed_desk_file_and_another_writer_are_told_apart() -> None:
    changed = Maker(
        CODEC, {"world": DESK.model_copy(update={"file_hash": "0" * 64})}, MAKER.writer, MAKER.windows
    )
    (found,) = made(evidence(FIRST), changed).missing
    assert "the file of desk world is 0000000000000000, and was ffffffffffffffff" in found
    assert "the writer" not in found

    class Later(ExtractiveWriter):
        recipe = "another-writer"

    (found,) = made(evidence(FIRST), replace(MAKER, writer=Later())).missing
    assert found.endswith("the writer is another-writer, and was another: its version, model or prompts")
    (found,) = made(evidence(FIRST), replace(MAKER, desks={})).missing
    assert found.startswith("desk world has no file here")


def test_a_response_that_is_not_kept_is_named() -> None:
    brief = written(FIRST)
    asked = replace(brief, provenance=replace(brief.provenance, request_hashes=("kept", "gone")))
    found = made(evidence(FIRST, brief=asked, responses=frozenset({"kept"})))
    assert found.missing == ("the recorded response to request gone is not retained",)


def test_a_story_of_other_articles_belongs_to_a_lane_made_anew() -> None:
    of = assignment(story(port_strike()))
    (found,) = made(evidence(FIRST, assignment=of)).missing
    assert "has other articles than the brief's provenance lists" in found


def test_a_brief_that_was_altered_shows_where() -> None:
    brief = replace(written(FIRST), headline="Nothing happened")
    found = made(evidence(FIRST, brief=brief))
    assert (found.identical, found.missing) == (False, ())
    assert found.differences is not None
    assert found.differences.fields == (("headline", "Nothing happened", written(FIRST).headline),)


def test_the_recipe_is_the_desk_s_file_and_the_writer() -> None:
    assert recipe(DESK, RECIPE) == hash_of({"desk": DESK.file_hash, "writer": RECIPE})
    assert written(FIRST).information_cutoff == DAY_ZERO + HOUR


def test_a_brief_on_what_was_taken_down_may_not_be_made_again() -> None:
    gone = port_strike()[0]
    down = Takedowns([Takedown(publisher=gone.publisher, reason="court order")])
    found = made(evidence(FIRST, takedowns=down))
    place = f"articles.raw-{gone.raw_partition}@{gone.raw_offset}"
    assert found.missing == (
        f"article {gone.article_id} ({place}) was taken down (court order): the brief may not be made again",
    )
    assert found.again is None
