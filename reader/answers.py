"""The shapes of the API's answers. Times are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["brief", "article", "story"]


class Answer(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(frozen=True)


class Problem(Answer):
    """RFC 9457: what went wrong, where, and what to do about it."""

    type: str = "about:blank"
    title: str = Field(description="What happened.")
    status: int
    detail: str = Field(description="What exactly.")
    instance: str = Field(description="Where: the path asked for.")
    remedy: str = Field(description="What to do.")


class Copy(Answer):
    """The same text from another outlet."""

    id: str
    outlet: str
    url: str
    date: datetime


class Result(Answer):
    """One thing found. A brief's outlets are those of its sources."""

    kind: Kind
    id: str
    title: str
    snippet: str
    outlet: str = Field(description="The publisher of an article; the desk of a brief.")
    outlets: list[str]
    date: datetime
    score: float = Field(description="In (0, 1]; 1 is first both by meaning and by words.")
    url: str = Field(default="", description="Of the article at its outlet.")
    language: str = ""
    desk: str = ""
    story_id: str = ""
    place: str | None = Field(default=None, description="topic-partition@offset of the raw record.")
    superseded: bool = False
    flags: list[str] = []
    copies: list[Copy] = []


class SearchAnswer(Answer):
    """Best first."""

    query: str
    lane: str
    count: int
    results: list[Result]


class BriefSummary(Answer):
    """A brief in a list."""

    id: str
    story_id: str
    story_revision: int
    desk: str
    status: str
    writer: str
    headline: str
    bottom_line: str
    date: datetime = Field(description="Logged time up to which the brief knows.")
    superseded: bool
    outlets: list[str]
    citations: int


class Briefs(Answer):
    """Newest first."""

    lane: str
    count: int
    briefs: list[BriefSummary]


class Translated(Answer):
    """A source's title and lead by machine; the quote is the original's."""

    source_language: str
    language: str
    lines: list[str]


class Reference(Answer):
    """A numbered citation: a verbatim quote and where it stands."""

    number: int
    quote: str
    start: int
    end: int
    article_id: str
    version: int
    content_hash: str
    title: str = ""
    outlet: str = ""
    sighting: bool = False
    family: str = ""
    reliability: str = ""
    url: str = ""
    date: datetime | None = None
    place: str | None = Field(default=None, description="topic-partition@offset of the raw record.")
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    revised: bool = Field(default=False, description="The article has a newer version by now.")
    translation: Translated | None = Field(default=None, description="Machine translation.")


class SaidStatement(Answer):
    """One sentence; citations are numbers of references."""

    kind: str
    text: str
    likelihood: str | None = None
    confidence: str | None = None
    basis: list[int] = []
    citations: list[int] = []


class SaidContradiction(Answer):
    """Accounts that do not agree."""

    text: str
    citations: list[int] = []


class SaidIndicator(Answer):
    """A number whose window had closed."""

    name: str
    scope: str
    window_start: datetime
    window_end: datetime
    value: float
    z: float | None = None


class Dropped(Answer):
    """A sentence that did not pass a check."""

    text: str
    reason: str


class Mark(Answer):
    """A reader's word on a brief."""

    verdict: str = Field(description="USEFUL, WRONG or NOT_THIS_STORY.")
    statement: int | None = Field(description="Which one it is about, from 1; null: the brief.")
    note: str
    given_at: datetime


class BriefAnswer(BriefSummary):
    """A whole brief."""

    lane: str
    change: str
    statements: list[SaidStatement]
    references: list[Reference]
    contradictions: list[SaidContradiction]
    indicators: list[SaidIndicator]
    alternatives: list[str]
    gaps: list[str]
    independent_families: int
    checks_passed: list[str]
    dropped: list[Dropped]
    supersedes: list[str]
    superseded_by: list[str]
    generated_at: datetime
    recipe: str
    content_hash: str
    cost_usd: float
    marks: list[Mark] = Field(description="What readers said of it, oldest first; at most 200.")


class BriefLink(Answer):
    """A brief of a story."""

    id: str
    desk: str
    headline: str


class Decided(Answer):
    """What a desk is given of a story's revision, or why it is given nothing."""

    desk: str = Field(description="Empty: no desk was found for the story.")
    kind: str = Field(description="ASSIGN, HOLD (until quiet hours end) or LEAVE.")
    materiality: float
    due_at: datetime | None = Field(description="When it goes, or is looked at again; logged time.")
    reason: str


class StorySummary(Answer):
    """A story in a list."""

    id: str
    title: str
    lead: str
    desk: str
    change: str
    revision: int
    opened_at: datetime
    updated_at: datetime
    articles_count: int
    families: int
    independent: int
    velocity: float = Field(description="Articles an hour since it opened.")
    languages: list[str]
    outlets: list[str]
    names: list[str]
    merged_into: str | None = None
    absorbed: list[str] = Field(default=[], description="Stories that went into this one.")
    decisions: list[Decided] = []
    warmup: bool = False
    briefs: list[BriefLink] = []


class Stories(Answer):
    """The last to move first."""

    lane: str
    count: int
    stories: list[StorySummary]


class Revisions(Answer):
    """First to last."""

    lane: str
    revisions: list[StorySummary]


class Member(Answer):
    """An article of a story."""

    id: str
    version: int
    content_hash: str
    title: str
    excerpt: str = ""
    outlet: str
    family: str
    reliability: str
    url: str
    language: str
    published_at: datetime
    logged_at: datetime
    duplicate_of: str | None = None
    sighting: bool = False
    place: str


class StoryAnswer(StorySummary):
    """A whole story; of its articles at most 200, newest first. ``all_briefs`` holds superseded ones."""

    lane: str
    articles: list[Member]
    all_briefs: list[BriefSummary]


class Version(Answer):
    """One version of an article."""

    version: int
    content_hash: str
    title: str
    known_from: datetime
    known_to: datetime | None
    variant: bool


class ArticleAnswer(Member):
    """An article with an excerpt: never its full text."""

    lane: str
    authors: list[str]
    country: str
    desk: str
    categories: list[str]
    rights: str
    late: bool
    backfill: bool
    variant: bool
    published_from: str
    story_id: str
    superseded: bool
    versions: list[Version]
