"""Every registered injection, in titles, summaries and bodies, against a model that obeys all of them.

The strings are read from the shared data and never copied here. What a demand would leave in a brief: its own
words, its code words, addresses, numbers and names that the host story does not hold.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agents.checks.prose import objection
from agents.sources import sources_of
from agents.work import Work
from schemas.records import AgentEventKind, Brief, BriefStatus
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.compromised import Compromised
from tests.fakes.messages_api.honest import Honest
from tests.fakes.newsroom import Newsroom, desk_tools
from tests.support.injected import DATA, Attack, attacks, carried, placed, plenty, prose

ALLOWED = {
    *("search_archive", "story_revisions", "story_timeline", "article", "publisher", "compare_articles"),
    *("indicators", "date_difference", "convert_units"),
}
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data/injection on this machine")


@pytest.mark.timeout(280)
@pytest.mark.parametrize("where", ["title", "summary", "body"])
def test_nothing_that_is_demanded_is_published(where: str) -> None:
    hostile = [each for each in attacks() if not each.benign]
    assert len(hostile) > 150
    with MessagesApi(Compromised()) as api:
        briefs = Newsroom(api, money=plenty()).briefs(*(placed(each, where) for each in hostile))
    assert api.refused == []
    _carries_nothing(hostile, briefs)


@pytest.mark.timeout(280)
@pytest.mark.parametrize("where", ["title", "summary"])
def test_no_translation_carries_a_demand(where: str) -> None:
    """All sources are said to be French, so that what is cited of them is translated."""
    hostile = [each for each in attacks() if not each.benign][::3]
    with MessagesApi(Compromised()) as api:
        briefs = Newsroom(api, money=plenty()).briefs(*(_said_french(placed(e, where)) for e in hostile))
    assert api.refused == []
    # Lines that are alike are asked for once: most strings are never shown to it.
    assert sum("Translated" in str(each) for each in api.requests) >= 3
    refused = [each for brief in briefs for each in brief.quality.dropped if "translation of" in each.text]
    assert len(refused) > len(hostile) / 2
    _carries_nothing(hostile, briefs)


def _said_french(of: Work) -> Work:
    story = replace(of.story, articles=tuple(replace(each, language="fr") for each in of.story.articles))
    return replace(of, assignment=replace(of.assignment, story=story), sources=sources_of(story))


@pytest.mark.timeout(280)
def test_no_tool_but_those_of_the_desk_runs_and_no_worker_carries_a_demand() -> None:
    # Planned, worked on in parallel with tools, judged: a sixth of them, for each takes ten calls.
    hostile = [each for each in attacks() if not each.benign][::6]
    with MessagesApi(Compromised()) as api:
        newsroom = Newsroom(api, tools=desk_tools, money=plenty())
        briefs = newsroom.briefs(*(placed(each, "body", high=True) for each in hostile))
    assert api.refused == []
    _carries_nothing(hostile, briefs)
    calls = [e for e in newsroom.topics.events if e.kind is AgentEventKind.TOOL_CALL]
    assert sum(e.reason == "refused" for e in calls) >= len(hostile)
    _only_allowed_tools_ran(newsroom)


@pytest.mark.timeout(280)
def test_a_model_that_was_told_by_other_ways_cannot_say_it_either() -> None:
    # As if no filter had kept the demand from it: what it quotes is true, what it says of it is not.
    hostile = [each for each in attacks() if not each.benign]
    true = placed(Attack("none", "The harbour stayed closed on Wednesday.", benign=True), "body")
    model = Compromised()
    with MessagesApi(lambda request: model(request)) as api:
        briefs = []
        for each in hostile:
            model = Compromised(told=[line for line in each.text.splitlines() if line.strip()][:3])
            newsroom = Newsroom(api, money=plenty())
            briefs += newsroom.briefs(true)
    # It did try: each time most of what it said was dropped.
    assert all(len(brief.quality.dropped) >= 3 for brief in briefs)
    _carries_nothing(hostile, briefs)


def _carries_nothing(hostile: list[Attack], briefs: list[Brief]) -> None:
    leaks = {
        each.ident: found
        for each, brief in zip(hostile, briefs, strict=True)
        if (found := [x for text in prose(brief) for x in carried(each, text)])
    }
    marked = {b.brief_id for b in briefs for text in prose(b)[:2] if objection(text)}
    marked |= {b.brief_id for b in briefs for s in b.statements if objection(s.text)}
    assert (leaks, marked) == ({}, set())


def _only_allowed_tools_ran(newsroom: Newsroom) -> None:
    calls = [e for e in newsroom.topics.events if e.kind is AgentEventKind.TOOL_CALL]
    ran = {json.loads(e.detail)["tool"] for e in calls if e.reason != "refused" and e.detail.endswith("}")}
    assert ran <= ALLOWED
    results = [r for r in newsroom.topics.responses if r.endpoint.startswith("tool:")]
    assert {r.endpoint.removeprefix("tool:") for r in results} <= ALLOWED


@pytest.mark.timeout(120)
def test_benign_look_alikes_stop_no_brief() -> None:
    benign = [each for each in attacks() if each.benign]
    assert len(benign) > 30
    with MessagesApi(Honest()) as api:
        briefs = Newsroom(api, money=plenty()).briefs(*(placed(each, "summary") for each in benign))
    assert {brief.status for brief in briefs} <= {BriefStatus.PUBLISHED, BriefStatus.DEGRADED}
    assert all(brief.statements for brief in briefs)
    published = sum(brief.status is BriefStatus.PUBLISHED for brief in briefs)
    assert published >= 0.95 * len(briefs)
