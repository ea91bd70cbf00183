"""What the agents can be told from outside."""

from __future__ import annotations

from math import gcd
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Count = Annotated[int, Field(ge=1)]
Milliseconds = Annotated[int, Field(ge=0)]


class AgentsSettings(BaseSettings):
    """The role. ``concurrency``: assignments in hand at once; ``attempts`` at one before it becomes a
    dead letter. The broker gives a dead worker's partitions away after ``session_timeout_s``."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_AGENTS_")

    concurrency: Count = 8
    attempts: Count = 5
    retry_wait_s: Annotated[float, Field(ge=0)] = 0.5
    buffer: Count = 32
    # Seconds of CPU for each of the steps of one brief that read its texts. Beyond: a dead letter.
    cpu_s: Count = 20
    session_timeout_s: Annotated[float, Field(gt=0)] = 12.0
    heartbeat_s: Annotated[float, Field(gt=0)] = 3.0
    commit_interval_s: Annotated[float, Field(gt=0)] = 1.0
    # How long a stop waits for what is in hand.
    stop_grace_s: Annotated[float, Field(ge=0)] = 8.0
    # A folder of desk files; those that come with Tidewire when not given.
    desks: Path | None = None
    # A folder of prompts; what it does not have is as it comes with Tidewire.
    prompts: Path | None = None
    # The lane whose indicators briefs use: a lane that runs enriched articles again cuts no windows.
    indicators_lane: str | None = None
    # Health and metrics over HTTP on loopback; off when not given.
    health_port: Annotated[int, Field(ge=0, le=65_535)] | None = None


class WindowSettings(BaseSettings):
    """When windows close: the same variables, with the same defaults, as the job that cuts them."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    time_lateness_ms: Milliseconds = 3_600_000
    time_window_skew_ms: Milliseconds = 10_000
    articles_windows_s: tuple[Count, ...] = (900, 3_600, 86_400)
    # How long a brief waits for the indicators it is due before it goes out degraded.
    agents_indicators_patience_s: Annotated[float, Field(ge=0)] = 120.0

    @property
    def delay_ms(self) -> int:
        """From a window's end to the logged time at which it closes."""
        return self.time_lateness_ms + self.time_window_skew_ms

    @property
    def step_ms(self) -> int:
        """Windows end at multiples of this."""
        return gcd(*self.articles_windows_s) * 1000


class StorySettings(BaseSettings):
    """When a story is over: the same variable, with the same default, as the job that closes it."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    stories_window_ms: Annotated[int, Field(gt=0)] = 7 * 86_400_000

    @property
    def kept_ms(self) -> int:
        """How long its briefs can be asked for; a day more, for what waits in the log."""
        return self.stories_window_ms + 86_400_000


class HomeSettings(BaseSettings):
    """Where Tidewire keeps its files."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    home: Path = Path(".tidewire")
