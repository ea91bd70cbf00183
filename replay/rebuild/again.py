"""Makes a brief again with this checkout's desks and writer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from agents.evaluate import recipe
from agents.extract import ExtractiveWriter
from agents.model import ModelSettings
from agents.settings import AgentsSettings, WindowSettings
from agents.work import BriefWriter
from agents.writers import recorded_writer
from desks import Desk, load_desks
from replay.rebuild.making import Evidence, Maker, Rebuilt, rebuild
from replay.rebuild.reading import gather, whole_id
from schemas.codec import Codec
from schemas.records import Brief
from topics.lane import Lane
from topics.settings import BrokerSettings


def again(broker: BrokerSettings, codec: Codec, lane: Lane, brief_id: str) -> tuple[Evidence, Rebuilt]:
    """What the log holds of what the brief was made of, and what came of it; of its id the beginning will do.

    Raises NoSuchBrief, Ambiguous.
    """
    settings = AgentsSettings()
    windows_of = Lane(settings.indicators_lane) if settings.indicators_lane else None
    evidence = gather(broker, codec, lane, whole_id(broker, lane, brief_id), windows_of)
    desks = {desk.name: desk for desk in load_desks(settings.desks)}
    maker = Maker(
        codec=codec,
        desks=desks,
        writer=_writer(recorded_writer(lane, broker, codec), evidence.brief, desks),
        windows=WindowSettings(),
    )
    return evidence, asyncio.run(rebuild(evidence, maker))


def _writer(recorded: BriefWriter, brief: Brief, desks: Mapping[str, Desk]) -> BriefWriter:
    """The one whose recipe the brief has; of none, the one that serves here. A model's answers are those on
    record: nothing is asked anew, and nothing paid."""
    writers: list[BriefWriter] = [ExtractiveWriter(), recorded]
    desk = desks.get(brief.desk)
    for writer in writers:
        if desk is not None and recipe(desk, writer.recipe) == brief.provenance.recipe:
            return writer
    return writers[ModelSettings().has_key]
