"""Waits until nothing is missing, and tells of a lane's briefs what is."""

from __future__ import annotations

import time
from collections.abc import Callable

from schemas.codec import Codec
from schemas.records import Assignment, Brief
from topics.catalogue import ASSIGNMENTS, BRIEFS
from topics.decoding import records
from topics.lane import Lane
from topics.settings import BrokerSettings

Progress = Callable[[str], None]
LOOK_EVERY_S = 0.5


class NotSettled(RuntimeError):
    """Something is still under way when the time is over."""


def until(missing: Callable[[], str], what: str, patience_s: float, progress: Progress) -> None:
    """Asks again until nothing is missing. Raises NotSettled when the same has been missing for so long: how
    much there is to do is not known, and a machine may be slow."""
    said, before = missing(), ""
    moved = time.monotonic()
    while said:
        if said != before:
            progress(f"{what}: {said}")
            moved = time.monotonic()
        elif time.monotonic() - moved > patience_s:
            raise NotSettled(
                f"{what}: {said}, for {patience_s:.0f} s now; see the logs in TIDEWIRE_HOME and `./tw status`"
            )
        time.sleep(LOOK_EVERY_S)
        said, before = missing(), said


def unwritten(broker: BrokerSettings, codec: Codec, lane: Lane) -> str:
    """What a lane's agents have yet to write; empty when there is a brief for every assignment."""
    called_for = {
        (each.story_id, each.story.revision, each.desk)
        for each in records(broker, codec, lane.topic(ASSIGNMENTS), Assignment)
        if not each.warmup
    }
    written = {
        (each.story_id, each.story_revision, each.desk)
        for each in records(broker, codec, lane.topic(BRIEFS), Brief)
    }
    left = len(called_for - written)
    return f"{left} briefs to write" if left else ""
