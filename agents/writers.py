"""Who writes: without a key the extractive writer; with one a model, through all that guards it. Wiring."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.apart import Runs
from agents.drafting.settings import WriterSettings
from agents.drafting.writer import ModelWriter
from agents.dry_run import DryGateway, DryRun, Limits
from agents.extract import ExtractiveWriter
from agents.model import ModelFailed, ModelGateway, ModelSettings
from agents.model.client import MessagesClient
from agents.model.endpoints import capabilities
from agents.model.errors import Unfit
from agents.model.gateway import Purse
from agents.model.recordings import RecordedOnly, Recordings, ResponseLog
from agents.money.breaker import Breaker
from agents.money.budget import Budget, Caps
from agents.money.prices import Prices
from agents.money.settings import MoneySettings
from agents.money.spent import Spent
from agents.prompts import load
from agents.rail import Rail
from agents.settings import AgentsSettings
from agents.tools.registry import Rail as Indicators
from agents.tools.settings import ToolSettings
from agents.tools.toolbox import Toolbox
from agents.work import BriefWriter
from schemas.codec import Codec
from schemas.records import AgentEvent, RecordedResponse
from telemetry.logs import logger
from topics.catalogue import AGENTS_AUDIT, AGENTS_RESPONSES
from topics.lane import Lane
from topics.settings import BrokerSettings

# Topic, key, value, partition (None: by key). Returns when the record is in the log.
Send = Callable[[str, bytes, bytes, int | None], Awaitable[None]]

# Of each indicator, what a tool shows.
WINDOWS = 6
DRY_S = 3_600.0

log = logger("agents.writers")


@dataclass(frozen=True)
class Writing:
    """A writer with what has to be started and closed around it."""

    writer: BriefWriter
    client: MessagesClient | None = None
    toolbox: Toolbox | None = None
    models: tuple[str, ...] = ()

    async def start(self) -> None:
        """Says at once what would otherwise be said in every brief. An unknown model stops no briefs: they
        are written without it, and say so."""
        if self.client is None:
            return
        try:
            await self.client.check_models(self.models)
        except Unfit as error:
            log.error("briefs will be written without a model", reason=str(error))
        except ModelFailed as error:
            log.warning("the models could not be checked", reason=str(error))

    async def close(self) -> None:
        """Gives connections back."""
        if self.client is not None:
            await self.client.close()
        if self.toolbox is not None:
            await self.toolbox.close()


def check() -> None:
    """What the role would refuse when it starts. Raises Unfit, UnknownPrice, pydantic's ValidationError."""
    model = ModelSettings()
    if model.has_key:
        capabilities(model)
        _priced(WriterSettings(), Prices(MoneySettings()))


def _priced(settings: WriterSettings, prices: Prices) -> None:
    for name in settings.models:
        prices.worst(name, 1, 1, now_ms())


def writing(
    lane: Lane, broker: BrokerSettings, codec: Codec, send: Send, rail: Rail, runs: Runs | None = None
) -> Writing:
    """Raises Unfit for an endpoint that cannot do what is needed, UnknownPrice for an unpriced model."""
    model = ModelSettings()
    if not model.has_key:
        return Writing(ExtractiveWriter(runs))
    capable, settings, money = capabilities(model), WriterSettings(), MoneySettings()
    prices = Prices(money)
    _priced(settings, prices)

    async def record(response: RecordedResponse) -> None:
        await send(AGENTS_RESPONSES, response.request_hash.encode(), codec.encode(response), None)

    async def audit(event: AgentEvent) -> None:
        await send(lane.topic(AGENTS_AUDIT), event.story_id.encode(), codec.encode(event), None)

    client = MessagesClient(model, capable)
    recordings = Recordings(ResponseLog(broker, codec).read_on, record)
    purse = _purse(money, prices, Spent(broker, codec, lane))
    gateway = ModelGateway(model.messages_url, client, recordings, purse, audit, now_ms)
    toolbox = Toolbox(lane, ToolSettings(), recordings, audit, now_ms, _indicators(rail))
    writer = ModelWriter(gateway, load(AgentsSettings().prompts), settings, capable, toolbox, runs)
    log.info("writing with a model", endpoint=model.messages_url, kind=capable.name, models=settings.models)
    return Writing(writer, client, toolbox, settings.models)


