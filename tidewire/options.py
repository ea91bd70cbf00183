"""What a replay's options say."""

from __future__ import annotations

from collections.abc import Mapping

from flink_jobs.runs import SOURCES, Source
from flink_jobs.stories.settings import StoriesSettings
from replay.run.asked import brief_places
from replay.run.select import (
    Earliest,
    Last,
    Moment,
    SelectionError,
    Where,
    parse_duration,
    parse_place,
    parse_time,
)
from tidewire.places import broker, codec

# Steps of writing that may have a model of their own, and the setting that names it.
STEPS = {step: f"{step}_model" for step in ("small", "planner", "worker", "judge")}


def asked_options(given: Mapping[str, object]) -> dict[str, str]:
    """Those that were given, as a record keeps them. A threshold of 0 is one."""
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given.items()
        if value is not None and value is not False and value != []
    }


def models_of(named: list[str]) -> dict[str, str]:
    """Models by setting: a bare name is for all steps, and what names a step goes before it.

    Raises SelectionError for a step that there is not.
    """
    everywhere = [name for name in named if "=" not in name]
    found = dict.fromkeys(STEPS.values(), everywhere[-1]) if everywhere else {}
    for each in named:
        step, is_step, name = each.partition("=")
        if is_step and (step not in STEPS or not name):
            raise SelectionError(f"{each!r}: name a model, or STEP=MODEL with a step of {', '.join(STEPS)}")
        if is_step:
            found[STEPS[step]] = name
    return found


def beginning(
    from_offset: str | None, from_time: str | None, last: str | None, from_brief: str | None
) -> tuple[Source, Where]:
    """Of what, and from where; at most one of them is given. Raises SelectionError."""
    given = [each for each in (from_time, last, from_brief) if each is not None]
    place: tuple[str, Where] = ("articles.raw", Earliest())
    if from_offset is not None:
        place = parse_place(from_offset, SOURCES)
    if len(given) > 1 or (given and from_offset is not None and not isinstance(place[1], Earliest)):
        raise SelectionError(
            "a replay has one beginning: give one of --from-offset, --from-time, --last and --from-brief"
        )
    where = place[1]
    if from_time is not None:
        where = Moment(parse_time(from_time))
    elif last is not None:
        where = Last(parse_duration(last))
    elif from_brief is not None:
        where = brief_places(broker(), codec(), from_brief)
    source: Source = "articles.enriched" if place[0] == "articles.enriched" else "articles.raw"
    return source, where


def ending(source: Source, to_offset: str | None, to_time: str | None) -> Where | None:
    """None: up to now. Raises SelectionError."""
    if to_offset is not None and to_time is not None:
        raise SelectionError("a replay has one end: give --to-offset or --to-time")
    if to_time is not None:
        return Moment(parse_time(to_time))
    if to_offset is None:
        return None
    topic, where = parse_place(to_offset, SOURCES)
    if topic != source or isinstance(where, Earliest):
        raise SelectionError(f"{to_offset!r} is no end of {source}: write {source}:PARTITION=OFFSET,…")
    return where


def warm_up_ms(text: str | None) -> int | None:
    """Milliseconds; None for all there is, as long as a story stays open where nothing is said."""
    if text is None:
        return StoriesSettings().window_ms
    return None if text == "all" else parse_duration(text)
