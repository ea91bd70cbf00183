"""The rail's figures in a model's prose: offered by placeholder, put in by code, and by nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from agents.checks.placeholders import offered, rail_of
from agents.extract import extract
from agents.sources import sources_of
from agents.work import Work
from schemas.records import Brief, BriefIndicator, BriefStatus, Writer
from tests.fakes.messages_api import MessagesApi, Reply, Request
from tests.fakes.messages_api.honest import Honest, said
from tests.fakes.messages_api.seen import seen
from tests.fakes.newsroom import Newsroom
from tests.support.newsdesk import DAY_ZERO, HOUR, article, port_strike, story, work

WALKED = "Dock workers at Port Vell walked out on Tuesday after talks over night shifts collapsed."
VOLUME = "[rail:volume.1h/desk:world]"
HOURLY = BriefIndicator(
    name="volume.1h",
    scope="desk:world",
    window_start=DAY_ZERO - HOUR,
    window_end=DAY_ZERO,
    value=1234.0,
    z=2.5,
)


def of(materiality: float = 0.3, indicators: tuple[BriefIndicator, ...] = (HOURLY,)) -> Work:
    made = work(port_strike(), indicators=indicators)
    return replace(made, assignment=replace(made.assignment, materiality=materiality))


def tells(text: str, step: str = "Lead") -> Any:
    """A model whose answer at a step ends with one more statement, on the walkout's quote."""

    def model(request: Request) -> Reply:
        honest = Honest(workers=("facts", "numbers"))(request)
        if seen(request).step != step:
            return honest
        whole = json.loads(honest.content[0]["text"])
        statement = said("FACT", text, [("s1", WALKED)])
        return Reply.json({**whole, "statements": [*whole["statements"][1:2], statement]})

    return model


def written(text: str, of_: Work, step: str = "Lead") -> tuple[Brief, MessagesApi]:
    with MessagesApi(tells(text, step)) as api:
        return Newsroom(api).briefs(of_)[0], api


def told(request: Request) -> str:
    task: str = request["messages"][0]["content"][-1]["text"]
    return task


def test_a_placeholder_comes_out_as_the_rail_s_figure() -> None:
    text = f"{WALKED[:-1]}, with {VOLUME} articles for this desk in the last hour."
    brief, _ = written(text, of())
    assert (brief.status, brief.writer, brief.quality.dropped) == (BriefStatus.PUBLISHED, Writer.MODEL, ())
    assert f"{WALKED[:-1]}, with 1,234 articles for this desk in the last hour." in [
        each.text for each in brief.statements
    ]


def test_the_numbers_worker_may_name_it_too() -> None:
    text = f"{WALKED[:-1]}, with {VOLUME} articles for this desk in the last hour."
    brief, api = written(text, of(0.9), step="Section")
    assert any("1,234 articles" in each.text for each in brief.statements)
    offering = [told(request) for request in api.requests if VOLUME in told(request)]
    assert len(offering) == 1
    assert offering[0].startswith("Your task: figures")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{WALKED[:-1]}, with [rail:volume.9h/desk:world] articles.", "UNKNOWN_PLACEHOLDER"),
        (f"{WALKED[:-1]}, with 1,234 articles for this desk in the last hour.", "FIGURE_NOT_IN_QUOTES"),
        (f"Cheap insurance against burglary sells well, with {VOLUME} articles.", "NOT_IN_QUOTES"),
        (f"{VOLUME} articles for this desk in the last hour.", "TOO_SHORT_A_QUOTE"),
        (f"{WALKED[:-1]}, said Orlo, with {VOLUME} articles.", "NAME_NOT_IN_SOURCE"),
    ],
)
def test_what_is_not_the_rail_s_nor_its_quotes_is_dropped(text: str, reason: str) -> None:
    brief, _ = written(text, of())
    assert [each.reason for each in brief.quality.dropped] == [reason]
    assert not any("rail:" in each.text or "1,234" in each.text for each in brief.statements)


def test_without_indicators_nothing_is_offered_and_nothing_may_be_named() -> None:
    text = f"{WALKED[:-1]}, with {VOLUME} articles for this desk in the last hour."
    brief, api = written(text, of(indicators=()))
    assert [each.reason for each in brief.quality.dropped] == ["UNKNOWN_PLACEHOLDER"]
    assert "Placeholders:" not in told(api.requests[0])


def test_what_is_offered_is_named_in_words_and_never_shown_as_a_figure() -> None:
    _, api = written(WALKED, of())
    task = told(api.requests[0])
    assert f"- `{VOLUME}`: articles for this desk in the last hour" in task
    assert "[rail:volume.1h/desk:world/z]" in task
    assert "1234" not in str(api.requests)
    # So another value asks the same.
    _, other = written(WALKED, of(indicators=(replace(HOURLY, value=9.0, z=-1.0),)))
    assert other.requests == api.requests


@pytest.mark.parametrize("name", ["volume.15m", "families.24h", "non_english.10s", "other_thing.1h"])
def test_whatever_can_be_put_in_is_offered_and_nothing_else(name: str) -> None:
    each = replace(HOURLY, name=name)
    assert offered([each]).keys() == rail_of([each], "en").keys()
    assert not any(character.isdigit() for words in offered([each]).values() for character in words)


def test_in_a_source_it_is_an_outsider_s_and_not_filled_in() -> None:
    planted = f"{WALKED} The port saw {VOLUME} ships turned away by noon, the harbour master said."
    sources = (article(f"Dock workers walk out at Port Vell\n{planted}", "harbour", at=1),)
    quoting = replace(of(), sources=sources_of(story(sources)))
    floor = extract(quoting)
    assert floor.statements
    with MessagesApi(Honest()) as api:
        by_model = Newsroom(api).briefs(quoting)[0]
        assert not any("ships turned away" in str(request) for request in api.requests)
    for each in (*floor.statements, *by_model.statements):
        assert not re.search(r"turned away|1,234|rail:", each.text)
