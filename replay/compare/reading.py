"""Reads two lanes to compare them, and of a replay's record what it read and where it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flink_jobs.settings import TimeSettings
from replay.compare.comparison import Comparison, Range, compare
from replay.compare.outputs import read_log, read_outputs
from replay.run.log import Replay, ReplayLog
from schemas.codec import Codec
from topics.catalogue import ARTICLES_RAW
from topics.lane import Lane
from topics.settings import BrokerSettings


def compared(
    broker: BrokerSettings,
    codec: Codec,
    log: ReplayLog,
    lanes: tuple[Lane, Lane],
    until: int | None,
    known: Mapping[str, Range],
) -> Comparison:
    """Reads both lanes and the raw log, up to a logged time (epoch ms): by default the last tick, or where a
    replay ended. ``known`` is what lanes read of it, by name; else their records in ``log`` tell. Raises
    RecordBroken."""
    replays = {lane.name: found for lane in lanes if (found := log.get(lane)) is not None}
    ranges = {name: range_of(replay) for name, replay in replays.items()} | dict(known)
    ends = [end for replay in replays.values() if (end := ends_at(replay)) is not None]
    times = TimeSettings()
    raw = read_log(broker, codec, times.order_skew_ms)
    logged = until or min([raw.complete_until, *ends])
    windows = logged - times.lateness_ms - times.window_skew_ms
    ours, theirs = (
        read_outputs(broker, codec, lane, ranges.get(lane.name)).up_to(logged, windows) for lane in lanes
    )
    return compare(ours, theirs, raw)


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


def unfinished(log: ReplayLog, lanes: Iterable[Lane]) -> list[Lane]:
    """Those whose replay has an end and has not come to it: jobs that read on, or briefs yet to be written.
    Raises RecordBroken."""
    found = ((lane, log.get(lane)) for lane in lanes)
    return [lane for lane, replay in found if replay is not None and not (replay.follows or replay.written)]
