"""Where the reader is, and how much a tool may take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ToolSettings(BaseSettings):
    """``timeout_s`` limits one call with its ``attempts``; results are cut after ``most_characters``."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_TOOLS_", populate_by_name=True)

    reader_url: str = Field(default="http://127.0.0.1:8600", validation_alias="TIDEWIRE_READER_URL")
    timeout_s: Annotated[float, Field(gt=0)] = 10.0
    attempts: Annotated[int, Field(ge=1)] = 3
    most_characters: Annotated[int, Field(ge=200)] = 6000
    most_results: Annotated[int, Field(ge=1, le=20)] = 8
