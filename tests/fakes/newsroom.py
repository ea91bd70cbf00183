"""A writer with a model, over a Messages API of our own, with the log replaced by lists."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agents.drafting.settings import WriterSettings
from agents.drafting.steps import Tools
from agents.drafting.writer import ModelWriter
from agents.dry_run import DryGateway, DryRun, Limits
from agents.evaluate import evaluate
from agents.foreseen import Foreseen
from agents.model import ModelGateway, ModelSettings
from agents.model.client import MessagesClient
from agents.model.endpoints import TABLE
from agents.model.gateway import Audit, Purse
from agents.model.recordings import RecordedOnly, Recordings
from agents.money.breaker import Breaker
from agents.money.budget import Budget, Caps
from agents.money.prices import Prices
from agents.money.settings import MoneySettings
from agents.prompts import load
from agents.tools.settings import ToolSettings
from agents.tools.toolbox import Toolbox
from agents.work import Draft, Work
from schemas.records import AgentEvent, Brief, RecordedResponse
from tests.fakes.messages_api import MessagesApi
from topics.lane import LIVE

NOW = 1_790_000_000_000
AT_ONCE = 8
ToolsOf = Callable[[Recordings, Audit], Tools]


@dataclass
class Topics:
    """Stands for the responses' topic and the audit."""

    responses: list[RecordedResponse] = field(default_factory=list)
    events: list[AgentEvent] = field(default_factory=list)

    async def record(self, response: RecordedResponse) -> None:
        await asyncio.sleep(0)
        self.responses.append(response)

    async def audit(self, event: AgentEvent) -> None:
        await asyncio.sleep(0)
        self.events.append(event)

    def read_on(self) -> list[tuple[str, RecordedResponse | None]]:
        return [(each.request_hash, each) for each in self.responses]


def purse(**money: Any) -> Purse:
    chosen = MoneySettings(**money)

    async def refresh() -> None:
        await asyncio.sleep(0)

    return Purse(
        Prices(chosen),
        Budget(Caps(chosen.per_brief_usd, chosen.per_desk_hour_usd, chosen.per_day_usd)),
        Breaker(chosen.breaker_failures, chosen.breaker_pause_s),
        refresh,
        lambda _, __: None,
    )


def desk_tools(recordings: Recordings, audit: Audit) -> Toolbox:
    """The real tools, over an archive that is not there: they are in every request, and tell of an error."""

    async def rail(desk: str, as_of: int) -> list[dict[str, Any]]:
        return []

    settings = ToolSettings(reader_url="http://127.0.0.1:9", attempts=1, timeout_s=1.0)
    return Toolbox(LIVE, settings, recordings, audit, lambda: NOW, rail)


async def _all(writer: ModelWriter, works: Sequence[Work], seconds: list[float]) -> list[Draft]:
    """A few at once, as the role does."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(work: Work) -> Draft:
        async with slots:
            started = time.monotonic()
            draft = await writer.write(work)
            seconds.append(time.monotonic() - started)
            return draft

    return list(await asyncio.gather(*(one(each) for each in works)))


@dataclass
class Newsroom:
    """Writes briefs. ``model`` and ``writer`` override settings; ``money`` is the purse's."""

    api: MessagesApi
    topics: Topics = field(default_factory=Topics)
    model: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    money: dict[str, Any] = field(default_factory=dict)
    tools: ToolsOf | None = None
    endpoint: str = "anthropic"
    prompts: Path | None = None
    # What each brief took from its assignment to its draft.
    seconds: list[float] = field(default_factory=list)

    def drafts(self, works: Sequence[Work]) -> tuple[list[Draft], str]:
        """The drafts of works that are written at once, and the writer's recipe."""
        return asyncio.run(self._drafts(works))

    def briefs(self, *works: Work) -> list[Brief]:
        """As they would be published."""
        drafts, recipe = self.drafts(works)
        return [evaluate(work, draft, recipe, NOW) for work, draft in zip(works, drafts, strict=True)]

    def foreseen(self, *works: Work) -> dict[str, Foreseen]:
        """What writing them now would ask, by desk; nobody is asked."""
        capable, settings = TABLE[self.endpoint], WriterSettings(**self.settings)
        recordings = RecordedOnly(self.topics.read_on)
        gateway = DryGateway(f"{self.api.url}/v1/messages", recordings)
        tools = self.tools(recordings, self.topics.audit) if self.tools is not None else None
        writer = ModelWriter(gateway, load(self.prompts), settings, capable, tools)
        money = MoneySettings(**self.money)
        limits = Limits(money.per_brief_usd, ToolSettings().most_characters)
        return asyncio.run(DryRun(writer, gateway, Prices(money), limits, NOW).foresee(works))

    async def _drafts(self, works: Sequence[Work]) -> tuple[list[Draft], str]:
        given = {"endpoint": self.endpoint, "max_retries": 0, **self.model}
        chosen = ModelSettings(api_key=SecretStr("test"), base_url=self.api.url, **given)
        capable = TABLE[self.endpoint]
        client = MessagesClient(chosen, capable)
        recordings = Recordings(self.topics.read_on, self.topics.record)
        gateway = ModelGateway(
            chosen.messages_url, client, recordings, purse(**self.money), self.topics.audit, lambda: NOW
        )
        tools = self.tools(recordings, self.topics.audit) if self.tools is not None else None
        writer = ModelWriter(gateway, load(self.prompts), WriterSettings(**self.settings), capable, tools)
        try:
            return await _all(writer, works, self.seconds), writer.recipe
        finally:
            await client.close()
