"""A model's draft beside the gate: what ships of it, and the floor where it fails."""

from __future__ import annotations

from agents.evaluate import evaluate
from agents.extract import extract
from agents.work import Draft, Work
from schemas.records import (
    Brief,
    BriefIndicator,
    BriefStatus,
    Citation,
    Contradiction,
    Statement,
    StatementKind,
    StoryArticle,
    Writer,
)
from tests.support.newsdesk import DAY_ZERO, HOUR, port_strike, work

WALKOUT = "Dock workers at Port Vell walked out on Tuesday after talks over night shifts collapsed."
MEMBERS = "The union said that 480 of its members had joined the strike."
SHIPS = "At least 12 ships were waiting outside the harbour by noon, the port authority said."


def fact(text: str, quote: str, of: StoryArticle) -> Statement:
    start = of.excerpt.index(quote)
    citation = Citation(
        article_id=of.article_id,
        version=of.version,
        content_hash=of.content_hash,
        quote=quote,
        start=start,
        end=start + len(quote),
    )
    return Statement(kind=StatementKind.FACT, text=text, citations=(citation,))


def written(*statements: Statement, headline: str = "Strike at Port Vell", **more: object) -> Draft:
    return Draft(  # type: ignore[arg-type]
        writer=Writer.MODEL,
        headline=headline,
        statements=statements,
        request_hashes=("r1",),
        input_tokens=1000,
        output_tokens=200,
        cost_usd=0.01,
        **more,
    )


def brief_of(of: Work, draft: Draft) -> Brief:
    return evaluate(of, draft, "model-1", DAY_ZERO + HOUR)


HARBOUR = port_strike()[0]
RIGHT = fact(
    "Dockers at Port Vell stopped work on Tuesday after talks on night shifts collapsed.", WALKOUT, HARBOUR
)
ALSO = fact("Twelve or more ships were waiting outside the harbour by noon.", SHIPS, HARBOUR)
WRONG = fact("Some 40 ships were waiting outside the harbour by noon.", SHIPS, HARBOUR)


def test_prose_that_stands_ships_as_it_is() -> None:
    brief = brief_of(work(port_strike()), written(RIGHT, ALSO))
    assert (brief.status, brief.writer) == (BriefStatus.PUBLISHED, Writer.MODEL)
    assert [statement.text for statement in brief.statements] == [RIGHT.text, ALSO.text]
    assert brief.headline == "Strike at Port Vell"


def test_what_does_not_stand_is_left_out_and_the_reason_kept() -> None:
    brief = brief_of(work(port_strike()), written(RIGHT, WRONG))
    assert (brief.status, brief.writer) == (BriefStatus.DEGRADED, Writer.MODEL)
    assert [statement.text for statement in brief.statements] == [RIGHT.text]
    assert [each.reason for each in brief.quality.dropped] == ["NUMBER_NOT_IN_SOURCE"]


def test_when_most_of_the_prose_falls_the_floor_ships_with_the_reason() -> None:
    of = work(port_strike())
    brief = brief_of(of, written(RIGHT, WRONG, WRONG))
    assert (brief.status, brief.writer) == (BriefStatus.DEGRADED, Writer.EXTRACTIVE)
    assert [s.text for s in brief.statements] == [s.text for s in extract(of).statements]
    assert "2 NUMBER_NOT_IN_SOURCE" in brief.gaps[0]
    assert [each.reason for each in brief.quality.dropped][:2] == ["NUMBER_NOT_IN_SOURCE"] * 2
    # The calls were made, and are paid.
    assert brief.provenance.request_hashes == ("r1",)
    assert (brief.provenance.input_tokens, brief.provenance.cost_usd) == (1000, 0.01)


def test_a_draft_without_statements_falls_too() -> None:
    brief = brief_of(work(port_strike()), written())
    assert brief.writer is Writer.EXTRACTIVE
    assert "no statements" in brief.gaps[0]


def test_a_headline_with_an_invented_figure_gives_way_to_what_stands() -> None:
    lines = {"headline": "40 ships wait at Port Vell", "bottom_line": "Paul Lindqvist is to blame."}
    brief = brief_of(work(port_strike()), written(RIGHT, ALSO, **lines))  # type: ignore[arg-type]
    assert brief.headline == brief.bottom_line == RIGHT.text


def test_alternatives_rest_on_the_sources_as_well() -> None:
    alternatives = ("Ana Sorel may end it on Wednesday.", "Paul Lindqvist may end it on Sunday.")
    brief = brief_of(work(port_strike()), written(RIGHT, ALSO, alternatives=alternatives))
    assert brief.alternatives == alternatives[:1]


def test_a_contradiction_that_a_model_makes_up_is_left_out() -> None:
    made_up = Contradiction(text="One says 12 ships, another 40.", citations=ALSO.citations)
    brief = brief_of(work(port_strike()), written(RIGHT, ALSO, contradictions=(made_up,)))
    assert brief.contradictions == ()


def test_a_contradiction_between_sources_is_found_whoever_writes() -> None:
    members = fact(MEMBERS, MEMBERS, HARBOUR)
    brief = brief_of(work(port_strike()), written(RIGHT, members))
    assert brief.statements[1].confidence == "low"
    assert [{c.article_id for c in each.citations} for each in brief.contradictions] == [
        {"article-harbour", "article-meridian"}
    ]


def test_a_reader_is_told_why_confidence_is_low() -> None:
    loose = fact("The union says 480 ships were waiting outside the harbour.", SHIPS, HARBOUR)
    brief = brief_of(work(port_strike()), written(RIGHT, loose))
    assert brief.statements[1].confidence == "low"
    assert any(
        gap.startswith("Low confidence in statement 2: a figure is in the cited text") for gap in brief.gaps
    )


def test_the_rail_is_filled_in_where_it_is_named() -> None:
    rail = (BriefIndicator(name="volume", scope="desk/world", value=48.0),)
    named = fact(f"{RIGHT.text[:-1]}, in [rail:volume/desk/world] reports.", WALKOUT, HARBOUR)
    draft = written(named, ALSO, headline="Port Vell: [rail:volume/desk/world] reports of a strike")
    brief = brief_of(work(port_strike(), indicators=rail), draft)
    assert brief.statements[0].text.endswith(", in 48 reports.")
    assert brief.headline == "Port Vell: 48 reports of a strike"
