"""A comparison as plain values, for JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from replay.compare.briefs import Pair
from replay.compare.comparison import Comparison
from replay.compare.differences import Difference
from replay.compare.matching import Fate


def summary(found: Comparison, first: str, second: str) -> dict[str, Any]:
    """Keyed by the lanes' names where something is a lane's."""
    return {
        "identical": found.identical,
        "verdict": found.verdict,
        "counts": found.counts,
        "left_out": found.left_out,
        "hashes": {first: found.hashes[0], second: found.hashes[1]},
        "hashes_without_allowed": {first: found.compared[0], second: found.compared[1]},
        "stories": {fate.value: count for fate, count in found.fates.items()},
        "regrouped": [
            {"fate": each.fate.value, first: each.first, second: each.second}
            for each in found.matches
            if each.fate is not Fate.SAME
        ],
        "b_cubed": None if found.b_cubed is None else {**asdict(found.b_cubed), "f1": found.b_cubed.f1},
        "differences": _differences(found.differences, first, second),
        "allowed": {name.value: _differences(some, first, second) for name, some in found.allowed.items()},
        "briefs": [_pair(each, first, second) for each in found.briefs],
        "indicators": [
            {
                "window": each.key,
                first: each.first,
                second: each.second,
                "allowed": each.allowed.value if each.allowed else None,
            }
            for each in found.windows
        ],
        "latency_ms": {
            lane: asdict(latency) for lane, latency in zip((first, second), found.latency, strict=True)
        },
    }


def _differences(some: Iterable[Difference], first: str, second: str) -> list[dict[str, Any]]:
    return [{"kind": d.kind, first: d.only_first, second: d.only_second, "changed": d.changed} for d in some]


def _pair(pair: Pair, first: str, second: str) -> dict[str, Any]:
    return {
        "desk": pair.desk,
        first: pair.first.brief_id if pair.first else None,
        second: pair.second.brief_id if pair.second else None,
        "headline": pair.shown.headline,
        "reasons": pair.reasons,
        "fields": [{"name": name, first: one, second: other} for name, one, other in pair.fields],
        "statements": [
            {"side": line.side.value, "text": line.text, "reason": line.reason} for line in pair.lines
        ],
    }
