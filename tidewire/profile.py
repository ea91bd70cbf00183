"""What a home was started as, so that ``./tw up`` goes on as it was: extra environment, and whether
the newswire plays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = "profile.json"
PRIVATE_HOSTS = "TIDEWIRE_PRODUCERS_ALLOW_HOSTS"


class Newswire(BaseModel):
    """How the feed server plays."""

    model_config = ConfigDict(frozen=True)

    mode: Literal["lock", "clock"]
    seconds: float
    play: str
    port: int


class Profile(BaseModel):
    """``environment`` is given to every role and to the jobs; a plain home has none."""

    model_config = ConfigDict(frozen=True)

    environment: dict[str, str] = Field(default_factory=dict)
    newswire: Newswire | None = None

    def apply(self) -> None:
        """Into this process; what the user has set stays."""
        for name, value in self.environment.items():
            os.environ.setdefault(name, value)

    def for_roles(self) -> dict[str, str]:
        """What the roles are given: here too the user's values stay. Hosts that may be private add up,
        so that the user's own feeds are watched beside the newswire's."""
        given = {name: os.environ.get(name, value) for name, value in self.environment.items()}
        lists = (self.environment.get(PRIVATE_HOSTS), os.environ.get(PRIVATE_HOSTS))
        hosts = dict.fromkeys(host.strip() for each in lists if each for host in each.split(","))
        return {**given, PRIVATE_HOSTS: ",".join(hosts)} if hosts else given


def load(home: Path) -> Profile:
    """The profile of a home; an empty one where there is none.

    Raises pydantic.ValidationError for a file that is no profile.
    """
    file = home / FILE
    return Profile.model_validate_json(file.read_text()) if file.exists() else Profile()


def save(home: Path, profile: Profile) -> None:
    """Remembers it for the next ``up``."""
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_text(profile.model_dump_json(indent=1) + "\n")