def recorded_writer(lane: Lane, broker: BrokerSettings, codec: Codec) -> ModelWriter:
    """The writer that a key would give, with recorded answers only: it calls nobody, writes nothing."""
    model = ModelSettings().model_copy(update={"api_key": None})
    capable, money = capabilities(model), MoneySettings()

    async def kept(_: AgentEvent | RecordedResponse) -> None:
        """What was read is in the log already."""

    async def none(desk: str, cutoff: int) -> list[dict[str, Any]]:
        del desk, cutoff
        return []

    recordings = Recordings(ResponseLog(broker, codec).read_on, kept)
    purse = _purse(money, Prices(money), Spent(broker, codec, lane))
    client = MessagesClient(model, capable)
    gateway = ModelGateway(model.messages_url, client, recordings, purse, kept, now_ms)
    toolbox = Toolbox(lane, ToolSettings(), recordings, kept, now_ms, none)
    return ModelWriter(gateway, load(AgentsSettings().prompts), WriterSettings(), capable, toolbox)


def dry_run(
    lane: Lane, broker: BrokerSettings, codec: Codec, prompts: Path | None, models: Mapping[str, str]
) -> DryRun:
    """The writer that a key would give, on recorded answers alone; ``prompts`` and ``models`` (by setting)
    are what is not as it is here. Raises Unfit, UnknownPrice, PromptError."""
    model, money, tools = ModelSettings(), MoneySettings(), ToolSettings()
    capable, prices = capabilities(model), Prices(money)
    # Nobody is waited for.
    unlimited = {"step_s": DRY_S, "brief_s": DRY_S}
    settings = WriterSettings().model_copy(update={**unlimited, **models})
    _priced(settings, prices)

    async def unheard(_: AgentEvent) -> None:
        """What was not done is not on the books."""

    async def nothing(desk: str, cutoff: int) -> list[dict[str, Any]]:
        raise AssertionError(f"a tool ran for desk {desk} at {cutoff} in a dry run")

    recordings = RecordedOnly(ResponseLog(broker, codec).read_on)
    gateway = DryGateway(model.messages_url, recordings)
    toolbox = Toolbox(lane, tools, recordings, unheard, now_ms, nothing)
    writer = ModelWriter(gateway, load(prompts or AgentsSettings().prompts), settings, capable, toolbox)
    limits = Limits(money.per_brief_usd, tools.most_characters)
    return DryRun(writer, gateway, prices, limits, now_ms())


def _indicators(rail: Rail) -> Indicators:
    async def windows(desk: str, cutoff: int) -> list[dict[str, Any]]:
        found = await asyncio.to_thread(rail.series, desk, cutoff, WINDOWS)
        fields = ("name", "window_start", "window_end", "value", "baseline", "spread", "z")
        return [{field: getattr(each, field) for field in fields} for each in found]

    return windows


def _purse(money: MoneySettings, prices: Prices, spent: Spent) -> Purse:
    caps = Caps(
        money.per_brief_usd,
        money.per_desk_hour_usd,
        money.per_day_usd,
        money.per_family_hour_usd,
        money.per_family_day_usd,
    )
    budget = Budget(caps)
    breaker = Breaker(money.breaker_failures, money.breaker_pause_s)
    looking = asyncio.Lock()

    async def refresh() -> None:
        async with looking:
            if spent.due:
                await asyncio.to_thread(spent.catch_up, budget, now_ms())

    return Purse(prices, budget, breaker, refresh, spent.known)


def now_ms() -> int:
    """Wall clock, epoch milliseconds; outside every id and hash."""
    return time.time_ns() // 1_000_000
