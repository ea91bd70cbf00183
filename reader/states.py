"""The shapes of the API's answers about the reader itself: lanes, counts, readiness."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reader.answers import Answer


class LaneAnswer(Answer):
    """A lane and its view."""

    name: str
    live: bool
    view_id: str | None = Field(description="Of its view; another one once it is built anew.")
    indexing: bool
    error: str | None = None


class Lanes(Answer):
    lanes: list[LaneAnswer]
    promoted: str = Field(description="The lane that is read when none is named.")


class Counts(Answer):
    """What a lane's view holds. ``latest_briefs``: pairs of story and desk that have a brief."""

    lane: str
    articles: int = Field(description="Points: every version and wording.")
    current_articles: int
    stories: int
    story_revisions: int
    briefs: int
    current_briefs: int = Field(description="Not superseded.")
    latest_briefs: int


class Health(Answer):
    status: Literal["ok"] = "ok"


class LaneLag(Answer):
    """Records of each topic that are in the log and not yet in the view; None while unknown."""

    lane: str
    indexing: bool
    lag: dict[str, int] | None
    error: str | None = None


class JobReading(Answer):
    """A job of the live lane."""

    job: str
    stands: bool = Field(description="Stopped, failing, or far behind: what is shown grows old.")
    behind_s: float = Field(
        description="Age of the oldest record it has not noted as read; 0 if it reads on."
    )


class Readiness(Answer):
    """``stale``: the views are up to date, but a job that feeds them stands still."""

    status: Literal["ready", "stale", "catching up", "not ready"]
    lag: int | None
    lanes: list[LaneLag]
    jobs: list[JobReading] | None = Field(description="None while the log does not answer.")


class DeadKind(Answer):
    """Dead letters that have stage and error in common."""

    stage: str
    error: str
    letters: int


class Dead(Answer):
    """What could not be used, of all stages and lanes; `./tw dead list` names each."""

    total: int
    last_hour: int = Field(description="At most 10,000 are counted.")
    sent_again: int
    kinds: list[DeadKind]
