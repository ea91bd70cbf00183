"""The replays of a home, as records on its disk.

A record is written before anything is started and says all that the lane's jobs are to do, so that a
replay killed at any moment goes on as it was meant, whatever has become of options and files since.
It stands beside the lane's checkpoints: where they are gone the lane cannot go on either. A lane
without a record (made by `./tw jobs submit`, or whose record is lost) is listed, and can be dropped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flink_jobs.runs import JobName, Run
from topics.lane import Lane

FILE = "replay.json"
DESKS = "desks"
DESKS_VARIABLE = "TIDEWIRE_AGENTS_DESKS"
PROMPTS = "prompts"
PROMPTS_VARIABLE = "TIDEWIRE_AGENTS_PROMPTS"


class RecordBroken(RuntimeError):
    """A replay's record cannot be read."""


class Replay(BaseModel):
    """One lane's replay. ``created_at``: epoch ms. ``asked``: the options it was started with.

    ``environment``: what its agents get beside the home's own. ``finished``: jobs that came to their
    end; ``written``: whether its agents, after that, have written every brief.
    """

    model_config = ConfigDict(frozen=True)

    lane: Lane
    created_at: int
    asked: dict[str, str]
    changes: tuple[str, ...]
    runs: tuple[Run, ...]
    environment: dict[str, str] = {}
    bytes_per_s: float | None = None
    finished: frozenset[JobName] = frozenset()
    written: bool = False

    @property
    def follows(self) -> bool:
        """Whether it has no end."""
        return self.runs[0].bounds is None

    @property
    def has_agents(self) -> bool:
        """Whether its agents are to run now: all the time if it follows, else once its jobs have ended."""
        return not self.written and (self.follows or self.ended)

    @property
    def ended(self) -> bool:
        """Whether every job has come to its end."""
        return {run.job for run in self.runs} <= self.finished

    def finish(self, jobs: Iterable[JobName]) -> Replay:
        """With these jobs at their end."""
        return self.model_copy(update={"finished": self.finished | frozenset(jobs)})


class ReplayLog:
    """The records under ``folder``, a folder for each lane."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, lane: Lane) -> Path:
        """The lane's own folder."""
        return lane.folder(self.folder)

    def get(self, lane: Lane) -> Replay | None:
        """Raises RecordBroken."""
        file = self.of(lane) / FILE
        if not file.exists():
            return None
        try:
            return Replay.model_validate_json(file.read_text("utf-8"))
        except ValidationError as error:
            raise RecordBroken(
                f"{file} is no record of a replay ({error.error_count()} errors); "
                f"`./tw replay drop {lane.name}` takes the lane away"
            ) from error

    def put(self, replay: Replay) -> Replay:
        """Writes it whole, in one step."""
        folder = self.of(replay.lane)
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f"{FILE}.new"
        with new.open("w", encoding="utf-8") as file:
            file.write(replay.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / FILE)
        return replay

    def lanes(self) -> list[Lane]:
        """Those that have a record."""
        return [Lane(file.parent.name) for file in sorted(self.folder.glob(f"*/{FILE}"))]

    def keep_desks(self, lane: Lane, desks: Path) -> Path:
        """A copy of desk files, for the lane's agents."""
        return self._keep(lane, DESKS, desks.glob("*.yaml"))

    def keep_prompts(self, lane: Lane, prompts: Path) -> Path:
        """A copy of prompts, for the lane's agents."""
        return self._keep(lane, PROMPTS, prompts.glob("*.md"))

    def environment(self, replay: Replay) -> dict[str, str]:
        """What the lane's agents are told beside what all of the home's are."""
        folder = self.of(replay.lane)
        kept = {DESKS_VARIABLE: folder / DESKS, PROMPTS_VARIABLE: folder / PROMPTS}
        return replay.environment | {name: str(path) for name, path in kept.items() if path.exists()}

    def _keep(self, lane: Lane, name: str, files: Iterable[Path]) -> Path:
        kept = self.of(lane) / name
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for file in files:
            shutil.copy(file, kept)
        return kept
