"""Records of the log. Generated from avro/*.avsc by schemas.generate: edit those instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Record:
    """Base of every generated record."""

    __slots__ = ()


class AgentEventKind(StrEnum):
    MODEL_CALL = "MODEL_CALL"
    TOOL_CALL = "TOOL_CALL"
    CHECK = "CHECK"
    PUBLISH = "PUBLISH"
    WITHHOLD = "WITHHOLD"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent(Record):
    """One thing an agent did, and why."""

    event_id: str
    story_id: str
    at: int
    brief_id: str = ""
    desk: str = ""
    kind: AgentEventKind = AgentEventKind.CHECK
    reason: str = ""
    detail: str = ""
    request_hash: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Kind(StrEnum):
    """An unknown kind reads as TICK and is never an entry."""

    TICK = "TICK"
    ENTRY = "ENTRY"
    TAKEDOWN = "TAKEDOWN"


class Reliability(StrEnum):
    """Admiralty source grade; F cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Standing(StrEnum):
    """Whether the feed may speak for the article's URL. UNKNOWN: logged before that was asked."""

    UNKNOWN = "UNKNOWN"
    OWN = "OWN"
    SIGHTING = "SIGHTING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Record):
    """What a feed said, at one version of one entry; or a tick of the log's clock."""

    article_id: str
    observed_at: int
    kind: Kind = Kind.TICK
    # Counts the changes one feed made to one entry; 1 is the first.
    version: int = 0
    # Over text: the first 16 bytes of SHA-256, hex.
    content_hash: str = ""
    feed_id: str = ""
    # Registrable domain.
    publisher: str = ""
    # Owner group; the unit of independence.
    family: str = ""
    # ISO 3166 alpha-2, lower case.
    country: str = ""
    reliability: Reliability = Reliability.F
    # Canonical.
    url: str = ""
    title: str = ""
    # Citable text: title, line feed, cleaned text. Citation offsets index it.
    text: str = ""
    authors: tuple[str, ...] = ()
    # ISO 639-1.
    language: str = ""
    # As the feed said; absent when it said nothing readable.
    published_at: int | None = None
    # Seen at the feed's first poll and older than the story window.
    backfill: bool = False
    categories: tuple[str, ...] = ()
    desk: str = ""
    rights: str = ""
    trace_id: str = ""
    # How often it was sent through again from the dead letters.
    attempt: int = 0
    standing: Standing = Standing.UNKNOWN


class StoryChange(StrEnum):
    NEW = "NEW"
    GREW = "GREW"
    REVISED = "REVISED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArticle(Record):
    """A member as the story shows it."""

    article_id: str
    version: int = 0
    content_hash: str = ""
    revision: int = 0
    title: str = ""
    # A prefix of the citable text.
    excerpt: str = ""
    url: str = ""
    publisher: str = ""
    family: str = ""
    reliability: Reliability = Reliability.F
    language: str = ""
    published_at: int = 0
    logged_at: int = 0
    duplicate_of: str | None = None
    raw_partition: int = 0
    raw_offset: int = 0
    standing: Standing = Standing.UNKNOWN


class DecisionKind(StrEnum):
    """It goes to the desk; it waits for the end of quiet hours; it does not go."""

    ASSIGN = "ASSIGN"
    HOLD = "HOLD"
    LEAVE = "LEAVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Record):
    """What a desk is given of a story, or why it is given nothing."""

    # Empty: no desk was found for the story.
    desk: str = ""
    kind: DecisionKind = DecisionKind.LEAVE
    materiality: float = 0.0
    # Logged time at which it goes, or is looked at again.
    due_at: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Record):
    """One event as the stream understands it now."""

    story_id: str
    # Logged time.
    opened_at: int
    # Logged time.
    updated_at: int
    revision: int = 0
    change: StoryChange = StoryChange.GREW
    desk: str = ""
    # At most 40; changed ones always.
    articles: tuple[StoryArticle, ...] = ()
    article_count: int = 0
    family_count: int = 0
    # Families with a text of their own.
    independent_count: int = 0
    names: tuple[str, ...] = ()
    # Articles an hour since it opened.
    velocity: float = 0.0
    merged_into: str | None = None
    # Stories that went into this one, the latest 20.
    absorbed: tuple[str, ...] = ()
    previous_story_id: str | None = None
    # What follows from this revision, a desk that it was routed to each.
    decisions: tuple[Decision, ...] = ()
    # Produced while a lane reads what came before its range.
    warmup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(Record):
    """A story that moved, given to a desk."""

    story_id: str
    # Logged time.
    assigned_at: int
    story: Story
    desk: str = ""
    desk_hash: str = ""
    reason: str = ""
    materiality: float = 0.0
    # Produced while a lane reads what came before its range.
    warmup: bool = False


