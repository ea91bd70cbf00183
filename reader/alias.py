"""Which lane people read when they name none: live, unless another was promoted.

One small file, replaced in one step; nothing of either lane is touched, so promoting is undone by
promoting live again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from topics.lane import LIVE, Lane

FILE = "readers.json"


class AliasBroken(RuntimeError):
    """The file does not name a lane."""


class Alias:
    """The alias of one home. Every call looks at the file, so a promotion holds from the next request on."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE

    def lane(self) -> Lane:
        """Raises AliasBroken."""
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return LIVE
        try:
            return Lane(json.loads(text)["lane"])
        except (ValueError, KeyError, TypeError) as error:
            raise AliasBroken(
                f"{self._file} names no lane ({error}); `./tw replay promote live` writes it anew"
            ) from error

    def point(self, lane: Lane) -> None:
        """From now on readers are shown this lane."""
        if lane.is_live:
            self._file.unlink(missing_ok=True)
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump({"lane": lane.name}, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._file)
