"""How the reader runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ReaderSettings(BaseSettings):
    """Where it listens, and how often it looks for lanes."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_READER_")

    host: str = "127.0.0.1"
    # Names under which it is reached beside those of loopback, comma-separated.
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    port: int = Field(default=18080, ge=0, le=65535)
    lanes_every_s: float = Field(default=3.0, gt=0)
    # After an indexer failed, such as on a broker that is away.
    retry_after_s: float = Field(default=2.0, gt=0)
    # How old a record may be that a job has not read, before readers are told that it stands still. A start
    # from a checkpoint takes most of a minute.
    job_patience_s: float = Field(default=60.0, gt=0)
    # Also what is finished before a stop: a text takes some 25 ms to encode.
    batch_size: int = Field(default=100, ge=1)

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part.strip()) if isinstance(value, str) else value
