"""What the jobs can be told from outside. Times are milliseconds unless a name says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Milliseconds = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class TimeSettings(BaseSettings):
    """The two clocks: how late is late, and how far the log's own clock may step back.

    ``lateness_ms``: an article published longer than this before it was logged is late.
    ``window_skew_ms``: how much longer windows stay open than that.
    ``order_skew_ms``: how long the order of the log is awaited; 0 with one broker.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_TIME_")

    lateness_ms: Milliseconds = 3_600_000
    window_skew_ms: Milliseconds = 10_000
    order_skew_ms: Milliseconds = 0


class ArticlesSettings(BaseSettings):
    """The job ``articles``. ``windows_s``: sizes in whole seconds, each giving its own indicators."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_ARTICLES_")

    windows_s: tuple[Count, ...] = (900, 3_600, 86_400)
    parallelism: Count = 1

    @field_validator("windows_s")
    @classmethod
    def _distinct(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or len(set(value)) != len(value):
            raise ValueError("name at least one window size, and none twice")
        return value


class EmbeddingSettings(BaseSettings):
    """The Flink side of the job ``stories``: how many copies read and embed, and how they are fed."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_EMBEDDING_")

    parallelism: Count = 2
    bundle_ms: Count = 50
    bundle_size: Count = 500


class JobSettings(BaseSettings):
    """What both jobs share. ``home`` holds checkpoints and savepoints, a folder for each lane."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    home: Path = Path(".tidewire")
    checkpoint_interval_ms: Count = 2_000
    watermark_interval_ms: Count = 100

    @property
    def states(self) -> Path:
        """Where lanes keep the state of their jobs."""
        return self.home.resolve() / "flink" / "lanes"


class ClusterSettings(BaseSettings):
    """The session cluster: its REST address, and the folders its command line client needs.

    The folders are those of Flink's own variables (``FLINK_CONF_DIR`` and so on); whoever runs the
    cluster hands them on under these names.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_FLINK_")

    url: str = "http://127.0.0.1:18082"
    home: Path | None = None
    conf_dir: Path | None = None
    lib_dir: Path | None = None
    opt_dir: Path | None = None
    plugins_dir: Path | None = None
    bin_dir: Path | None = None
    log_dir: Path | None = None
    java_home: Path | None = None
    start_timeout_s: float = 180.0
