"""A brief's indicators, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from telemetry.times import duration, short_time


def in_words(indicators: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line a window, shortest first: ``desk world, 1 min to 2026-11-25 01:20:00 UTC: 82 articles,
    27 owners, 73 % not in English``. Takes the API's objects.

    A window's values stand together; times are those at which the articles say they were published.
    """
    windows: dict[tuple[float, str, str], dict[str, tuple[float, float | None]]] = {}
    for each in indicators:
        start, end = (datetime.fromisoformat(each[name]) for name in ("window_start", "window_end"))
        window = ((end - start).total_seconds(), each["window_end"], each["scope"])
        what = each["name"].partition(".")[0]
        windows.setdefault(window, {})[what] = (each["value"], each["z"])
    lines = []
    for (seconds, end_at, scope), values in sorted(windows.items()):
        known = [name for name in ("volume", "families", "non_english") if name in values]
        said = [_said(name, *values[name]) for name in [*known, *sorted(values.keys() - set(known))]]
        scope_words = scope.replace(":", " ")
        lines.append(f"{scope_words}, {duration(seconds)} to {short_time(end_at)}: {', '.join(said)}")
    return lines


def _said(name: str, value: float, z: float | None) -> str:
    if name == "volume":
        text = f"{value:g} {'article' if value == 1 else 'articles'}"
    elif name == "families":
        text = f"{value:g} {'owner' if value == 1 else 'owners'}"
    elif name == "non_english":
        text = f"{value:.0%} not in English".replace("%", " %")
    else:
        text = f"{name.replace('_', ' ')} {value:g}"
    return text if z is None else f"{text} (z {z:+.1f})"
