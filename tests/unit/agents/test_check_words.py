"""Names, speech, likelihood, independence, wording: what the gate does with each, through the gate."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from agents.checks import Origin, Reason, Setting, gate, line_objection
from agents.checks.gate import Gated
from agents.checks.independence import needed
from agents.checks.likelihood import TERMS, terms
from agents.checks.placeholders import filled, rail_of
from schemas.records import BriefIndicator, Citation, Statement, StatementKind
from tests.support.newsdesk import DAY_ZERO, HARBOUR_POST, HOUR, MERIDIAN, VELL_COURIER

HARBOUR, COURIER, MERIDIAN_KEY = ("harbour", 1, "h"), ("courier", 1, "h"), ("meridian", 1, "h")
TEXTS = {HARBOUR: HARBOUR_POST, COURIER: VELL_COURIER, MERIDIAN_KEY: MERIDIAN}
SETTING = Setting(
    language="en",
    cutoff=DAY_ZERO + HOUR,
    origins={key: Origin("en", key[0], f"{key[0]}.example", DAY_ZERO) for key in TEXTS},
)
WALKOUT = "Dock workers at Port Vell walked out on Tuesday after talks over night shifts collapsed."
MEMBERS = "The union said that 480 of its members had joined the strike."
SHIPS = "At least 12 ships were waiting outside the harbour by noon, the port authority said."
SOREL = "Minister Ana Sorel called both sides to a meeting in the capital on Wednesday."


def cite(quote: str) -> Citation:
    key = next(key for key, text in TEXTS.items() if quote in text)
    start = TEXTS[key].index(quote)
    return Citation(
        article_id=key[0],
        version=key[1],
        content_hash=key[2],
        quote=quote,
        start=start,
        end=start + len(quote),
    )


def fact(text: str, *quotes: str) -> Statement:
    return Statement(kind=StatementKind.FACT, text=text, citations=tuple(map(cite, quotes)))


def gated(*statements: Statement, setting: Setting = SETTING) -> Gated:
    return gate(statements, TEXTS, setting)


def reasons(*statements: Statement, setting: Setting = SETTING) -> tuple[list[str], list[str]]:
    """Those for which statements were dropped, and those for which they were downgraded."""
    found = gated(*statements, setting=setting)
    doubts = [each.reason.value for each in found.downgraded if each.reason is not Reason.CONTRADICTED]
    return [each.reason for each in found.dropped], doubts


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("At Port Vell, dockers stopped work on Tuesday when talks over night shifts broke down.", WALKOUT),
        ("Some 480 union members have joined the strike.", MEMBERS),
        ("The port authority said a dozen ships or more were waiting off the harbour at noon.", SHIPS),
        ("Ana Sorel, the minister, has called both sides to a meeting on Wednesday.", SOREL),
        ("On Wednesday, Sorel's meeting brings both sides to the capital.", SOREL),
        ("The “night shifts” at Port Vell were what talks collapsed over.", WALKOUT),
    ],
)
def test_what_a_source_says_stands_in_other_words(text: str, quote: str) -> None:
    assert reasons(fact(text, quote)) == ([], [])


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("The union said that 840 of its members had joined the strike.", MEMBERS, "NUMBER_NOT_IN_SOURCE"),
        ("Workers at Port Vell walked out on Thursday after talks collapsed.", WALKOUT, "DATE_NOT_IN_SOURCE"),
        ("Workers at Port Sable walked out on Tuesday after talks collapsed.", WALKOUT, "NAME_NOT_IN_SOURCE"),
        ("Minister Ana Feldkamp called both sides to a meeting.", SOREL, "NAME_NOT_IN_SOURCE"),
        (
            "The union called it “a disgrace for the port”, as talks collapsed.",
            WALKOUT,
            "SPEECH_NOT_IN_SOURCE",
        ),
        ("A comet passed close to a distant planet, astronomers reported.", WALKOUT, "NOT_IN_SOURCE"),
        ("Several outlets report that 480 members joined the strike.", MEMBERS, "NOT_INDEPENDENT"),
        ("The strike at Port Vell will likely last, after talks collapsed.", WALKOUT, "LIKELIHOOD_IN_FACT"),
        ("Workers at Port Vell walk out on 4 May 2027 after talks.", WALKOUT, "DATE_AFTER_CUTOFF"),
    ],
)
def test_what_no_cited_text_says_is_dropped(text: str, quote: str, reason: str) -> None:
    assert reasons(fact(text, quote)) == ([reason], [])


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("The port authority said 480 ships were waiting outside the harbour.", SHIPS, "NUMBER_NOT_IN_QUOTE"),
        ("At least 12 ships were waiting outside by noon on Tuesday.", SHIPS, "DATE_NOT_IN_QUOTE"),
        ("The union said that 480 of its members had not joined the strike.", MEMBERS, "DENIAL_DIFFERS"),
        ("The ministry said that 480 of its members had joined the strike.", MEMBERS, "SPEAKER_DIFFERS"),
    ],
)
def test_what_is_elsewhere_in_the_text_lowers_confidence(text: str, quote: str, reason: str) -> None:
    found = gated(fact(text, quote))
    assert reasons(fact(text, quote)) == ([], [reason])
    assert found.statements[0].confidence == "low"


def test_a_name_exchanged_for_another_of_the_text_lowers_confidence() -> None:
    text = (
        "Talks: Ana Sorel met Paul Lindqvist.\nAna Sorel opened the talks. Paul Lindqvist closed the harbour."
    )
    key = ("a", 1, "h")
    quote = "Paul Lindqvist closed the harbour."
    start = text.index(quote)
    citation = Citation(
        article_id="a", version=1, content_hash="h", quote=quote, start=start, end=start + len(quote)
    )
    body = text.replace("Talks: Ana Sorel met Paul Lindqvist.", "Harbour closed")
    moved = replace(citation, start=body.index(quote), end=body.index(quote) + len(quote))
    statement = Statement(text="Ana Sorel closed the harbour.", citations=(moved,))
    found = gate([statement], {key: body}, Setting(origins={key: Origin("en", "a", "a.example", DAY_ZERO)}))
    assert [each.reason for each in found.downgraded] == [Reason.NAME_NOT_IN_QUOTE]


def test_several_families_may_be_said_to_agree() -> None:
    both = fact(
        "Two outlets report that dock workers at Port Vell walked out on Tuesday.",
        WALKOUT,
        "Talks over night shifts at Port Vell collapsed and dock workers walked out on Tuesday.",
    )
    assert reasons(both) == ([], [])
    three = replace(both, text=both.text.replace("Two", "Three"))
    assert reasons(three) == (["NOT_INDEPENDENT"], [])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Several media report it.", 2),
        ("Four independent sources said so.", 4),
        ("This was independently confirmed.", 2),
        ("Laut mehreren Medien streiken sie.", 2),
        ("Drei Zeitungen berichten es.", 3),
        ("Plusieurs médias le rapportent.", 2),
        ("Según varios medios, hay huelga.", 2),
        ("The reports were late.", 0),
        ("One source said so.", 0),
    ],
)
def test_claims_of_independence_are_counted(text: str, count: int) -> None:
    assert needed(text, []) == count


def test_a_claim_of_independence_in_the_quote_is_the_source_s() -> None:
    assert needed("Several sources told the paper so.", ["several sources told the paper so"]) == 0


def judged(kind: StatementKind, text: str, **more: str) -> Statement:
    return Statement(kind=kind, text=text, basis=(0,), **more)  # type: ignore[arg-type]


FORECAST, JUDGEMENT = StatementKind.FORECAST, StatementKind.JUDGEMENT


@pytest.mark.parametrize(
    ("statement", "dropped", "doubts"),
    [
        (judged(FORECAST, "The strike will likely go on."), [], []),
        (judged(FORECAST, "The strike goes on.", likelihood="very likely"), [], []),
        (judged(FORECAST, "The strike goes on."), ["LIKELIHOOD_MISSING"], []),
        (judged(JUDGEMENT, "The strike is serious."), [], ["LIKELIHOOD_MISSING"]),
        (judged(JUDGEMENT, "The strike is serious.", confidence="moderate"), [], []),
        (judged(FORECAST, "The strike goes on.", likelihood="quite sure"), ["LIKELIHOOD_UNKNOWN"], []),
        (
            judged(FORECAST, "It is unlikely to go on.", likelihood="very likely"),
            ["LIKELIHOOD_DIFFERS"],
            [],
        ),
        (judged(FORECAST, "It will likely (95%) go on."), ["LIKELIHOOD_DIFFERS"], []),
        (
            judged(FORECAST, "We say with high confidence that it will likely go on."),
            ["LIKELIHOOD_AND_CONFIDENCE"],
            [],
        ),
        (judged(FORECAST, "The strike will likely go on until 4 May 2027."), [], []),
        (judged(FORECAST, "The strike will likely cost 90 jobs."), ["NUMBER_NOT_IN_SOURCE"], []),
    ],
)
def test_estimates_say_how_likely_they_are(
    statement: Statement, dropped: list[str], doubts: list[str]
) -> None:
    assert reasons(fact(WALKOUT, WALKOUT), statement) == (dropped, doubts)


def test_the_likelihood_said_in_words_becomes_the_statement_s() -> None:
    found = gated(
        fact(WALKOUT, WALKOUT), judged(FORECAST, "The strike will very probably, or very likely, go on.")
    )
    assert found.statements[1].likelihood in {term.name for term in TERMS}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It is very unlikely.", "very unlikely"),
        ("It is unlikely.", "unlikely"),
        ("Das ist sehr wahrscheinlich.", "very likely"),
        ("Das ist unwahrscheinlich.", "unlikely"),
        ("C'est peu probable.", "unlikely"),
        ("Il viendra probablement.", "likely"),
        ("Es muy probable.", "very likely"),
        ("Es casi seguro.", "almost certain"),
    ],
)
def test_a_term_is_known_in_other_languages(text: str, name: str) -> None:
    assert [term.name for term, _, _ in terms(text)] == [name]


def test_the_terms_cover_the_scale_without_gaps() -> None:
    assert all(one.high == two.low for one, two in itertools.pairwise(TERMS))
    assert (TERMS[0].low, TERMS[-1].high) == (1, 99)


def test_another_family_s_figure_is_told_and_lowers_confidence() -> None:
    found = gated(fact(MEMBERS, MEMBERS))
    assert found.statements[0].confidence == "low"
    assert [each.reason for each in found.downgraded] == [Reason.CONTRADICTED]
    (contradiction,) = found.contradictions
    assert {citation.article_id for citation in contradiction.citations} == {"harbour", "meridian"}
    assert "480" in contradiction.text
    assert "350" in contradiction.text


def test_the_rail_s_figures_come_by_placeholder_alone() -> None:
    rail = rail_of([BriefIndicator(name="volume", scope="desk/world", value=1234.0, z=2.5)], "en")
    setting = replace(SETTING, rail=rail)
    named = fact("Dock workers walked out; [rail:volume/desk/world] articles came in.", WALKOUT)
    assert (
        gated(named, setting=setting).statements[0].text == "Dock workers walked out; 1,234 articles came in."
    )
    written = fact("Dock workers walked out; 1,234 articles came in.", WALKOUT)
    assert reasons(written, setting=setting)[0] == ["NUMBER_NOT_IN_SOURCE"]
    unknown = fact("Dock workers walked out; [rail:spread/desk/world] articles came in.", WALKOUT)
    assert reasons(unknown, setting=setting)[0] == ["UNKNOWN_PLACEHOLDER"]


def test_brackets_of_a_source_are_no_placeholders() -> None:
    assert filled("[Rail] strike at Port Vell", {}) == "[Rail] strike at Port Vell"
    assert filled("[rail:volume] reports", {}) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Dock workers walk out at Port Vell", None),
        ("Port Vell: 480 union members on strike", None),
        ("Port Vell: 840 union members on strike", Reason.NUMBER_NOT_IN_SOURCE),
        ("Strike at Port Vell, says Paul Lindqvist", Reason.NAME_NOT_IN_SOURCE),
        ("Strike at Port Vell: see www.a.example", Reason.LINK),
    ],
)
def test_a_headline_rests_on_the_brief_s_texts(line: str, reason: Reason | None) -> None:
    assert line_objection(line, TEXTS, SETTING) is reason


@pytest.mark.parametrize(
    ("said", "language", "source", "of", "stands"),
    [
        (
            "The German minister met Macron.",
            "en",
            "Deutschland: Macron traf den Minister in Berlin.",
            "de",
            True,
        ),
        ("WHO officials met in Geneva.", "en", "The World Health Organization met in Geneva.", "en", True),
        ("The US and Britain agreed.", "en", "The United States and the United Kingdom agreed.", "en", True),
        ("In Dresden wird gebaut.", "de", "Die Dresdner bauen.", "de", True),
        ("Zurich banks agreed.", "en", "Banken in Zürich sind einig.", "de", True),
        ("Le ministre Sorel a parlé à Nantes.", "fr", "M. Sorel a parlé à Nantes.", "fr", True),
        ("Anna Lindqvist met Paul Sorel.", "en", "Anna Sorel met the mayor.", "en", False),
        ("Talks in Geneva failed, said Norway.", "en", "Talks in Geneva failed, said Sweden.", "en", False),
        ("El ministro Zárate habló en Lima.", "es", "El ministro Quispe habló en Lima.", "es", False),
    ],
)
def test_names_stand_under_their_other_forms(
    said: str, language: str, source: str, of: str, stands: bool
) -> None:
    key = ("a", 1, "h")
    citation = Citation(
        article_id="a", version=1, content_hash="h", quote=source, start=1, end=1 + len(source)
    )
    setting = Setting(language=language, origins={key: Origin(of, "a", "a.example", DAY_ZERO)})
    found = gate([Statement(text=said, citations=(citation,))], {key: "\n" + source}, setting)
    assert ("NAME_NOT_IN_SOURCE" not in [each.reason for each in found.dropped]) is stands
