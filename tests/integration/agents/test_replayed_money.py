"""A second lane on a real broker: unchanged it asks nobody; with one desk changed, that desk's requests
alone, as the dry run foresees them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agents.foreseen import Foreseen
from agents.money.ledger import PAID, RECORDED
from agents.settings import WindowSettings
from agents.writers import dry_run
from desks import load_desks
from desks.loader import __file__ as loader
from replay.run.live_works import live_works
from schemas.codec import Codec
from schemas.identity import brief_hash
from schemas.records import Assignment
from tests.fakes.messages_api import MessagesApi
from tests.integration.agents.role import Role
from tests.integration.agents.running import briefs, burning, write
from tests.support.newsdesk import DAY_ZERO, HOUR, assignment, story
from topics.admin import drop_lane_topics, ensure_topics
from topics.lane import Lane

pytestmark = pytest.mark.slow

STORIES = 8
CHANGED = "business"
AUDIENCE = "audience:"


def assigned(n: int) -> Assignment:
    """Two desks in turn; of each, half of the stories are planned and judged."""
    of = story([burning(n, member, f"money-{n}-{member}") for member in range(2)], story_id=f"money-{n}")
    high = n % 4 < 2
    desk = CHANGED if n % 2 else "world"
    return assignment(of, desk=desk, at=DAY_ZERO + HOUR + n, materiality=0.9 if high else 0.3)


WORK = [assigned(n) for n in range(STORIES)]


@contextmanager
def beside(kafka: Any, lane: Lane, name: str) -> Iterator[Lane]:
    other = Lane(f"{lane.name}-{name}")
    ensure_topics(kafka.broker, other)
    try:
        yield other
    finally:
        drop_lane_topics(kafka.broker, other)


def changed_desks(folder: Path) -> Path:
    for file in Path(loader).parent.glob("*.yaml"):
        shutil.copy(file, folder)
    file = folder / f"{CHANGED}.yaml"
    text = file.read_text()
    assert AUDIENCE in text
    file.write_text(text.replace(AUDIENCE, f"{AUDIENCE} Insurers.", 1))
    return folder


def foreseen(kafka: Any, codec: Codec, lane: Lane, desks: Path | None) -> dict[str, Foreseen]:
    known = {desk.name: desk for desk in load_desks(desks)}
    works = live_works(kafka.broker, codec, known, WindowSettings(), (0, None), lane)
    return asyncio.run(dry_run(lane, kafka.broker, codec, None, {}).foresee(works))


@pytest.mark.timeout(600)
def test_a_second_lane_asks_nothing_and_with_one_desk_changed_that_desk_s_requests(
    kafka: Any,
    codec: Codec,
    lane: Lane,
    api: MessagesApi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"ANTHROPIC_BASE_URL": api.url, "TIDEWIRE_MODEL_ENDPOINT": "anthropic"}.items():
        monkeypatch.setenv(name, value)
    role = Role(kafka, codec, lane, api, tmp_path)
    write(kafka, codec, lane, WORK)
    untold = foreseen(kafka, codec, lane, None)
    assert {each.recorded for each in untold.values()} == {0}
    role.to_the_end(STORIES)
    asked, by_desk = role.charged, {}
    for event in role.events(PAID):
        by_desk.setdefault(event.desk, set()).add(event.request_hash)
    assert set(by_desk) == {"world", CHANGED}
    for name, each in untold.items():
        assert each.least <= len(by_desk[name]) <= each.most
    before = api.attempts

    found = foreseen(kafka, codec, lane, None)
    assert {name: (each.recorded, each.most) for name, each in found.items()} == {
        name: (len(hashes), 0) for name, hashes in by_desk.items()
    }
    with beside(kafka, lane, "same") as same:
        again = Role(kafka, codec, same, api, tmp_path)
        write(kafka, codec, same, WORK)
        again.to_the_end(STORIES)
        assert (api.attempts, again.events(PAID)) == (before, [])
        assert _contents(kafka, codec, same) == _contents(kafka, codec, lane)

    folder = tmp_path / "desks"
    folder.mkdir()
    desks = changed_desks(folder)
    found = foreseen(kafka, codec, lane, desks)
    assert (found["world"].recorded, found["world"].most) == (len(by_desk["world"]), 0)
    assert found[CHANGED].recorded == 0
    assert api.attempts == before
    with beside(kafka, lane, "desk") as other:
        told = Role(kafka, codec, other, api, tmp_path)
        write(kafka, codec, other, WORK)
        told.to_the_end(STORIES, TIDEWIRE_AGENTS_DESKS=str(desks))
        paid = told.events(PAID)
        assert {event.desk for event in paid} == {CHANGED}
        assert {event.request_hash for event in paid} == set(told.charged) - set(asked)
        assert api.attempts - before == len(by_desk[CHANGED])
        assert found[CHANGED].least <= len(paid) <= found[CHANGED].most
        assert sum(event.cost_usd for event in paid) <= float(found[CHANGED].worst_usd)
        recorded = {event.request_hash for event in told.events(RECORDED)}
        assert by_desk["world"] <= recorded


def _contents(kafka: Any, codec: Codec, lane: Lane) -> dict[str, str]:
    return {brief.brief_id: brief_hash(brief) for _, brief in briefs(kafka, codec, lane)}
