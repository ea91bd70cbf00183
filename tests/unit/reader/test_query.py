"""What is asked, and what of the answer is shown."""

from dataclasses import replace
from typing import Any

import pytest

from reader.query import Found, Scope, collapsed, conditions, hybrid, normalised
from sinks.store import FOREVER, RRF_K, Hit, Not, OneOf, Within


def hit(ident: str, kind: str = "article", score: float = 0.02, **fields: Any) -> Hit:
    record = {"duplicate_of": fields.pop("duplicate_of", None)}
    payload = {"kind": kind, "key": ident, "record": record, "known_from": 1, "date": 1, **fields}
    return Hit(f"point-{ident}-{score}", score, payload)


def ranked(*hits: Hit) -> list[Hit]:
    return [replace(each, score=0.03 - n / 1_000) for n, each in enumerate(hits)]


def keys(found: list[Found]) -> list[str]:
    return [each.hit.payload["key"] for each in found]


def copies(found: Found) -> list[str]:
    return [each.payload["key"] for each in found.copies]


def test_by_default_only_what_is_the_latest_and_not_withheld() -> None:
    assert conditions(Scope()) == [
        OneOf("kind", ("brief", "article")),
        Within("known_to", at_least=FOREVER),
        Not(OneOf("status", ("WITHHELD",))),
    ]


def test_as_of_takes_the_place_of_the_latest() -> None:
    where = conditions(Scope(as_of=50))
    assert Within("known_from", below=51) in where
    assert Within("known_to", at_least=51) in where
    assert Within("known_to", at_least=FOREVER) not in where


def test_all_versions_and_withheld_when_asked() -> None:
    assert conditions(Scope(kinds=("brief",), superseded=True, withheld=True)) == [OneOf("kind", ("brief",))]


def test_filters() -> None:
    where = conditions(Scope(since=1, until=2, language="de", desk="world", story="s"))
    assert {
        Within("date", 1, 2),
        OneOf("language", ("de",)),
        OneOf("desk", ("world",)),
        OneOf("story", ("s",)),
    } <= set(where)


def test_more_is_fetched_than_shown() -> None:
    assert hybrid("port strike", (1.0,), Scope(), limit=40).limit == 200
    assert hybrid("port strike", (1.0,), Scope(), limit=1).limit == 50


def test_copies_of_one_text_are_one_result_with_the_originals_name_and_the_best_score() -> None:
    copy, of_copy = hit("copy", duplicate_of="first"), hit("of-copy", duplicate_of="copy")
    found = collapsed(ranked(copy, hit("x"), hit("first"), of_copy), 10)
    assert keys(found) == ["first", "x"]
    assert copies(found[0]) == ["copy", "of-copy"]
    assert found[0].score > found[1].score


def test_copies_that_point_at_each_other_end() -> None:
    found = collapsed([hit("a", duplicate_of="b"), hit("b", duplicate_of="a")], 10)
    assert 1 <= len(found) <= 2


def test_a_revised_original_is_not_hidden_by_copies_of_what_it_said_before() -> None:
    early = [hit("copy", duplicate_of="first"), hit("other", duplicate_of="first")]
    revised, late = hit("first", known_from=5), hit("late", duplicate_of="first", known_from=9)
    found = collapsed(ranked(*early, revised, late), 10)
    assert keys(found) == ["copy", "first"]
    assert [copies(each) for each in found] == [["other"], ["late"]]


def test_copies_of_what_was_not_found_are_one() -> None:
    hits = [hit("a", duplicate_of="gone"), hit("b", duplicate_of="gone")]
    assert len(collapsed(hits, 10)) == 1


def test_versions_are_one_unless_asked_for() -> None:
    versions = ranked(hit("a"), hit("a"))
    assert len(collapsed(versions, 10)) == 1
    assert len(collapsed([versions[0], replace(versions[1], id="other")], 10, versions=True)) == 2


def test_briefs_of_two_desks_are_two() -> None:
    pairs = {"b1": "s/world", "b2": "s/business", "b3": "s/world"}
    assert keys(collapsed(ranked(*(hit(i, "brief", pair=p) for i, p in pairs.items())), 10)) == ["b1", "b2"]


def test_limit_counts_results_not_copies() -> None:
    assert keys(collapsed(ranked(hit("a"), hit("b", duplicate_of="a"), hit("c"), hit("d")), 2)) == ["a", "c"]


def test_equal_scores_are_newest_first_whatever_order_the_engine_gave() -> None:
    old, new = hit("old", date=1), hit("new", date=2)
    assert keys(collapsed([old, new], 10)) == keys(collapsed([new, old], 10)) == ["new", "old"]


@pytest.mark.parametrize(
    ("score", "shown"), [(2 / RRF_K, 1.0), (1 / RRF_K, 0.5), (3 / RRF_K, 1.0), (0.0, 0.0)]
)
def test_scores_are_on_a_scale_to_one(score: float, shown: float) -> None:
    assert normalised(score) == shown
