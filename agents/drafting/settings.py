"""Which model does what, and how long it may take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0)]
Tokens = Annotated[int, Field(ge=256, le=21_333)]


class WriterSettings(BaseSettings):
    """``high_materiality``: from it on a story is planned, worked on in parallel and judged; below it, one
    call writes its brief. ``step_s`` limits one step with its tools, ``brief_s`` the whole of a brief."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_WRITER_")

    high_materiality: Annotated[float, Field(ge=0, le=1.01)] = 0.6
    small_model: str = "claude-haiku-5-5"
    planner_model: str = "claude-sonnet-5-5"
    worker_model: str = "claude-sonnet-5-5"
    judge_model: str = "claude-opus-5-5"
    max_tokens: Tokens = 4096
    step_s: Seconds = 120.0
    brief_s: Seconds = 300.0
    # Rounds of tools in one step, and calls in one round.
    tool_rounds: Annotated[int, Field(ge=0, le=8)] = 2
    tool_calls: Annotated[int, Field(ge=1, le=16)] = 4

    @property
    def models(self) -> tuple[str, ...]:
        """All that are used."""
        return tuple(
            dict.fromkeys((self.small_model, self.planner_model, self.worker_model, self.judge_model))
        )
