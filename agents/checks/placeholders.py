"""The rail's figures in prose: a writer names one, code puts it in.

A placeholder is ``[rail:KEY]``; KEY is one of those the writer was offered. Prose has no other way to a
figure of the rail, so a figure that looks like one but stands in no source is dropped as any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from babel import UnknownLocaleError
from babel.numbers import format_decimal

from schemas.records import BriefIndicator

PLACEHOLDER = re.compile(r"\[rail:([\w./:-]{1,120})\]")
_LEFT_OVER = re.compile(r"\[rail:")
# What an indicator counts, by the first part of its name, and its window, by length in seconds. Without
# figures: those of a statement are its quotes'.
_COUNTS = {
    "volume": "articles for this desk",
    "families": "owners of outlets that report for this desk",
    "non_english": "share of articles for this desk that are not in English",
}
_WINDOWS = {900: "quarter of an hour", 3_600: "hour", 86_400: "day"}


def rail_of(indicators: Sequence[BriefIndicator], language: str) -> dict[str, str]:
    """What may be named, and what will stand there: each indicator's value as ``name/scope``, and its
    distance from the baseline as ``name/scope/z`` where there is one, written as in the language."""
    known: dict[str, str] = {}
    for each in indicators:
        key = f"{each.name}/{each.scope}" if each.scope else each.name
        known[key] = _written(each.value, language)
        if each.z is not None:
            known[f"{key}/z"] = _written(each.z, language)
    return known


def offered(indicators: Sequence[BriefIndicator]) -> dict[str, str]:
    """The same keys, with what each stands for, in English words; never a value."""
    known: dict[str, str] = {}
    for each in indicators:
        key = f"{each.name}/{each.scope}" if each.scope else each.name
        window = _WINDOWS.get((each.window_end - each.window_start) // 1000, "window")
        what = each.name.partition(".")[0]
        known[key] = f"{_COUNTS.get(what, what.replace('_', ' '))} in the last {window}"
        if each.z is not None:
            known[f"{key}/z"] = f"standard deviations above the usual number of {known[key]}"
    return known


def named(text: str) -> tuple[str, ...]:
    """The keys that a text names, once each."""
    return tuple(dict.fromkeys(match[1] for match in PLACEHOLDER.finditer(text)))


def without(text: str) -> str:
    """The text as it is checked: a placeholder is no figure."""
    return PLACEHOLDER.sub("…", text)


def filled(text: str, rail: Mapping[str, str]) -> str | None:
    """The text with its figures; None when it names one that there is not."""
    if any(match[1] not in rail for match in PLACEHOLDER.finditer(text)):
        return None
    whole = PLACEHOLDER.sub(lambda match: rail[match[1]], text)
    return None if _LEFT_OVER.search(whole) else whole


def _written(value: float, language: str) -> str:
    try:
        return format_decimal(round(value, 2), locale=language)
    except (UnknownLocaleError, ValueError):
        return format_decimal(round(value, 2), locale="en")
