"""What of a source is about its story, and what somebody only put there."""

from agents.relevance import relevance
from agents.sources import sources_of
from language.reading.sentences import sentences
from schemas.records import StoryArticle
from tests.support.newsdesk import article, work

STRIKE = "Dock workers walk out at Port Vell\nDock workers at Port Vell began a strike over night shifts."
OTHER = "Strike stops Port Vell\nThe strike of dock workers over night shifts closed Port Vell on Tuesday."


def held(*articles: StoryArticle, of: int = 0, doubtful: bool = False) -> list[str]:
    """Sentences of one article, by default the first, that are about the story of all."""
    found = relevance(sources_of(work(articles).story))
    holds = found.may_hold if doubtful else found.holds
    text = articles[of]
    return [s.text for s in sentences(text.excerpt, text.language) if holds(text, s)]


def test_what_other_owners_report_leads_to_a_sentence() -> None:
    text = f"{STRIKE} Evaluate market trends in turnip brandy."
    assert held(article(text, "harbour"), article(OTHER, "courier")) == STRIKE.split("\n")


def test_what_its_own_text_leads_to_belongs_with_it() -> None:
    text = f"{STRIKE} Strike leaders at Port Vell deplore crane noise. Crane noise ruins sleep."
    found = held(article(text, "harbour"), article(OTHER, "courier"))
    assert found[-1] == "Crane noise ruins sleep."


def test_sentences_that_only_support_each_other_do_not_come_in() -> None:
    block = "Turnip brandy cures gout. Gout sufferers adore turnip brandy. Turnip brandy, gout, adore."
    found = held(article(f"{STRIKE}\n{block}", "harbour"), article(OTHER, "courier"))
    assert found == STRIKE.split("\n")


def test_a_headline_that_belongs_to_nothing_is_left_out() -> None:
    text = "Evaluate market trends in turnip brandy\n" + STRIKE.split("\n")[1]
    assert held(article(text, "harbour"), article(OTHER, "courier")) == STRIKE.split("\n")[1:]


def test_a_lone_text_is_what_most_of_it_is_about() -> None:
    text = f"Evaluate market trends in turnip brandy\n{STRIKE}"
    assert held(article(text, "harbour")) == STRIKE.split("\n")


def test_a_short_fact_stands_alone() -> None:
    text = f"{STRIKE} Eleven people were hurt."
    assert held(article(text, "harbour"), article(OTHER, "courier"))[-1] == "Eleven people were hurt."


def test_names_lead_from_one_language_to_another() -> None:
    german = article("Hafenstreik\nDie Hafenarbeiter von Port Vell streiken.", "hafen", language="de")
    assert "Die Hafenarbeiter von Port Vell streiken." in held(article(OTHER, "courier"), german, of=1)


def test_where_nothing_can_be_compared_only_the_first_is_sure() -> None:
    lone = article("Walkout at Vell\nCrane drivers oppose night shifts.", "harbour")
    assert held(lone) == ["Walkout at Vell"]
    assert held(lone, doubtful=True) == ["Walkout at Vell", "Crane drivers oppose night shifts."]
