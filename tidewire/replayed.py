"""What the record of a lane's replay tells those who read the lane afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterable

from replay.compare import Range
from replay.log import Replay, ReplayLog
from tidewire.places import stack_settings
from tidewire.profile import load
from topics.catalogue import ARTICLES_RAW
from topics.lane import Lane


def record_of(lane: Lane) -> Replay | None:
    """None for the live lane, and for one that was not made by `./tw replay`. Raises RecordBroken."""
    return _records().get(lane)


def range_of(replay: Replay) -> Range:
    """What it read of the raw log, warm-up included."""
    run = replay.runs[0]
    windows = any(each.job == "articles" for each in replay.runs)
    if run.start is None:
        return Range(windows=windows)
    return Range(
        start_ms=run.start.begins_at or run.start.whole_from,
        read_from_ms=run.start.whole_from,
        # Offsets of enriched articles are none of the raw log.
        offsets=run.start.offsets if run.source == ARTICLES_RAW else {},
        windows=windows,
    )


def ends_at(replay: Replay) -> int | None:
    """The last logged time it knows of; None if it follows the log."""
    bounds = replay.runs[0].bounds
    return None if bounds is None else bounds.end_at


def unfinished(lanes: Iterable[Lane]) -> list[Lane]:
    """Those whose replay has an end and has not come to it: jobs that read on, or briefs yet to be written.
    Raises RecordBroken."""
    found = ((lane, record_of(lane)) for lane in lanes)
    return [lane for lane, replay in found if replay is not None and not (replay.follows or replay.written)]


def apply_environment(lane: Lane) -> None:
    """Into this process what the lane's agents ran with; what the user has set stays."""
    replay = record_of(lane)
    for name, value in ({} if replay is None else _records().environment(replay)).items():
        os.environ.setdefault(name, value)
    load(stack_settings().home).apply()


def _records() -> ReplayLog:
    return ReplayLog(stack_settings().home / "replays")
