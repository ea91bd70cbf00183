"""Figures are set against each other only where they surely exclude each other."""

import pytest

from agents.candidates import candidates
from agents.disagreement import disagreements
from agents.sources import sources_of
from language.figures.counted import figures
from schemas.records import Contradiction
from tests.support.newsdesk import article, story


def between(one: str, other: str, language: str = "en") -> tuple[Contradiction, ...]:
    articles = [
        article(f"Title\n{one}", "one", at=1, language=language),
        article(f"Title\n{other}", "two", at=2, language=language),
    ]
    found, _ = candidates(sources_of(story(articles)), (language,))
    return disagreements(found)


SAID = "The union at Port Vell said {} workers had joined the harbour strike by Tuesday."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("480", "350"),
        ("up to 300", "350"),
        ("at least 500", "350"),
        ("1,200", "1,300"),
        ("about 300", "350"),
        ("no more than 300", "350"),
        ("upwards of 500", "350"),
    ],
)
def test_figures_that_exclude_each_other(one: str, other: str) -> None:
    (found,) = between(SAID.format(one), SAID.format(other))
    assert found.text.startswith("Figures differ: “")
    assert [c.quote for c in found.citations] == [SAID.format(one), SAID.format(other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("480", "480"),
        ("at least 300", "350"),
        ("up to 400", "350"),
        ("nearly 360", "350"),
        ("1,200", "1200"),
        ("upwards of 500", "650"),
        ("no fewer than 300", "350"),
        ("no more than 400", "350"),
        ("500+", "650"),
        ("in excess of 300", "350"),
        ("just under 360", "350"),
    ],
)
def test_figures_that_can_both_be_true(one: str, other: str) -> None:
    assert between(SAID.format(one), SAID.format(other)) == ()


def test_other_units_other_subjects_and_dates_are_not_set_against_each_other() -> None:
    assert between(SAID.format(480), SAID.format(350).replace("workers", "lorries")) == ()
    assert (
        between(SAID.format(480), "The mayor of Rook counted 350 workers in the old town hall on Friday.")
        == ()
    )
    assert between(SAID.format(480) + " It began on 3 May.", SAID.format(480) + " It began on 4 May.") == ()


def test_two_figures_of_one_unit_in_a_sentence_are_left_alone() -> None:
    both = (
        "The union at Port Vell said 480 workers, not 350 workers, had joined the harbour strike by Tuesday."
    )
    assert between(both, SAID.format(300)) == ()


def test_german_figures_are_read_as_germans_write_them() -> None:
    said = "Die Gewerkschaft im Hafen Vell meldete am Dienstag {} Arbeiter im Streik gegen die Reederei Orlo."
    (found,) = between(said.format("1.200"), said.format("1.300"), "de")
    assert "“1.200 Arbeiter”" in found.text


def test_a_figure_s_phrase_says_what_it_counts() -> None:
    found = figures("The union said 480 of its members had stopped, at a cost of $1.2 million a day.", "en")
    assert [(f.phrase, f.unit) for f in found] == [("480 of its members", "member"), ("$1.2 million", "USD")]
