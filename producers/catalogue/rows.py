"""What every format of a catalogue is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class CatalogueError(ValueError):
    """A list of feeds that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One feed as listed: values by the names of FeedSpec's fields; ``line`` counts from 1."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that could not be used, and why. ``cut_off``: the list breaks off there."""

    line: int
    reason: str
    cut_off: bool = False
