"""Comparisons of lanes that were made, kept for readers: a home's files, one for each pair of lanes.

Whoever compares lanes writes them, with the page drawn; the reader only hands them out. A file is
replaced in one step.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from telemetry import logs
from topics.lane import Lane

FOLDER = "comparisons"
# A name of a lane holds no such sign.
BESIDE = "+"
LOG = logs.logger("comparisons")


class NotCompared(KeyError):
    """These lanes were not compared, or what came of it is gone."""


class Kept(BaseModel):
    """One comparison. ``page``: HTML that holds all it needs, with whatever feeds wrote escaped."""

    model_config = ConfigDict(frozen=True)

    first: Lane
    second: Lane
    compared_at: AwareDatetime
    verdict: str
    page: str


class Comparisons:
    """Those of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def keep(self, kept: Kept) -> None:
        """In place of an earlier one of these lanes, in this order. Raises OSError."""
        file = self._file(kept.first, kept.second)
        self._folder.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as writing:
            writing.write(kept.model_dump_json())
            writing.flush()
            os.fsync(writing.fileno())
        new.replace(file)

    def get(self, first: Lane, second: Lane) -> Kept:
        """Raises NotCompared."""
        try:
            return Kept.model_validate_json(self._file(first, second).read_text("utf-8"))
        except (FileNotFoundError, ValidationError) as error:
            raise NotCompared(first.name, second.name) from error

    def all(self) -> list[Kept]:
        """Newest first. A file that cannot be read is passed over, and named in the log."""
        found = []
        for file in self._folder.glob(f"*{BESIDE}*.json"):
            try:
                found.append(Kept.model_validate_json(file.read_text("utf-8")))
            except FileNotFoundError:
                # Taken away meanwhile, with its lane.
                continue
            except ValidationError as error:
                LOG.warning("a comparison cannot be read", file=str(file), errors=error.error_count())
        return sorted(found, key=lambda each: each.compared_at, reverse=True)

    def forget(self, lane: Lane) -> None:
        """Takes away what a lane was a part of."""
        for pattern in (f"{lane.name}{BESIDE}*", f"*{BESIDE}{lane.name}.*"):
            for file in self._folder.glob(pattern):
                file.unlink(missing_ok=True)

    def _file(self, first: Lane, second: Lane) -> Path:
        return self._folder / f"{first.name}{BESIDE}{second.name}.json"
