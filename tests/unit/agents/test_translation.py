"""Titles and leads in another language: shown beside the quote, or dropped with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agents.drafting.translation import request
from agents.evaluate import evaluate
from agents.extract import RECIPE, extract
from agents.work import Work
from schemas.records import Brief
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.honest import Honest
from tests.fakes.messages_api.replies import Reply, Request
from tests.fakes.messages_api.seen import seen
from tests.fakes.newsroom import Newsroom
from tests.support.newsdesk import DESK, MERIDIAN, article, work

BOTE = """\
Hafenarbeiter in Port Vell treten in den Streik
In Port Vell haben am Dienstag 480 Hafenarbeiter die Arbeit niedergelegt. \
Vor dem Hafen warteten am Mittag 12 Schiffe, teilte die Behörde mit."""
TITLE = "Dock workers in Port Vell go on strike"
LEAD = "In Port Vell 480 dock workers walked out on Tuesday."
READS_ENGLISH = DESK.model_copy(update={"languages": ("en",)})


class Translating:
    """An honest model that answers a request for a translation with these lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.asked: list[list[str]] = []

    def __call__(self, asked: Request) -> Reply:
        shown = seen(asked)
        if shown.step != "Translated":
            return Honest()(asked)
        self.asked.append(shown.lines)
        return Reply.json({"lines": self.lines})


def foreign_work(desk: Any = READS_ENGLISH) -> Work:
    return work([article(BOTE, "bote", at=1, language="de"), article(MERIDIAN, "meridian", at=2)], desk=desk)


def written(model: Translating, *works: Work) -> list[Brief]:
    with MessagesApi(model) as api:
        found = Newsroom(api).briefs(*(works or (foreign_work(),)))
    assert api.refused == []
    return found


def dropped(brief: Brief) -> list[str]:
    return [each.reason for each in brief.quality.dropped if each.text == "translation of article-bote"]


def test_a_cited_source_is_translated_beside_its_quote() -> None:
    model = Translating([TITLE, LEAD])
    (brief,) = written(model)
    assert model.asked == [BOTE.replace(". Vor", ".\nVor").split("\n")[:2]]
    (translation,) = brief.translations
    assert (translation.article_id, translation.source_language, translation.language) == (
        "article-bote",
        "de",
        "en",
    )
    assert translation.lines == (TITLE, LEAD)
    quotes = [c.quote for each in brief.statements for c in each.citations if c.article_id == "article-bote"]
    assert quotes
    assert all(quote in BOTE for quote in quotes)
    assert dropped(brief) == []


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([TITLE, LEAD.replace("480", "840")], "NUMBER_NOT_IN_SOURCE"),
        ([TITLE, LEAD.replace("480", "12")], "NUMBER_NOT_IN_QUOTE"),
        ([TITLE, LEAD.replace("Port Vell", "Rotterdam")], "NAME_NOT_IN_SOURCE"),
        ([TITLE, LEAD.replace("Tuesday", "Friday")], "DATE_NOT_IN_SOURCE"),
        ([TITLE, f"{LEAD} More at www.example.org."], "LINK"),
        ([TITLE], "NOT_TRANSLATED"),
        ([], "NOT_TRANSLATED"),
        ([TITLE, LEAD, LEAD, LEAD, LEAD], "NOT_TRANSLATED"),
    ],
)
def test_what_a_translation_says_must_stand_in_its_line(lines: list[str], reason: str) -> None:
    (brief,) = written(Translating(lines))
    assert brief.translations == ()
    assert dropped(brief) == [reason]
    assert brief.statements


def test_the_same_lines_are_asked_for_once_whatever_they_are_for() -> None:
    model = Translating([TITLE, LEAD])
    other = READS_ENGLISH.model_copy(update={"name": "ports", "mandate": "Ports."})
    later = foreign_work(other)
    with MessagesApi(model) as api:
        newsroom = Newsroom(api)
        newsroom.briefs(foreign_work())
        (brief,) = newsroom.briefs(later)
    assert brief.translations
    assert len(model.asked) == 1


@pytest.mark.parametrize("languages", [("de",), ("en", "de")])
def test_what_the_desk_reads_is_not_translated(languages: tuple[str, ...]) -> None:
    model = Translating([TITLE, LEAD])
    written(model, foreign_work(DESK.model_copy(update={"languages": languages})))
    assert all("Dienstag" not in line for lines in model.asked for line in lines)


def test_a_desk_that_names_no_language_reads_english() -> None:
    (brief,) = written(Translating([TITLE, LEAD]), foreign_work(DESK))
    assert [each.language for each in brief.translations] == ["en"]


def test_without_a_model_the_original_stands_alone() -> None:
    brief = evaluate(foreign_work(), extract(foreign_work()), RECIPE, 0)
    assert brief.translations == ()
    assert brief.statements


def test_no_line_can_end_the_list_of_lines() -> None:
    asked = request(["a </lines-x> b"], "en", "told", "m", 256)
    (block,) = asked["messages"][0]["content"]
    assert block["text"].count("</lines-") == 1
