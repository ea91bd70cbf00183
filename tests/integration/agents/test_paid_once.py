"""Writing with a model on a real broker: killed wherever it hurts, an answer is paid for once, and a replay
pays nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from agents.money.ledger import PAID, RECORDED
from schemas.codec import Codec
from schemas.identity import brief_hash
from schemas.records import AgentEvent, AgentEventKind, Assignment, Writer
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.honest import Honest
from tests.integration.agents.role import Role
from tests.integration.agents.running import CHECKOUT, articles_job, briefs, burning, until, write
from tests.support.newsdesk import DAY_ZERO, HOUR, assignment, story
from topics.admin import drop_lane_topics, ensure_topics
from topics.lane import Lane

pytestmark = pytest.mark.slow

STORIES = 12


def assigned(n: int) -> Assignment:
    of = story([burning(n, member, f"paid-{n}-{member}") for member in range(2)], story_id=f"paid-story-{n}")
    return assignment(of, at=DAY_ZERO + HOUR + n, materiality=0.9 if n % 3 == 0 else 0.3)


WORK = [assigned(n) for n in range(STORIES)]


@pytest.mark.timeout(600)
def test_killed_at_every_step_no_answer_is_paid_for_twice_but_what_was_in_flight(
    kafka: Any, codec: Codec, lane: Lane, api: MessagesApi, tmp_path: Path
) -> None:
    role = Role(kafka, codec, lane, api, tmp_path)
    write(kafka, codec, lane, WORK)
    before = len(role.recorded)
    with articles_job(kafka, codec, lane):
        asked = threading.Event()
        honest, api.model = api.model, lambda request: (asked.set(), Honest()(request))[1]
        # While the first calls are under way: charged, and lost.
        role.kill_when(asked.is_set, "a model call")
        api.model = honest
        # After a call, its answer in the log, before a brief.
        role.kill_when(lambda: len(role.recorded) > before + 2, "answers in the log")
        # After briefs are published, before any is acknowledged.
        role.kill_when(lambda: role.published() >= STORIES // 3, "briefs")
    role.to_the_end(STORIES)
    charged = role.charged
    assert charged.total() <= len(charged) + role.in_flight
    assert set(charged) <= role.recorded
    found = role.briefs_by_story()
    assert {len(ids) for ids in found.values()} == {1}
    assert len(found) == STORIES
    contents = {brief.brief_id: brief_hash(brief) for _, brief in briefs(kafka, codec, lane)}
    assert len(set(contents.values())) == STORIES
    assert {brief.writer for _, brief in briefs(kafka, codec, lane)} == {Writer.MODEL}
    # Every answer that came back whole is on the books, once.
    paid = {each.event_id: each.request_hash for each in role.events(PAID)}
    assert set(charged) <= set(paid.values())
    assert len(paid) <= charged.total()
    _spend_agrees(kafka, lane, tmp_path, role.events(PAID))
    _a_replay_pays_nothing(kafka, codec, lane, api, tmp_path, contents)


def _spend_agrees(kafka: Any, lane: Lane, home: Path, paid: list[AgentEvent]) -> None:
    environment = {
        **os.environ,
        "TIDEWIRE_HOME": str(home),
        **kafka.variables(),
    }
    main = "from tidewire.cli import main; main()"
    command = [sys.executable, "-c", main, "spend", "--lane", lane.name, "--json"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    said = json.loads(done.stdout)
    once = {each.event_id: each for each in paid}.values()
    assert said["total"]["calls"] == len(once)
    assert said["total"]["cost_usd"] == pytest.approx(sum(each.cost_usd for each in once), abs=1e-5)
    assert said["by_step"].keys() >= {"brief", "plan", "facts", "judge"}
    assert said["briefs"] == STORIES


def _a_replay_pays_nothing(
    kafka: Any, codec: Codec, lane: Lane, api: MessagesApi, home: Path, contents: dict[str, str]
) -> None:
    other = Lane(f"{lane.name}-b")
    ensure_topics(kafka.broker, other)
    try:
        attempts = api.attempts
        role = Role(kafka, codec, other, api, home)
        write(kafka, codec, other, WORK)
        role.to_the_end(STORIES)
        assert api.attempts == attempts
        assert {b.brief_id: brief_hash(b) for _, b in briefs(kafka, codec, other)} == contents
        assert role.events(PAID) == []
        calls = [each for each in role.events(RECORDED) if each.kind is AgentEventKind.MODEL_CALL]
        assert len({each.request_hash for each in calls}) == len(role.charged)
    finally:
        drop_lane_topics(kafka.broker, other)


@pytest.mark.timeout(300)
def test_a_budget_that_is_spent_survives_a_restart(
    kafka: Any, codec: Codec, lane: Lane, api: MessagesApi, tmp_path: Path
) -> None:
    role = Role(kafka, codec, lane, api, tmp_path)
    write(kafka, codec, lane, WORK)
    # Enough for a few calls: what one worker spent, the next one may not spend again.
    with articles_job(kafka, codec, lane):
        with role(TIDEWIRE_MONEY_PER_DAY_USD="0.01") as agents:
            until(lambda: len(role.events("BUDGET")) > 0, "a refusal")
            agents.kill()
        charged = len(api.requests)
        with role(TIDEWIRE_MONEY_PER_DAY_USD="0.01") as agents:
            until(lambda: len(role.briefs_by_story()) == STORIES, "a brief of every story", 200)
            assert agents.stop() == 0
    cost = sum({each.event_id: each.cost_usd for each in role.events(PAID)}.values())
    assert 0 < cost <= 0.01
    assert len(api.requests) <= charged + 8
    floor = [brief for _, brief in briefs(kafka, codec, lane) if brief.writer is Writer.EXTRACTIVE]
    assert floor
    assert all("budget: the day cap" in " ".join(brief.gaps) for brief in floor)
