"""Where the door is, and what is behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class UiSettings(BaseSettings):
    """``url``, ``identity``: as in ClusterSettings. ``token_file`` holds what opens the door.

    ``hosts``: names, comma-separated, under which people reach it beside those of loopback.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_FLINK_UI_", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(default=18086, ge=0, le=65_535)
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    token_file: Path
    url: str = Field(default="https://127.0.0.1:18082", validation_alias="TIDEWIRE_FLINK_URL")
    identity: Path | None = Field(default=None, validation_alias="TIDEWIRE_FLINK_IDENTITY")

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    def token(self) -> str:
        """Raises OSError when the file is not there, ValueError when it is empty: then all would enter."""
        said = self.token_file.read_text("ascii").strip()
        if not said:
            raise ValueError(f"{self.token_file} is empty; delete it and start the stack again")
        return said
