"""What the feed server can be told."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class NewswireSettings(BaseSettings):
    """The feed server's settings; the environment's TIDEWIRE_NEWSWIRE_… override the defaults."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_NEWSWIRE_", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(default=18090, ge=1, le=65535)
    mode: Literal["lock", "clock"] = "lock"
    seconds: float = Field(default=150.0, gt=0, description="Clock mode: length of the time line.")
    play: str = Field(default="sample", description="'sample', or a folder of recorded feeds.")
    home: Path = Field(default=Path(".tidewire"), validation_alias="TIDEWIRE_HOME")
    state: Path | None = Field(default=None, description="Folder of the ledger; default: in the home.")
    look_every_s: float = Field(default=0.05, gt=0, description="Lock step: pause between looks.")
    stall_after_s: float = Field(default=120.0, gt=0, description="Lock step: an error from then on.")

    @property
    def folder(self) -> Path:
        """Where the ledger is kept."""
        return self.state or self.home / "newswire"

    @property
    def base_url(self) -> str:
        """What feed URLs start with. Feed ids are made from these URLs."""
        return f"http://{self.host}:{self.port}"