class BriefStatus(StrEnum):
    PUBLISHED = "PUBLISHED"
    DEGRADED = "DEGRADED"
    WITHHELD = "WITHHELD"


class Writer(StrEnum):
    MODEL = "MODEL"
    EXTRACTIVE = "EXTRACTIVE"


class StatementKind(StrEnum):
    FACT = "FACT"
    JUDGEMENT = "JUDGEMENT"
    FORECAST = "FORECAST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Record):
    """A verbatim quote: text[start:end] of that article version."""

    article_id: str
    version: int = 0
    content_hash: str = ""
    quote: str = ""
    # In code points.
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Record):
    """One sentence and what it rests on."""

    kind: StatementKind = StatementKind.FACT
    text: str = ""
    # An ICD 203 term.
    likelihood: str | None = None
    confidence: str | None = None
    # Indices of the statements a judgement rests on.
    basis: tuple[int, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefIndicator(Record):
    """A number whose window had closed by the cut-off."""

    name: str
    scope: str = ""
    window_start: int = 0
    window_end: int = 0
    value: float = 0.0
    z: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction(Record):
    """Accounts that do not agree."""

    text: str = ""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation(Record):
    article_id: str
    version: int = 1
    content_hash: str = ""
    source_language: str = ""
    language: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedStatement(Record):
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGrade(Record):
    publisher: str = ""
    reliability: Reliability = Reliability.F
    # 1 confirmed … 6 cannot be judged.
    credibility: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Record):
    """What the brief rests on and what was dropped."""

    independent_families: int = 0
    checks_passed: tuple[str, ...] = ()
    dropped: tuple[DroppedStatement, ...] = ()
    grades: tuple[SourceGrade, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Record):
    """A raw record the brief rests on."""

    article_id: str
    version: int = 0
    content_hash: str = ""
    title: str = ""
    url: str = ""
    publisher: str = ""
    family: str = ""
    reliability: Reliability = Reliability.F
    published_at: int = 0
    raw_partition: int = 0
    raw_offset: int = 0
    standing: Standing = Standing.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance(Record):
    """Enough to make the brief again."""

    sources: tuple[Source, ...] = ()
    recipe: str = ""
    request_hashes: tuple[str, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Record):
    """What a desk says about a story, each sentence with its sources."""

    brief_id: str
    story_id: str
    generated_at: int
    # Logged time.
    information_cutoff: int
    story_revision: int = 0
    desk: str = ""
    supersedes: tuple[str, ...] = ()
    status: BriefStatus = BriefStatus.PUBLISHED
    writer: Writer = Writer.EXTRACTIVE
    headline: str = ""
    bottom_line: str = ""
    statements: tuple[Statement, ...] = ()
    indicators: tuple[BriefIndicator, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    alternatives: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    # By machine, of the titles and leads of cited sources in languages that the desk does
    # not read. No citation rests on one.
    translations: tuple[Translation, ...] = ()
    # What is new since the superseded ones.
    change: str = ""
    quality: Quality = Quality()
    provenance: Provenance = Provenance()
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter(Record):
    """Something that could not be used, with its coordinates and the reason; or a mark that one was sent again."""

    # A topic or a feed id.
    source: str
    failed_at: int
    key: bytes | None = None
    value: bytes | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    url: str | None = None
    stage: str = ""
    error: str = ""
    reason: str = ""
    # Whose run failed; empty: live.
    lane: str = ""
    # As far as it is known; so are the ids that follow.
    feed_id: str = ""
    article_id: str = ""
    story_id: str = ""
    # Value is the whole of what failed, not only its beginning.
    whole: bool = False
    # How often what failed had been sent through again before.
    attempt: int = 0
    # Of a mark: the letter of this partition that was sent again, such as 3@1207; topic,
    # partition and offset are then where it went. Empty: a letter.
    retried: str = ""


class PublishedFrom(StrEnum):
    """Where the effective time comes from."""

    FEED = "FEED"
    CLAMPED = "CLAMPED"
    LOGGED = "LOGGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedArticle(Record):
    """A unique article with what the stories job found out about it."""

    article_id: str
    # Effective event time.
    published_at: int
    observed_at: int
    # Log-append time of the raw record.
    logged_at: int
    # Counts the changes one feed made to one entry; 1 is the first.
    version: int = 0
    # Over text: the first 16 bytes of SHA-256, hex.
    content_hash: str = ""
    feed_id: str = ""
    # Registrable domain.
    publisher: str = ""
    # Owner group; the unit of independence.
    family: str = ""
    # ISO 3166 alpha-2, lower case.
    country: str = ""
    reliability: Reliability = Reliability.F
    # Canonical.
    url: str = ""
    title: str = ""
    # Citable text: title, line feed, cleaned text. Citation offsets index it.
    text: str = ""
    authors: tuple[str, ...] = ()
    # ISO 639-1.
    language: str = ""
    published_from: PublishedFrom = PublishedFrom.FEED
    raw_partition: int = 0
    raw_offset: int = 0
    late: bool = False
    # logged_at - published_at.
    lateness_ms: int = 0
    backfill: bool = False
    categories: tuple[str, ...] = ()
    desk: str = ""
    rights: str = ""
    trace_id: str = ""
    # 0 for the original; counts the revisions of this article sent on.
    revision: int = 0
    # Another feed's wording of version 1.
    variant: bool = False
    story_id: str = ""
    # Score of the decision that placed it; 0 for a founder.
    similarity: float = 0.0
    # Article id whose text this one copies.
    duplicate_of: str | None = None
    names: tuple[str, ...] = ()
    # float16, little endian.
    embedding: bytes = b''
    embedding_model: str = ""
    # Produced while a lane reads what came before its range.
    warmup: bool = False
    # How often it was sent through again from the dead letters.
    attempt: int = 0
    standing: Standing = Standing.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry(Record):
    """One entry of one feed. Hashes are the first 8 bytes of SHA-256."""

    guid_hash: bytes = b''
    # UUID, 16 bytes.
    article_id: bytes = b''
    content_hash: bytes = b''
    version: int = 0
    last_shown: int = 0
    # Under which the article id was given; UNKNOWN: any feed had the id of any URL.
    standing: Standing = Standing.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSeen(Record):
    """What one feed has shown; written only on change."""

    feed_id: str
    # Of the rules that made the content hashes.
    cleaning_version: int = 0
    entries: tuple[SeenEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec(Record):
    """One feed of the catalogue."""

    feed_id: str
    # As imported; later redirects live in FeedState.
    url: str = ""
    title: str = ""
    site_url: str = ""
    publisher: str = ""
    family: str = ""
    country: str = ""
    language: str = ""
    desk: str = ""
    reliability: Reliability = Reliability.F
    rights: str = ""
    active: bool = True
    # Counts the orders to read it again whole; what was refused under an earlier count is
    # tried again.
    reread: int = 0
    # Of publishers of the same family in the catalogue.
    domains: tuple[str, ...] = ()


class FeedStatus(StrEnum):
    NEW = "NEW"
    ACTIVE = "ACTIVE"
    FAILING = "FAILING"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState(Record):
    """Where polling one feed stands; written at every poll."""

    feed_id: str
    next_check_at: int
    etag: str | None = None
    last_modified: str | None = None
    # The URL that etag and last_modified belong to.
    validators_url: str | None = None
    body_hash: str | None = None
    interval_s: float = 0.0
    # Consecutive.
    failures: int = 0
    status: FeedStatus = FeedStatus.NEW
    # Why the last poll failed.
    reason: str | None = None
    redirected_to: str | None = None
    last_success_at: int | None = None
    last_new_at: int | None = None
    # The order to read it anew that was followed last, as FeedSpec counts them.
    reread: int = 0
    # Hours since the epoch; the counts that follow are of this hour.
    quota_hour: int = 0
    new_in_hour: int = 0
    revisions_in_hour: int = 0
    # Dead letters of unreadable entries.
    letters_in_hour: int = 0
    # Entries of the last document that wait for a later hour.
    held_back: int = 0
    # What is wrong although the last poll was read; empty: nothing.
    trouble: str = ""


class Verdict(StrEnum):
    UNKNOWN = "UNKNOWN"
    USEFUL = "USEFUL"
    WRONG = "WRONG"
    NOT_THIS_STORY = "NOT_THIS_STORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Record):
    """A reader's word on a brief. It marks the brief and edits nothing."""

    brief_id: str
    given_at: int
    verdict: Verdict = Verdict.UNKNOWN
    # Which one it is about, from 1; null: the brief.
    statement: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Record):
    """One number over one window of event time."""

    name: str
    window_start: int
    window_end: int
    # kind:value, such as desk:business.
    scope: str = ""
    value: float = 0.0
    baseline: float | None = None
    spread: float | None = None
    z: float | None = None
    revision: int = 0
    amended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResponse(Record):
    """A model's answer, kept so that it is paid for once."""

    request_hash: str
    recorded_at: int
    endpoint: str = ""
    model: str = ""
    status: int = 0
    body: bytes = b''
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueArticle(Record):
    """A deduplicated article with its effective times and its place in the raw log."""

    article_id: str
    # Effective event time.
    published_at: int
    observed_at: int
    # Log-append time of the raw record.
    logged_at: int
    # Counts the changes one feed made to one entry; 1 is the first.
    version: int = 0
    # Over text: the first 16 bytes of SHA-256, hex.
    content_hash: str = ""
    feed_id: str = ""
    # Registrable domain.
    publisher: str = ""
    # Owner group; the unit of independence.
    family: str = ""
    # ISO 3166 alpha-2, lower case.
    country: str = ""
    reliability: Reliability = Reliability.F
    # Canonical.
    url: str = ""
    title: str = ""
    # Citable text: title, line feed, cleaned text. Citation offsets index it.
    text: str = ""
    authors: tuple[str, ...] = ()
    # ISO 639-1.
    language: str = ""
    published_from: PublishedFrom = PublishedFrom.FEED
    raw_partition: int = 0
    raw_offset: int = 0
    late: bool = False
    # logged_at - published_at.
    lateness_ms: int = 0
    backfill: bool = False
    categories: tuple[str, ...] = ()
    desk: str = ""
    rights: str = ""
    trace_id: str = ""
    # How often it was sent through again from the dead letters.
    attempt: int = 0
    standing: Standing = Standing.UNKNOWN


SCHEMA_FILES: dict[str, type[Record]] = {
    "agent_event.avsc": AgentEvent,
    "article.avsc": Article,
    "assignment.avsc": Assignment,
    "brief.avsc": Brief,
    "dead_letter.avsc": DeadLetter,
    "enriched_article.avsc": EnrichedArticle,
    "feed_seen.avsc": FeedSeen,
    "feed_spec.avsc": FeedSpec,
    "feed_state.avsc": FeedState,
    "feedback.avsc": Feedback,
    "indicator.avsc": Indicator,
    "recorded_response.avsc": RecordedResponse,
    "story.avsc": Story,
    "unique_article.avsc": UniqueArticle,
}
