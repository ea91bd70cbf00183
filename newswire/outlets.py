"""Reads the sample's outlets, their feeds, and the turns a feed takes (it dies, it breaks, it moves)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newswire.durations import moment
from newswire.files import read_yaml
from newswire.model import Answer, Body, Feed, Format, Outlet, SampleError, Turn

SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True, slots=True)
class Outlets:
    """Feeds by name, in the files' order, and the turns they take."""

    feeds: Mapping[str, Feed]
    turns: tuple[Turn, ...]


def load_outlets(folder: Path = SAMPLE) -> Outlets:
    """Reads ``outlets.yaml``. Raises SampleError naming the feed that is wrong."""
    path = folder / "outlets.yaml"
    feeds: dict[str, Feed] = {}
    turns: list[Turn] = []
    for raw in read_yaml(path):
        outlet = _outlet(path, raw)
        for each in raw["feeds"]:
            feed = _feed(path, outlet, each)
            if feed.name in feeds:
                raise SampleError(f"{path.name}: two feeds are called {feed.name}; give one another name")
            feeds[feed.name] = feed
            turns.extend(_turn(path, feed, turn) for turn in each.get("turns", []))
    return Outlets(feeds, tuple(turns))


def _outlet(path: Path, raw: Mapping[str, Any]) -> Outlet:
    try:
        return Outlet(
            name=raw["name"],
            site=f"https://{raw['publisher']}",
            publisher=raw["publisher"],
            family=raw["family"],
            country=raw["country"],
            language=raw["language"],
            reliability=raw["reliability"],
            rights=raw["rights"],
        )
    except KeyError as error:
        raise SampleError(f"{path.name}: outlet {raw.get('name', raw)} lacks {error}") from error


def _feed(path: Path, outlet: Outlet, raw: Mapping[str, Any]) -> Feed:
    try:
        return Feed(
            name=raw["name"],
            outlet=outlet,
            title=raw.get("title", outlet.name),
            desk=raw["desk"],
            format=Format(raw["format"]),
            body=Body(raw["body"]),
            encoding=raw.get("encoding", "utf-8"),
            section=raw.get("section", raw["desk"]),
            keep=raw.get("keep", 20),
            tracking=raw.get("tracking", False),
        )
    except (KeyError, ValueError) as error:
        raise SampleError(f"{path.name}: feed {raw.get('name', raw)}: {error}") from error


def _turn(path: Path, feed: Feed, raw: Mapping[str, Any]) -> Turn:
    try:
        return Turn(moment(raw["at"]), feed.name, Answer(raw["answer"]))
    except (KeyError, ValueError) as error:
        raise SampleError(f"{path.name}: a turn of feed {feed.name}: {error}") from error
