"""The page and the JSON of a comparison say the same, and nothing that feeds wrote runs."""

import json
from dataclasses import replace

from replay.compare.comparison import compare
from replay.compare.page import page
from replay.compare.summary import summary
from tests.support.lanes import LANE, MIDDLE, WHOLE, brief


def test_equal_lanes_are_said_to_be_identical_with_their_hash() -> None:
    found = compare(LANE, LANE)
    text = page(found, "live", "check")
    assert "live beside check: <span class=identical>identical</span>" in text
    assert found.hashes[0]["all"] in text
    said = summary(found, "live", "check")
    assert said["identical"] is True
    assert said["hashes"]["live"] == said["hashes"]["check"]
    assert json.loads(json.dumps(said))["stories"]["same"] == 2


def test_allowed_differences_are_listed_under_their_names() -> None:
    found = compare(WHOLE, MIDDLE)
    said = summary(found, "live", "middle")
    assert (said["identical"], said["verdict"]) == (False, "equal but for allowed differences")
    assert list(said["allowed"]) == ["takedowns", "retention", "warm-up", "order breaks", "budget refusals"]
    assert said["allowed"]["warm-up"]
    assert said["differences"] == []
    assert "<summary>warm-up</summary>" in page(found, "live", "middle")


def test_a_lane_that_was_not_at_its_end_is_named() -> None:
    found = compare(LANE, LANE)
    assert "Lane check's replay had not come to its end" in page(found, "live", "check", unfinished=["check"])
    assert "come to its end" not in page(found, "live", "check")


def test_what_a_feed_wrote_is_text_on_the_page() -> None:
    hostile = replace(LANE, briefs=(brief("<script>alert(1)</script>"),))
    text = page(compare(hostile, LANE), "live", "check")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "default-src 'none'" in text
