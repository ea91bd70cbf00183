from __future__ import annotations

from dataclasses import replace

import pytest

from flink_jobs.stories.lineage import (
    Families,
    Known,
    Member,
    Sight,
    original_of,
    revised_times,
    shown_members,
    sight,
)
from flink_jobs.stories.settings import HOUR_MS
from language.sketches import sketch
from schemas.records import StoryArticle

WIRE = (
    "Dockers at Kelmar harbour walked out on Monday over wages and hours, union leader Ines Varga said. "
    "About 1,200 workers joined the walkout and container traffic stopped before noon at all three terminals."
)
KNOWN = Known(story_id="s", content_hash="h1", family="f")


def member(article_id: str, text: str, logged_at: int = 0, duplicate_of: str | None = None) -> Member:
    shown = StoryArticle(article_id=article_id, logged_at=logged_at, duplicate_of=duplicate_of)
    return Member(shown, sketch(text))


@pytest.mark.parametrize(
    ("known", "version", "content_hash", "expected"),
    [
        (None, 1, "h1", Sight.FIRST),
        (None, 3, "h1", Sight.FIRST),
        (KNOWN, 1, "h1", Sight.SAME),
        (KNOWN, 2, "h1", Sight.SAME),
        (KNOWN, 1, "h2", Sight.VARIANT),
        (KNOWN, 2, "h2", Sight.REVISION),
    ],
)
def test_what_a_record_is_to_an_article(known, version, content_hash, expected):
    assert sight(known, version, content_hash, at=0, revisions_an_hour=2) is expected


@pytest.mark.parametrize(
    ("version", "content_hash", "expected"),
    [
        (3, "h3", Sight.AGAIN),
        (2, "h2", Sight.AGAIN),
        (4, "h4", Sight.REVISION),
        (1, "h1", Sight.VARIANT),
        (1, "h3", Sight.SAME),
    ],
)
def test_what_is_sent_again_adds_what_is_not_held_nor_superseded(version, content_hash, expected):
    known = replace(KNOWN, content_hash="h3", version=3)
    assert sight(known, version, content_hash, at=0, revisions_an_hour=2, attempt=1) is expected
    assert sight(None, version, content_hash, at=0, revisions_an_hour=2, attempt=1) is Sight.FIRST


def test_revisions_beyond_the_hours_number_are_held_until_the_hour_has_passed():
    known = replace(KNOWN)
    for at in (0, 1000):
        known.revised_at = revised_times(known, at)
    assert sight(known, 4, "h4", 2000, revisions_an_hour=2) is Sight.HELD
    assert sight(known, 5, "h5", HOUR_MS, revisions_an_hour=2) is Sight.REVISION
    assert revised_times(known, HOUR_MS) == (1000, HOUR_MS)


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        "KELMAR (Wire) — " + WIRE + " Additional reporting by our desk.",
        WIRE.replace("1,200", "1,300").replace("Monday", "Tuesday"),
        WIRE[: len(WIRE) * 4 // 5],
    ],
)
def test_lightly_edited_text_is_a_copy(copy):
    assert original_of("b", sketch(copy), [member("a", WIRE)], 0.6) == "a"


def test_own_words_on_the_same_event_are_no_copy():
    own = (
        "Container traffic at Kelmar stopped when harbour workers left their posts, the port authority said."
    )
    assert original_of("b", sketch(own), [member("a", WIRE)], 0.6) is None


def test_a_copy_of_a_copy_leads_to_the_original():
    members = [member("b", WIRE, 2, duplicate_of="a")]
    assert original_of("c", sketch(WIRE), members, 0.6) == "a"


def test_an_article_is_no_copy_of_itself_or_of_its_copies():
    members = [member("a", WIRE, 1), member("b", WIRE, 2, duplicate_of="a")]
    assert original_of("a", sketch(WIRE), members, 0.6) is None


def test_families_are_independent_through_a_text_of_their_own():
    families = Families()
    assert families.add("f1", copy=False)
    assert not families.add("f1", copy=False)
    assert not families.add("f2", copy=True)
    assert (families.number, families.independent) == (2, 1)
    assert families.change("f2", was_copy=True, is_copy=False)
    assert not families.change("f1", was_copy=False, is_copy=True)
    assert families.independent == 2


def test_copies_leave_first_then_the_oldest_but_never_founder_or_changed():
    members = {
        "founder": member("founder", WIRE, 0),
        "copy": member("copy", WIRE, 9, duplicate_of="founder"),
        "old": member("old", WIRE, 1),
        "new": member("new", WIRE, 5),
        "changed": member("changed", WIRE, 2, duplicate_of="founder"),
    }
    assert shown_members(members, "changed", "founder", 4) == ["changed", "founder", "new", "old"]
    assert shown_members(members, "changed", "founder", 3) == ["changed", "founder", "new"]
