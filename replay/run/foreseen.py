"""What a replay would ask of models, before it starts."""

from __future__ import annotations

import asyncio

from agents.model import ModelSettings
from agents.model.errors import Unfit
from agents.money.prices import UnknownPrice
from agents.money.settings import MoneySettings
from agents.settings import AgentsSettings, WindowSettings
from agents.writers import dry_run
from desks import load_desks
from replay.run.asked import Asked
from replay.run.live_works import live_works, same_routing
from replay.run.requests import Requests
from replay.run.select import SelectionError
from schemas.codec import Codec
from topics.settings import BrokerSettings


def requests_of_models(
    broker: BrokerSettings, codec: Codec, asked: Asked, begins_at: int, end_at: int, shortened: bool
) -> Requests:
    """What the briefs of a span of logged time (epoch ms) would ask; nobody is asked. Where there is no key,
    it says of models that could not be used why.

    Raises SelectionError for models that the lane's agents could not use, and PromptError.
    """
    has_key = ModelSettings().has_key
    try:
        dry = dry_run(asked.lane, broker, codec, asked.prompts, asked.models)
    except (Unfit, UnknownPrice) as error:
        if has_key:
            raise SelectionError(str(error)) from error
        return Requests({}, MoneySettings(), has_key, unusable=str(error))
    live = {desk.name: desk for desk in load_desks(AgentsSettings().desks)}
    desks = {desk.name: desk for desk in load_desks(asked.desks)} if asked.desks is not None else live
    windows = WindowSettings()
    if asked.lateness_ms is not None:
        windows = windows.model_copy(update={"time_lateness_ms": asked.lateness_ms})
    estimated = list(asked.other_assignments())
    if not same_routing(desks, live):
        estimated.append("the desks' routing")
    if shortened:
        estimated.append("what retention has taken away")
    works = live_works(broker, codec, desks, windows, (begins_at, None if asked.follow else end_at))
    return Requests(asyncio.run(dry.foresee(works)), MoneySettings(), has_key, tuple(estimated))
