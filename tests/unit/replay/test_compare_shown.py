"""A brief that only shows windows which may differ is allowed under their name."""

from dataclasses import replace
from typing import Any

import pytest

from replay.compare.comparison import RawLog, compare
from replay.compare.records import Told
from schemas.records import BriefIndicator
from schemas.takedown import Takedown
from tests.support.lanes import LANE, brief, enriched, kinds, named, window


def shown(value: float, start: int = 0, end: int = 20, name: str = "volume.1h") -> BriefIndicator:
    return BriefIndicator(name=name, scope="desk:world", window_start=start, window_end=end, value=value)


def told(*indicators: BriefIndicator, **more: Any) -> Told:
    return brief(indicators=indicators, **more)


# An article of a story of its own, which was taken down, counted in the window 0-20 of one lane.
DOWN = RawLog(takedowns=(Takedown(article_id="gone"),))
COUNTED = replace(
    LANE,
    enriched=(*LANE.enriched, enriched("gone", "g", 12, desk="world", published_at=5)),
    briefs=(told(shown(3.0)),),
)
UNCOUNTED = replace(LANE, briefs=(told(shown(2.0)),), indicators=(window(0, 2.0),))


def test_a_brief_that_shows_an_allowed_window_is_allowed_under_its_name() -> None:
    found = compare(COUNTED, UNCOUNTED, DOWN)
    assert (named(found), found.differences) == ({"takedowns": 3}, ())
    assert found.compared[0] == found.compared[1]
    assert compare(COUNTED, UNCOUNTED).verdict == "different"


@pytest.mark.parametrize(
    "more", [{"headline": "another"}, {"story_revision": 2}, {"supersedes": ("s@1",)}, {"gaps": ("x",)}]
)
def test_a_brief_with_one_more_difference_stays_changed(more: dict[str, Any]) -> None:
    found = compare(COUNTED, replace(UNCOUNTED, briefs=(told(shown(2.0), **more),)), DOWN)
    assert [(each.kind, len(each.changed)) for each in found.differences] == [("briefs", 1)]


def test_a_brief_with_one_more_window_that_no_record_explains_stays_changed() -> None:
    before = shown(1.0, 0, 4, "volume.4m")
    ours = replace(COUNTED, briefs=(told(shown(3.0), before),))
    theirs = replace(UNCOUNTED, briefs=(told(shown(2.0), replace(before, value=9.0)),))
    assert kinds(compare(ours, theirs, DOWN)) == ["briefs"]
    assert kinds(compare(ours, replace(theirs, briefs=(told(shown(2.0), before),)), DOWN)) == []


def test_a_brief_that_tells_equal_windows_otherwise_stays_changed() -> None:
    """A cause counts in the window, but both lanes count the same."""
    theirs = replace(UNCOUNTED, indicators=LANE.indicators)
    assert kinds(compare(COUNTED, theirs, DOWN)) == ["briefs"]
    twice = replace(COUNTED, briefs=(told(shown(3.0), shown(3.0)),))
    assert kinds(compare(twice, replace(twice, briefs=(told(shown(3.0)),)), DOWN)) == ["briefs"]


def test_an_earlier_window_is_shown_for_want_of_the_one_that_is_allowed() -> None:
    ours = replace(COUNTED, indicators=(window(0, 7.0, 0, -20), *LANE.indicators))
    theirs = replace(UNCOUNTED, briefs=(told(shown(7.0, -20, 0)),), indicators=ours.indicators[:1])
    found = compare(ours, theirs, DOWN)
    assert (named(found), found.differences) == ({"takedowns": 3}, ())
    # The other way round there is nothing that the later one follows from.
    early = replace(UNCOUNTED, briefs=(told(shown(7.0, -20, 0)),), indicators=ours.indicators)
    assert kinds(compare(ours, early, DOWN)) == ["briefs"]
    none = replace(theirs, briefs=(told(),), indicators=())
    assert kinds(compare(COUNTED, none, DOWN)) == []


def test_from_a_brief_that_shows_other_windows_nothing_goes_on_to_the_next() -> None:
    """A brief is written with its predecessors' statements at hand, and these are equal."""
    after = {"cutoff": 14, "supersedes": ("s@10",)}
    ours = replace(COUNTED, briefs=(*COUNTED.briefs, brief("h", **after)))
    theirs = replace(UNCOUNTED, briefs=(*UNCOUNTED.briefs, brief("another", **after)))
    found = compare(ours, theirs, DOWN)
    assert [(each.kind, len(each.changed)) for each in found.differences] == [("briefs", 1)]
