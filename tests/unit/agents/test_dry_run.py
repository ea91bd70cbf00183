"""What a replay would ask, known before: recorded requests are walked through, the rest is bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agents.foreseen import Foreseen, total
from agents.prompts import FOLDER, PromptError, load
from agents.work import Work
from desks import Desk
from schemas.records import RecordedResponse
from tests.fakes.messages_api import Fault, MessagesApi
from tests.fakes.messages_api.honest import Honest
from tests.fakes.messages_api.seen import seen
from tests.fakes.newsroom import Newsroom, desk_tools
from tests.support.newsdesk import DESK, port_strike, work

OTHER = DESK.model_copy(update={"name": "business", "mandate": "money", "file_hash": "b" * 64})


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi(Honest()) as running:
        yield running


def of(materiality: float, desk: Desk = DESK) -> Work:
    made = work(port_strike(), desk=desk)
    return replace(made, assignment=replace(made.assignment, materiality=materiality))


WORKS = (of(0.3), of(0.9, OTHER))


def changed(which: Work, **fields: Any) -> Work:
    return replace(which, desk=which.desk.model_copy(update={"file_hash": "c" * 64, **fields}))


def written(api: MessagesApi, *works: Work, **more: Any) -> Newsroom:
    newsroom = Newsroom(api, **more)
    newsroom.briefs(*works)
    return newsroom


def asked_since(api: MessagesApi, newsroom: Newsroom, *works: Work) -> int:
    before = len(api.requests)
    newsroom.briefs(*works)
    return len(api.requests) - before


def test_nothing_changed_asks_nothing_and_costs_nothing(api: MessagesApi) -> None:
    newsroom = written(api, *WORKS)
    before = (api.attempts, len(newsroom.topics.events), len(newsroom.topics.responses))
    found = newsroom.foreseen(*WORKS)
    assert found == {"business": Foreseen(1, 5), "world": Foreseen(1, 1)}
    assert total(found) == Foreseen(2, 6)
    assert (api.attempts, len(newsroom.topics.events), len(newsroom.topics.responses)) == before
    assert asked_since(api, newsroom, *WORKS) == 0


def test_one_desk_changed_is_that_desk_s_requests(api: MessagesApi) -> None:
    newsroom = written(api, *WORKS)
    works = (changed(WORKS[0], mandate="other"), WORKS[1])
    found = newsroom.foreseen(*works)
    assert found["business"] == Foreseen(1, 5)
    assert (found["world"].recorded, found["world"].least, found["world"].most) == (0, 1, 1)
    assert found["world"].worst_usd > 0
    assert asked_since(api, newsroom, *works) == 1
    assert newsroom.foreseen(*works)["world"] == Foreseen(1, 1)


def test_a_desk_file_that_asks_the_same_costs_nothing(api: MessagesApi) -> None:
    newsroom = written(api, *WORKS)
    works = (changed(WORKS[0], keywords=("port",)), WORKS[1])
    assert total(newsroom.foreseen(*works)).most == 0
    assert asked_since(api, newsroom, *works) == 0


def test_what_a_planned_brief_may_ask_holds_what_it_asks(api: MessagesApi) -> None:
    newsroom = written(api, WORKS[1])
    works = (changed(WORKS[1], mandate="other"),)
    (found,) = newsroom.foreseen(*works).values()
    # Nothing is known but that it is planned: four workers, the judge, a revision, the judge again.
    assert (found.recorded, found.least, found.most) == (0, 1, 8)
    spent = sum(event.cost_usd for event in newsroom.topics.events)
    assert asked_since(api, newsroom, *works) == 5
    assert sum(event.cost_usd for event in newsroom.topics.events) - spent <= float(found.worst_usd)


def test_a_changed_prompt_is_the_steps_that_are_told_it(api: MessagesApi, tmp_path: Path) -> None:
    newsroom = written(api, *WORKS)
    (tmp_path / "judge.md").write_text("Be strict.")
    newsroom.prompts = tmp_path
    found = newsroom.foreseen(*WORKS)
    assert found["world"] == Foreseen(1, 1)
    business = found["business"]
    assert (business.recorded, business.least, business.most) == (4, 1, 3)
    assert asked_since(api, newsroom, *WORKS) == 1


def test_another_model_is_the_steps_that_it_does(api: MessagesApi) -> None:
    newsroom = written(api, *WORKS)
    newsroom.settings = {"small_model": "claude-sonnet-5-5"}
    found = newsroom.foreseen(*WORKS)
    assert (found["world"].most, found["business"].most) == (1, 0)
    cheap = newsroom.foreseen(changed(WORKS[0], mandate="other"))["world"].worst_usd
    newsroom.settings = {"small_model": "claude-haiku-5-5"}
    assert newsroom.foreseen(changed(WORKS[0], mandate="other"))["world"].worst_usd < cheap


@pytest.mark.parametrize(
    ("lost", "recorded", "least", "most"),
    [("Plan", 0, 1, 16), ("Section", 3, 2, 9), ("Verdicts", 7, 1, 3)],
)
def test_the_way_ends_where_an_answer_is_lost(
    api: MessagesApi, lost: str, recorded: int, least: int, most: int
) -> None:
    """With tools: every worker looks at the archive once. The Sections lose all their answers."""
    api.model = Honest(uses_tools=True)
    newsroom = written(api, WORKS[1], tools=desk_tools)
    lost_hashes = _answers_to(api, newsroom, lost)
    newsroom.topics.responses = [
        each for each in newsroom.topics.responses if each.request_hash not in lost_hashes
    ]
    (found,) = newsroom.foreseen(WORKS[1]).values()
    assert (found.recorded, found.least, found.most) == (recorded, least, most)
    assert asked_since(api, newsroom, WORKS[1]) >= least


def _answers_to(api: MessagesApi, newsroom: Newsroom, step: str) -> set[str]:
    """The answers are numbered as the requests are."""
    of_step = {n for n, request in enumerate(api.requests, 1) if seen(request).step == step}
    models = [each for each in newsroom.topics.responses if not each.endpoint.startswith("tool:")]
    return {each.request_hash for each in models if _number(each) in of_step}


def _number(response: RecordedResponse) -> int:
    return int(json.loads(response.body)["id"].removeprefix("msg_"))


def test_a_lost_result_of_a_tool_is_a_new_request(api: MessagesApi) -> None:
    api.model = Honest(uses_tools=True)
    newsroom = written(api, WORKS[1], tools=desk_tools)
    newsroom.topics.responses = [
        each for each in newsroom.topics.responses if not each.endpoint.startswith("tool:")
    ]
    (found,) = newsroom.foreseen(WORKS[1]).values()
    # The plan and each worker's first request are recorded; two rounds are left to each of the three.
    assert (found.recorded, found.least, found.most) == (4, 3, 9)


def test_no_brief_costs_more_than_its_cap(api: MessagesApi) -> None:
    newsroom = Newsroom(api, money={"per_brief_usd": Decimal("0.02")})
    assert newsroom.foreseen(*WORKS)["business"].worst_usd == Decimal("0.02")


def test_what_was_refused_or_failed_would_be_asked_again(api: MessagesApi) -> None:
    api.faults.append(Fault.status(400))
    newsroom = written(api, WORKS[0])
    assert newsroom.foreseen(WORKS[0])["world"].least == 1


def test_prompts_of_a_folder_stand_in_for_those_of_their_names(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no prompts"):
        load(tmp_path)
    (tmp_path / "brief.md").write_text("Write.\n")
    # Not kept: a folder may change.
    found = load(tmp_path)
    assert (found["brief"], found["judge"]) == ("Write.", load()["judge"])
    assert found.hash != load().hash
    assert set(found.texts) == {path.stem for path in FOLDER.glob("*.md")}
    (tmp_path / "breif.md").write_text("Write.")
    with pytest.raises(PromptError, match="no step is told breif"):
        load(tmp_path)
