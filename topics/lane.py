"""A lane: the one value from which everything a run of the pipeline owns is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from topics.catalogue import SHARED

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Lane:
    """``Lane("live")`` is the one people read; any other is a run beside it.

    The live lane's names carry no prefix. Raises ValueError for a name that is not 1 to 32
    lower-case letters, digits and inner hyphens.
    """

    name: str = "live"

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} cannot name a lane: use 1 to 32 lower-case letters, digits and inner hyphens"
            )

    @property
    def is_live(self) -> bool:
        """Whether this is the lane people read."""
        return self.name == "live"

    @property
    def prefix(self) -> str:
        """What the lane's own topics begin with; empty for live."""
        return "" if self.is_live else f"{self.name}."

    def topic(self, name: str) -> str:
        """A topic of the catalogue in this lane; shared ones are the same in every lane."""
        return name if name in SHARED else self.prefix + name

    def group(self, name: str) -> str:
        """A consumer group."""
        return f"tidewire.{self.prefix}{name}"

    def transactional_prefix(self, name: str) -> str:
        """What a sink's transactional ids begin with; stable for ever within a lane."""
        return f"tidewire-{self.name}-{name}-"

    def folder(self, base: Path) -> Path:
        """A folder of the lane's own, such as for checkpoints."""
        return base / self.name

    def collection(self, name: str) -> str:
        """A collection of the index."""
        return f"{self.name}-{name}"


LIVE = Lane()
