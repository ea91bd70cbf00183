"""A run of a job: all that decides what it does, as one value handed to its script as JSON.

The script reads no environment, so a run is what its submitter said, on whichever machine it is
translated and executed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from desks.loader import Desk
from flink_jobs.deduplicated import EVERYTHING, Bounds, Start, Without
from flink_jobs.settings import ArticlesSettings, EmbeddingSettings, JobSettings, TimeSettings
from flink_jobs.stories.cluster import Weights
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.tables import Connection
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, DAY_MS, TOPICS
from topics.lane import LIVE, Lane

JobName = Literal["articles", "stories"]
JOBS: tuple[JobName, ...] = ("articles", "stories")
# From the live lane's enriched articles the job ``stories`` need not embed again.
Source = Literal["articles.raw", "articles.enriched"]
SOURCES: tuple[Source, ...] = (ARTICLES_RAW, ARTICLES_ENRICHED)  # type: ignore[assignment]


class Run(BaseModel):
    """Which job, in which lane, over what, and how.

    ``sasl``: whether the broker asks for a login; its submitter says so at each start.
    ``start`` None begins with the first record of the source, ``bounds`` None follows it for ever.
    ``desks`` and ``weights`` None are those that come with Tidewire.
    """

    model_config = ConfigDict(frozen=True)

    job: JobName
    lane: Lane = LIVE
    bootstrap: str
    registry_url: str
    sasl: bool = False
    source: Source = "articles.raw"
    start: Start | None = None
    bounds: Bounds | None = None
    without: Without = EVERYTHING
    desks: tuple[Desk, ...] | None = None
    weights: Weights | None = None
    times: TimeSettings = Field(default_factory=TimeSettings)
    articles: ArticlesSettings = Field(default_factory=ArticlesSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    stories: StoriesSettings = Field(default_factory=StoriesSettings)
    settings: JobSettings = Field(default_factory=JobSettings)

    @property
    def name(self) -> str:
        """What the cluster calls it."""
        return job_title(self.job, self.lane)

    @property
    def connection(self) -> Connection:
        return Connection(
            self.bootstrap, self.registry_url, self.lane, self.settings.flood_failures, self.sasl
        )

    @property
    def checkpoints(self) -> Path:
        return state_folder(self.settings, self.job, self.lane) / "checkpoints"

    @property
    def savepoints(self) -> Path:
        return state_folder(self.settings, self.job, self.lane) / "savepoints"

    @property
    def drained(self) -> Path:
        """Savepoints of a bounded run that was helped to its end: nothing goes on from them."""
        return state_folder(self.settings, self.job, self.lane) / "drained"

    def configuration(self) -> dict[str, str]:
        """Flink options. Checkpointing is here too, for without it the sinks would never commit."""
        return {
            "execution.checkpointing.interval": f"{self.settings.checkpoint_interval_ms} ms",
            "execution.checkpointing.mode": "EXACTLY_ONCE",
            "execution.checkpointing.dir": self.checkpoints.as_uri(),
            "execution.checkpointing.savepoint-dir": self.savepoints.as_uri(),
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
            "execution.checkpointing.num-retained": "3",
            "execution.checkpointing.incremental": "true",
            "state.backend.type": "rocksdb",
            "pipeline.auto-watermark-interval": f"{self.settings.watermark_interval_ms} ms",
            "parallelism.default": str(self.parallelism),
            "table.local-time-zone": "UTC",
            # A duplicate can come as late as the raw log reaches back.
            "table.exec.state.ttl": f"{_deduplication_days()} d",
            # Without it each output of a statement set deduplicates for itself.
            "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
            "python.fn-execution.bundle.time": str(self.embedding.bundle_ms),
            "python.fn-execution.bundle.size": str(self.embedding.bundle_size),
        }

    @property
    def parallelism(self) -> int:
        """How many copies of its operators read the source."""
        return self.articles.parallelism if self.job == "articles" else self.embedding.parallelism


def job_title(job: JobName, lane: Lane) -> str:
    """A job's name in the cluster; the live lane's is not mentioned."""
    return f"tidewire {job}" if lane.is_live else f"tidewire {job} (lane {lane.name})"


def state_folder(settings: JobSettings, job: JobName, lane: Lane) -> Path:
    """Where a job of a lane keeps its state; nothing else's is in it."""
    return lane.folder(settings.states) / job


def _deduplication_days() -> int:
    retention_ms = TOPICS[ARTICLES_RAW].retention_ms or 0
    return retention_ms // DAY_MS + 1
