"""A gateway whose log is two lists, and what it makes of requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from agents.model import Answer, ModelGateway, ModelSettings
from agents.model.client import MessagesClient
from agents.model.endpoints import TABLE
from agents.model.gateway import Purse
from agents.model.recordings import Recordings
from agents.money.breaker import Breaker
from agents.money.budget import Account, Budget, Caps
from agents.money.ledger import Purpose
from agents.money.prices import Prices
from agents.money.settings import MoneySettings
from schemas.records import AgentEvent, RecordedResponse
from tests.fakes.messages_api import MessagesApi

REQUEST: dict[str, Any] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What moved?"}],
}
PURPOSE = Purpose("story", Account("brief", "world"), "facts", ("a1",))
NOW = 1_790_000_000_000


@dataclass
class Log:
    """Stands for the responses' topic and the audit, and says in which order they were written."""

    responses: list[RecordedResponse] = field(default_factory=list)
    events: list[AgentEvent] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    broken: bool = False

    async def record(self, response: RecordedResponse) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise OSError("the log is gone")
        self.responses.append(response)
        self.order.append("response")

    async def audit(self, event: AgentEvent) -> None:
        await asyncio.sleep(0)
        self.events.append(event)
        self.order.append(event.reason)

    def read_on(self) -> list[tuple[str, RecordedResponse | None]]:
        return [(each.request_hash, each) for each in self.responses]


def settings(api: MessagesApi, **more: Any) -> ModelSettings:
    return ModelSettings(api_key=SecretStr("test"), base_url=api.url, endpoint="anthropic", **more)


def purse(**money: Any) -> Purse:
    set_ = MoneySettings(**money)
    caps = Caps(
        set_.per_brief_usd,
        set_.per_desk_hour_usd,
        set_.per_day_usd,
        set_.per_family_hour_usd,
        set_.per_family_day_usd,
    )

    async def refresh() -> None:
        await asyncio.sleep(0)

    breaker = Breaker(set_.breaker_failures, set_.breaker_pause_s)
    return Purse(Prices(set_), Budget(caps), breaker, refresh, lambda _, __: None)


def ask(
    api: MessagesApi,
    log: Log,
    *requests: dict[str, Any],
    of: Purse | None = None,
    kind: str = "anthropic",
    **more: Any,
) -> list[Answer | BaseException]:
    """Asks all of them at once, and gives what each got."""
    set_ = settings(api, **more)

    async def run() -> list[Answer | BaseException]:
        client = MessagesClient(set_, TABLE[kind])
        recordings = Recordings(log.read_on, log.record)
        gateway = ModelGateway(set_.messages_url, client, recordings, of or purse(), log.audit, lambda: NOW)
        try:
            asked = [gateway.ask(each, PURPOSE) for each in requests or (REQUEST,)]
            return await asyncio.gather(*asked, return_exceptions=True)
        finally:
            await client.close()

    return asyncio.run(run())


def answered(api: MessagesApi, log: Log, *requests: dict[str, Any], **more: Any) -> list[Answer]:
    found = ask(api, log, *requests, **more)
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return [each for each in found if isinstance(each, Answer)]
