"""Makes a brief again with this checkout's desks and writer, from this stack's log."""

from __future__ import annotations

import asyncio

from agents.model import writer_for
from agents.settings import AgentsSettings, WindowSettings
from desks import load_desks
from replay.rebuild import Evidence, Maker, Rebuilt, rebuild
from replay.rebuild_reading import gather
from tidewire.places import broker, codec
from topics.lane import Lane


def again(lane: Lane, brief_id: str) -> tuple[Evidence, Rebuilt]:
    """What the log holds of what the brief was made of, and what came of it. Raises NoSuchBrief."""
    settings = AgentsSettings()
    windows_of = Lane(settings.indicators_lane) if settings.indicators_lane else None
    evidence = gather(broker(), codec(), lane, brief_id, windows_of)
    maker = Maker(
        codec=codec(),
        desks={desk.name: desk for desk in load_desks(settings.desks)},
        writer=writer_for(),
        windows=WindowSettings(),
    )
    return evidence, asyncio.run(rebuild(evidence, maker))
