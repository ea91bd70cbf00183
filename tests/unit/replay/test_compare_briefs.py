"""Briefs side by side: each statement that is not in both has its reason, from the briefs themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replay.compare.briefs import Side, pair
from schemas.records import (
    Brief,
    BriefIndicator,
    BriefStatus,
    Citation,
    DroppedStatement,
    Provenance,
    Quality,
    Source,
    Statement,
    StatementKind,
)


def said(text: str, *articles: str, version: int = 1, start: int = 0, **more: Any) -> Statement:
    citations = tuple(
        Citation(
            article_id=each, version=version, content_hash=f"{each}{version}", start=start, end=start + 9
        )
        for each in articles
    )
    return Statement(text=text, citations=citations, **more)


def brief(*statements: Statement, sources: tuple[str, ...] = ("a", "b"), **more: Any) -> Brief:
    listed = tuple(Source(article_id=each, version=1, content_hash=f"{each}1") for each in sources)
    values: dict[str, Any] = {"provenance": Provenance(sources=listed, recipe="r"), **more}
    return Brief(
        brief_id="b", story_id="s", desk="world", generated_at=1, information_cutoff=9,
        statements=statements, **values,
    )  # fmt: skip


def sides(first: Brief, second: Brief) -> list[tuple[str, str, str]]:
    return [(line.side.value, line.text, line.reason) for line in pair(first, second).lines]


def test_equal_briefs_have_no_reasons() -> None:
    one = brief(said("x", "a"), said("y", "b"))
    found = pair(one, replace(one, generated_at=7))
    assert [line.side for line in found.lines] == [Side.BOTH, Side.BOTH]
    assert (found.fields, found.reasons) == ((), ())


def test_order_alone_makes_no_line() -> None:
    one, other = brief(said("x", "a"), said("y", "b")), brief(said("y", "b"), said("x", "a"))
    assert {line.side for line in pair(one, other).lines} == {Side.BOTH}


def test_the_same_text_with_other_citations_names_them() -> None:
    assert sides(brief(said("x", "a", "b")), brief(said("x", "a"))) == [
        ("other citations", "x", "only first cites b v1 [0:9]")
    ]


def test_the_same_citations_with_another_kind_says_so() -> None:
    one, other = brief(said("x", "a")), brief(said("x", "a", kind=StatementKind.JUDGEMENT))
    assert sides(one, other) == [("other particulars", "x", "kind differ")]


def test_a_statement_whose_source_the_other_lacks() -> None:
    one, other = brief(said("x", "a")), brief(said("y", "b"), sources=("b",))
    assert sides(one, other) == [
        ("only first", "x", "not among the other brief's sources: a"),
        ("only second", "y", "its source is there, another sentence was chosen"),
    ]
    assert pair(one, other).reasons == ("sources only of the first: a v1",)


def test_a_statement_that_a_check_dropped_in_the_other() -> None:
    dropped = Quality(dropped=(DroppedStatement(text="a[0:9]", reason="LINK"),))
    found = pair(brief(said("x", "a")), brief(quality=dropped))
    assert found.lines[0].reason == "dropped by a check there: LINK"
    assert found.fields == (("dropped", "none", "a[0:9]: LINK"),)


def test_a_statement_of_a_version_that_the_other_does_not_have() -> None:
    assert sides(brief(said("x", "a", version=2)), brief())[0][2] == (
        "the other brief has another version of its source"
    )


def test_a_withheld_brief_says_why() -> None:
    withheld = brief(status=BriefStatus.WITHHELD, bottom_line="No source may be quoted.")
    found = pair(brief(said("x", "a")), withheld)
    assert found.lines[0].reason == "the other brief is withheld: No source may be quoted."
    assert ("status", "PUBLISHED", "WITHHELD") in found.fields


def test_what_went_in_is_compared_too() -> None:
    window = BriefIndicator(name="volume.1h", scope="desk:world", value=4.0)
    made = Provenance(recipe="other", request_hashes=("h",), sources=brief().provenance.sources)
    found = pair(brief(indicators=(window,)), brief(provenance=made, supersedes=("c",)))
    assert found.reasons == (
        "another recipe: desk file, prompts, model or writer differ",
        "the model was asked something else",
        "other indicators: volume.1h desk:world 4.0 / none",
        "predecessors: 0 and 1",
    )


def test_a_brief_without_a_counterpart_shows_what_it_says_and_why_it_is_alone() -> None:
    found = pair(None, brief(said("x", "a")), "not assigned")
    assert [(line.side, line.reason) for line in found.lines] == [(Side.SECOND, "not assigned")]
    assert found.reasons == ("not assigned",)


statements = st.lists(
    st.builds(said, st.sampled_from("xyz"), st.sampled_from("abc"), start=st.integers(0, 2)), max_size=5
)


@given(statements, statements)
def test_every_statement_stands_in_exactly_one_line(first: list[Statement], second: list[Statement]) -> None:
    lines = pair(brief(*first), brief(*second)).lines
    both = [line for line in lines if line.side not in (Side.FIRST, Side.SECOND)]
    assert len(both) + sum(line.side is Side.FIRST for line in lines) == len(first)
    assert len(both) + sum(line.side is Side.SECOND for line in lines) == len(second)
    texts = sorted(line.text for line in lines if line.side is not Side.SECOND)
    assert texts == sorted(each.text for each in first)
    assert all(line.reason for line in lines if line.side is not Side.BOTH)
