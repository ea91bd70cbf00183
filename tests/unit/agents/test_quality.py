"""Source grades keep reliability and credibility apart; gaps say what is missing."""

from agents.quality import gaps, grades
from agents.sources import sources_of
from schemas.records import Citation, Contradiction, Reliability, Statement, StoryArticle
from tests.support.newsdesk import article, story


def outlets(*names: str) -> tuple[StoryArticle, ...]:
    return tuple(article(f"Title {n}\nText of {name}.", name, at=n) for n, name in enumerate(names))


def said_by(*names: str) -> Statement:
    return Statement(text="x", citations=tuple(Citation(article_id=f"article-{name}") for name in names))


def credibility(
    articles: tuple[StoryArticle, ...], *statements: Statement, against: tuple[str, ...] = ()
) -> dict[str, int]:
    contradictions = (
        (Contradiction(citations=tuple(Citation(article_id=f"article-{n}") for n in against)),)
        if against
        else ()
    )
    found = grades(statements, contradictions, sources_of(story(articles)))
    return {grade.publisher.removesuffix(".example"): grade.credibility for grade in found}


def test_credibility_counts_the_other_families_that_say_the_same() -> None:
    three = outlets("a", "b", "c")
    assert credibility(three, said_by("a", "b", "c")) == {"a": 1, "b": 1, "c": 1}
    assert credibility(three, said_by("a", "b"), said_by("c")) == {"a": 2, "b": 2, "c": 3}
    assert credibility(outlets("a"), said_by("a")) == {"a": 6}


def test_contradicted_figures_make_doubtful_what_two_others_do_not_confirm() -> None:
    assert credibility(outlets("a", "b", "c"), said_by("a", "b"), against=("a", "c")) == {
        "a": 4,
        "b": 2,
        "c": 4,
    }
    assert credibility(outlets("a", "b", "c"), said_by("a", "b", "c"), against=("a", "b"))["a"] == 1


def test_reliability_is_the_source_s_record_whatever_others_say() -> None:
    poor = article("Title\nText.", "tabloid", reliability=Reliability.E)
    (grade,) = grades((said_by("tabloid"),), (), sources_of(story([poor])))
    assert (grade.reliability, grade.credibility) == (Reliability.E, 6)


def test_gaps_name_single_sources_and_unconfirmed_statements() -> None:
    one, three = story(outlets("a")), story(outlets("a", "b", "c"))
    assert gaps(one, (said_by("a"),), sources_of(one)) == (
        "Single source: a.example. No independent confirmation.",
    )
    mixed = (said_by("a", "b"), said_by("b"), said_by("c"))
    assert gaps(three, mixed, sources_of(three)) == (
        "Not confirmed by a second independent family: statements 2, 3.",
    )
    assert gaps(three, (said_by("a", "b"),), sources_of(three)) == ()
    assert gaps(three, mixed, sources_of(three), degraded="no rail")[0] == "Degraded: no rail."


def test_gaps_count_what_the_record_does_not_show() -> None:
    many = story(outlets("a", "b"), article_count=45)
    assert "43 more articles of the story are not drawn on." in gaps(
        many, (said_by("a", "b"),), sources_of(many)
    )
