"""Settings of the stories job's logic."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class StoriesSettings(BaseSettings):
    """Env prefix ``TIDEWIRE_STORIES_``. Every time is logged time; changing one changes the outputs."""

    model_config = SettingsConfigDict(env_prefix="TIDEWIRE_STORIES_", frozen=True)

    # A story nothing was added to for this long closes.
    window_ms: int = Field(default=7 * DAY_MS, gt=0)
    # How long an article is remembered, to tell a revision from a first sight; raw's retention.
    article_kept_ms: int = Field(default=30 * DAY_MS, gt=0)
    # The score from which an article joins; None takes the weights file's.
    threshold: float | None = Field(default=None, ge=0, le=1)
    # Nearest stories by vector, and by shared rare terms, that are looked at closely.
    dense_candidates: int = Field(default=16, ge=1)
    term_candidates: int = Field(default=16, ge=0)
    # Resemblance of sketches from which a text is a copy.
    copy_resemblance: float = Field(default=0.6, ge=0, le=1)
    # Members a story shows and compares with.
    shown_articles: int = Field(default=40, ge=1, le=40)
    excerpt_characters: int = Field(default=1_200, ge=200, le=4_000)
    # Revisions of one article sent on within an hour; more are counted only.
    revisions_an_hour: int = Field(default=4, ge=1)
    # From a story's first material move to its first assignment, and between later ones.
    first_debounce_ms: int = Field(default=2_000, ge=0)
    debounce_ms: int = Field(default=60_000, ge=0)
    # Name of the encoder whose vectors come in; written beside every vector.
    embedding_model: str = "all-MiniLM-L6-v2-int8"
    # Outputs before this logged time are marked: the lane is reading what came before its range.
    warmup_until_ms: int = 0
