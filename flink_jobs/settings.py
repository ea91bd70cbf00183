"""What the jobs can be told from outside. Times are milliseconds unless a name says otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CLIENT_VARIABLES = ("FLINK_CONF_DIR", "FLINK_LIB_DIR", "FLINK_OPT_DIR", "FLINK_BIN_DIR", "JAVA_HOME")

Milliseconds = Annotated[int, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class NoClient(RuntimeError):
    """The folders of Flink's command line client are not known."""


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
    """What both jobs share. ``home`` holds checkpoints and savepoints, a folder for each lane.

    ``flood_failures``: a job stops for good when so many of the last 1,000 records failed, and half of them.
    Higher it is for one start, by someone who knows that they are to become dead letters.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_")

    home: Path = Path(".tidewire")
    checkpoint_interval_ms: Count = 2_000
    watermark_interval_ms: Count = 100
    flood_failures: Count = 100

    @property
    def states(self) -> Path:
        """Where lanes keep the state of their jobs."""
        return self.home.resolve() / "flink" / "lanes"


class ClusterSettings(BaseSettings):
    """The session cluster: its REST address, and what Flink's command line client needs to find it.

    ``variables``: Flink's own environment variables (``FLINK_CONF_DIR``, ``FLINK_BIN_DIR``, …) and
    JAVA_HOME, as JSON; whoever runs the cluster hands them on. They go over this process's own.
    ``identity``: the PEM file with which a cluster that asks for a certificate is asked.
    """

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_FLINK_")

    url: str = "https://127.0.0.1:18082"
    identity: Path | None = None
    variables: dict[str, str] = Field(default_factory=dict)
    start_timeout_s: float = 180.0

    def environment(self) -> dict[str, str]:
        """Raises NoClient when the client's folders are not known."""
        known = {**os.environ, **self.variables}
        missing = [name for name in CLIENT_VARIABLES if name not in known]
        if missing:
            raise NoClient(
                f"Flink's client needs {', '.join(missing)}; use `./tw jobs`, which knows those of the local "
                "cluster, or set TIDEWIRE_FLINK_VARIABLES"
            )
        wanted = {*CLIENT_VARIABLES, *self.variables}
        return {name: value for name, value in known.items() if name in wanted}

    @property
    def script(self) -> Path:
        """Flink's command line client."""
        return Path(self.environment()["FLINK_BIN_DIR"]) / "flink"
