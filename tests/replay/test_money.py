"""What a replay asks of models, by the command line and counted by their server: unchanged, nothing; with one
desk, prompt or model changed, what that desk, prompt or model asks, and no more than the plan said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import agents.prompts
from agents.money.ledger import PAID
from desks.loader import __file__ as loader
from schemas.records import AgentEvent
from tests.fakes.messages_api import MessagesApi, Request
from tests.fakes.messages_api.honest import Honest
from tests.fakes.messages_api.seen import seen
from tests.replay.newsroom import Newsroom, opened
from topics.catalogue import AGENTS_AUDIT
from topics.lane import LIVE, Lane
from topics.reading import read_range

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

ENTRIES = 60
JUDGE = "claude-sonnet-5-5"
NEW = re.compile(r"new by desk: (.+)")
COSTS = re.compile(r"COSTS ([\d.]+) USD at worst")


@dataclass
class Told:
    """A newsroom whose briefs a model wrote. ``live``: the hashes of its lane; ``asked``: for its briefs."""

    room: Newsroom
    api: MessagesApi
    live: dict[str, str]
    asked: list[Request]

    def paid(self, lane: Lane) -> list[AgentEvent]:
        found = read_range(self.room.broker, lane.topic(AGENTS_AUDIT))
        events = [self.room.codec.decode(each.value or b"", AgentEvent) for each in found]
        return [each for each in events if each.reason == PAID]

    def replayed(self, name: str, *options: str) -> tuple[str, list[AgentEvent], list[Request]]:
        """What was said, what was paid for in the lane, and what the server was asked."""
        before = len(self.api.requests)
        said = self.room.replay(name, *options)
        return said, self.paid(Lane(name)), self.api.requests[before:]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with pytest.MonkeyPatch.context() as patched, MessagesApi(Honest()) as api:
        patched.setenv("ANTHROPIC_API_KEY", "test")
        patched.setenv("ANTHROPIC_BASE_URL", api.url)
        with opened(tmp_path_factory.mktemp("money")) as room:
            room.feed.send(ENTRIES)
            room.settled()
            yield Told(room, api, room.hashes(), list(api.requests))


@pytest.fixture(autouse=True)
def _dropped(told: Told) -> Iterator[None]:
    yield
    told.room.drop_all(told.live)


def test_unchanged_it_asks_nothing(told: Told) -> None:
    assert told.paid(LIVE)
    assert len(told.asked) == len(told.paid(LIVE))
    before = told.api.attempts
    said, paid, asked = told.replayed("same")
    assert "none is new: nothing is paid" in said
    assert (paid, asked, told.api.attempts) == ([], [], before)
    compared = told.room.tw("replay", "compare", "live", "same").stdout
    assert "identical" in compared


def test_with_one_desk_changed_that_desk_asks(told: Told, tmp_path: Path) -> None:
    by_desk = {each.desk for each in told.paid(LIVE)}
    desk = min(by_desk)
    folder = _copied(Path(loader).parent, "*.yaml", tmp_path / "desks")
    _changed(folder / f"{desk}.yaml", "audience:", "audience: Insurers.")
    said, paid, asked = told.replayed("desk", "--desks", str(folder))
    assert len(by_desk) > 1
    assert {each.desk for each in paid} == {desk}
    assert len(paid) == len(asked)
    assert set(_new(said)) == {desk}
    _within(said, paid)


def test_with_one_prompt_changed_its_step_asks(told: Told, tmp_path: Path) -> None:
    folder = _copied(Path(agents.prompts.__file__).parent, "*.md", tmp_path / "prompts")
    with (folder / "judge.md").open("a") as judge:
        judge.write("\nTake your time.\n")
    said, paid, asked = told.replayed("prompt", "--prompts", str(folder))
    assert {seen(each).step for each in asked} == {"Verdicts"}
    assert len(paid) == len(asked) == sum(seen(each).step == "Verdicts" for each in told.asked)
    _within(said, paid)


def test_with_another_model_for_one_step_that_step_asks(told: Told) -> None:
    said, paid, asked = told.replayed("model", "--model", f"judge={JUDGE}")
    assert {(seen(each).step, each["model"]) for each in asked} == {("Verdicts", JUDGE)}
    assert len(paid) == len(asked)
    _within(said, paid)


def _within(said: str, paid: list[AgentEvent]) -> None:
    """What was paid is within what the plan said of numbers and money."""
    for desk, (least, most) in _new(said).items():
        assert least <= sum(each.desk == desk for each in paid) <= most
    found = COSTS.search(said)
    assert found is not None
    assert 0 < sum(each.cost_usd for each in paid) <= float(found[1])


def _new(said: str) -> dict[str, tuple[int, int]]:
    found = NEW.search(said)
    assert found is not None, said
    told = re.findall(r"([\w-]+) (\d+)(?: to (\d+))?", found[1])
    return {desk: (int(least), int(most or least)) for desk, least, most in told}


def _copied(folder: Path, pattern: str, to: Path) -> Path:
    to.mkdir()
    for file in folder.glob(pattern):
        shutil.copy(file, to)
    return to


def _changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
