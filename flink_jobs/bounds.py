"""Where a bounded run ends: at the last tick of the log."""

from __future__ import annotations

from collections.abc import Mapping

from flink_jobs.deduplicated import BEHIND_MS, Bounds
from schemas.codec import Codec
from schemas.records import Article, Kind
from topics.catalogue import ARTICLES_RAW
from topics.decoding import decoded
from topics.reading import Received, end_offsets, read_range
from topics.settings import BrokerSettings

FIRST_LOOK = 64


class NoTick(RuntimeError):
    """A partition of the raw log has no tick, so no time up to which it is complete is known."""


def latest_tick(broker: BrokerSettings, codec: Codec, ends: Mapping[int, int] | None = None) -> Bounds:
    """The bounds of a run over all that the log holds up to the last tick of each partition, or up to the
    last before ``ends`` (by partition, exclusive).

    Up to the earliest of those ticks every partition is complete, so a run that ends there has the
    same outputs as one that went on. Raises NoTick.
    """
    ticks = _last_ticks(broker, codec, dict(ends or end_offsets(broker, ARTICLES_RAW)))
    return Bounds(
        end_at=min(tick.timestamp_ms for tick in ticks.values()) - BEHIND_MS,
        offsets={partition: tick.offset + 1 for partition, tick in ticks.items()},
    )


def _last_ticks(broker: BrokerSettings, codec: Codec, ends: dict[int, int]) -> dict[int, Received]:
    found: dict[int, Received] = {}
    look = FIRST_LOOK
    while len(found) < len(ends):
        missing = {partition: end for partition, end in ends.items() if partition not in found}
        # A range names all partitions: those found already get an empty one.
        start = {p: max(0, end - look) if p in missing else end for p, end in ends.items()}
        for each, article in decoded(read_range(broker, ARTICLES_RAW, start, ends), codec, Article):
            if article.kind is Kind.TICK:
                found[each.partition] = each
        without = sorted(p for p, end in missing.items() if p not in found and look >= end)
        if without:
            raise NoTick(
                f"{ARTICLES_RAW}: no tick in partitions {without}; let a producer run for a few seconds first"
            )
        look *= 8
    return found
