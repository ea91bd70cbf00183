"""A brief made again from what it was made of, by the same pipeline, and held against the one in the log.

Texts, times and outlets of its articles come from the raw log, by partition and offset; what the
stories job found out (which wording was current, what copies what, how many articles there are)
from the story's revision as the lane's topics have it; the rest is the desk's file, the briefs it
superseded, closed windows and recorded responses. Pure but for the pipeline: ``rebuild_reading`` reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.evaluate import recipe
from agents.indicators import Indicators, last_end
from agents.memory import Remembered
from agents.pipeline import WITHOUT_INDICATORS, Pipeline
from agents.rail import IndicatorsMissing
from agents.settings import WindowSettings
from agents.work import BriefWriter
from desks import Desk
from replay.compare.briefs import Pair, pair
from schemas.codec import Codec
from schemas.identity import brief_hash, content_hash, hash_of
from schemas.records import (
    Article,
    Assignment,
    Brief,
    BriefIndicator,
    Indicator,
    Kind,
    Source,
    Story,
    StoryArticle,
)
from schemas.takedown import Takedowns
from topics.catalogue import ARTICLES_RAW, ASSIGNMENTS, BRIEFS, STORIES, TOPICS
from topics.lane import Lane
from topics.reading import Received

Place = tuple[int, int]
"""Partition and offset in ``articles.raw``."""


@dataclass(frozen=True)
class Logged:
    """A raw record and its log-append time, epoch ms."""

    article: Article
    logged_at: int


@dataclass(frozen=True)
class Evidence:
    """What the log still holds of what a brief was made of.

    ``given_by`` is the topic that ``assignment`` comes from: ``assignments``, or ``stories``, whose
    record of that revision is the same story. ``beginnings``: by raw partition, the first offset left.
    ``responses``: the hashes of those of the brief's requests whose answers are kept.
    """

    brief: Brief
    assignment: Assignment | None = None
    given_by: str = ""
    raw: Mapping[Place, Logged] = field(default_factory=dict)
    beginnings: Mapping[int, int] = field(default_factory=dict)
    predecessors: Mapping[str, Brief] = field(default_factory=dict)
    windows: Sequence[Indicator] = ()
    responses: frozenset[str] = frozenset()
    takedowns: Takedowns = field(default_factory=Takedowns)

    @property
    def taken_down(self) -> tuple[Source, ...]:
        """Sources of the brief that must no longer be shown."""
        return tuple(each for each in self.brief.provenance.sources if self.takedowns.of(each))


@dataclass(frozen=True)
class Maker:
    """Who makes briefs here and now."""

    codec: Codec
    desks: Mapping[str, Desk]
    writer: BriefWriter
    windows: WindowSettings


@dataclass(frozen=True)
class Rebuilt:
    """``missing`` tells what can no longer be had; with anything missing there is no ``again``."""

    brief: Brief
    again: Brief | None
    missing: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Of what the brief in the log says."""
        return brief_hash(self.brief)

    @property
    def again_hash(self) -> str | None:
        return None if self.again is None else brief_hash(self.again)

    @property
    def identical(self) -> bool:
        return self.again_hash == self.hash

    @property
    def differences(self) -> Pair | None:
        """The brief in the log beside the one made again."""
        return None if self.again is None or self.identical else pair(self.brief, self.again)


async def rebuild(evidence: Evidence, maker: Maker) -> Rebuilt:
    """Makes the brief again, unless something it was made of is missing."""
    missing = tuple(missing_for(evidence, maker))
    if missing or evidence.assignment is None:
        return Rebuilt(evidence.brief, None, missing)
    story = from_raw(evidence.assignment.story, evidence.raw)
    given = replace(evidence.assignment, story=replace(story, warmup=False), warmup=False)
    return Rebuilt(evidence.brief, await _made(given, evidence, maker))


def missing_for(evidence: Evidence, maker: Maker) -> Iterator[str]:
    """What stands in the way of making a brief again; nothing if nothing does."""
    brief = evidence.brief
    for source in evidence.taken_down:
        found = evidence.takedowns.of(source)
        why = f" ({found.reason})" if found is not None and found.reason else ""
        place = f"{ARTICLES_RAW}-{source.raw_partition}@{source.raw_offset}"
        yield f"article {source.article_id} ({place}) was taken down{why}: the brief may not be made again"
    yield from _recipe(evidence, maker)
    if evidence.assignment is None:
        days = (TOPICS[STORIES].retention_ms or 0) // 86_400_000
        yield (
            f"story {brief.story_id} revision {brief.story_revision} is not retained: neither "
            f"{ASSIGNMENTS} nor {STORIES} has it any more (kept for {days} days)"
        )
    else:
        yield from _story(evidence.assignment.story, brief)
    yield from _raw(evidence)
    for each in brief.supersedes:
        if each not in evidence.predecessors:
            yield f"brief {each}, which it supersedes, is not in {BRIEFS}; was it taken down?"
    for each in brief.provenance.request_hashes:
        if each not in evidence.responses:
            yield f"the recorded response to request {each} is not retained"
    known = {(i.name, i.scope, i.window_start, i.window_end) for i in evidence.windows}
    for used in brief.indicators:
        if (used.name, used.scope, used.window_start, used.window_end) not in known:
            window = f"{used.window_start}-{used.window_end}"
            yield f"indicator {used.name} {used.scope} {window} is not retained"


def from_raw(story: Story, raw: Mapping[Place, Logged]) -> Story:
    """The story with everything that a feed said taken from the raw log. All its records must be there."""
    return replace(story, articles=tuple(_from_raw(each, raw[_place(each)]) for each in story.articles))


def _from_raw(shown: StoryArticle, logged: Logged) -> StoryArticle:
    said = logged.article
    published = said.published_at
    return replace(
        shown,
        title=said.title,
        # The job cuts texts; where, is its affair, and the length tells.
        excerpt=said.text[: len(shown.excerpt)],
        url=said.url,
        publisher=said.publisher,
        family=said.family,
        reliability=said.reliability,
        language=said.language,
        published_at=logged.logged_at if published is None else min(published, logged.logged_at),
        logged_at=logged.logged_at,
    )


def _recipe(evidence: Evidence, maker: Maker) -> Iterator[str]:
    brief, writer = evidence.brief, maker.writer.recipe
    desk = maker.desks.get(brief.desk)
    if desk is None:
        yield f"desk {brief.desk} has no file here (there are: {', '.join(maker.desks)})"
        return
    if recipe(desk, writer) == brief.provenance.recipe:
        return
    then = evidence.assignment.desk_hash if evidence.assignment is not None else ""
    if evidence.given_by == ASSIGNMENTS and then != desk.file_hash:
        what = f"the file of desk {brief.desk} is {desk.file_hash[:16]}, and was {then[:16]}"
        if hash_of({"desk": then, "writer": writer}) != brief.provenance.recipe:
            what += f", and the writer is {writer}, and was another"
    elif evidence.given_by == ASSIGNMENTS:
        what = f"the writer is {writer}, and was another: its version, model or prompts"
    else:
        what = f"the file of desk {brief.desk}, or the writer ({writer}), is another"
    yield f"the recipe differs, {brief.provenance.recipe[:16]} then: {what}"


def _story(story: Story, brief: Brief) -> Iterator[str]:
    told = {(s.raw_partition, s.raw_offset) for s in brief.provenance.sources}
    if told != {_place(each) for each in story.articles}:
        yield (
            f"revision {story.revision} of story {story.story_id} in the lane's topics has other articles "
            "than the brief's provenance lists: was the lane made anew?"
        )


def _raw(evidence: Evidence) -> Iterator[str]:
    for source in evidence.brief.provenance.sources:
        place = f"{ARTICLES_RAW}-{source.raw_partition}@{source.raw_offset}"
        begins = evidence.beginnings.get(source.raw_partition, 0)
        logged = evidence.raw.get((source.raw_partition, source.raw_offset))
        if source.raw_offset < begins:
            yield f"{place} (article {source.article_id}) is overtaken by retention: it begins at {begins}"
        elif logged is None:
            yield f"{place} (article {source.article_id}): there is no such record"
        elif not _is(logged.article, source.article_id, source.version, source.content_hash):
            found = f"{logged.article.kind.value} {logged.article.article_id} v{logged.article.version}"
            wanted = f"{source.article_id} v{source.version} {source.content_hash}"
            yield f"{place} holds {found}, not {wanted}: another log?"


def _is(article: Article, article_id: str, version: int, hash_: str) -> bool:
    named = (article.article_id, article.version, article.content_hash)
    return article.kind is Kind.ENTRY and named == (article_id, version, hash_) == (
        article_id, version, content_hash(article.text)
    )  # fmt: skip


def _place(article: StoryArticle) -> Place:
    return article.raw_partition, article.raw_offset


async def _made(given: Assignment, evidence: Evidence, maker: Maker) -> Brief:
    """What the agents' pipeline makes of an assignment when it knows what was known then."""
    made: list[Brief] = []

    async def keep(topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        if topic == BRIEFS:
            made.append(maker.codec.decode(value, Brief))

    pipeline = Pipeline(
        codec=maker.codec,
        lane=Lane(),
        desks=maker.desks,
        writer=maker.writer,
        memory=_Recalled(maker.codec, evidence.predecessors.values()),
        rail=_Closed(evidence, maker.windows),
        send=keep,
    )
    key, value = given.story_id.encode(), maker.codec.encode(given)
    await pipeline.handle(Received(ASSIGNMENTS, 0, 0, given.assigned_at, key, value), 0)
    (brief,) = made
    return brief


class _Recalled:
    """A memory of the superseded briefs and of no others: what came later was not known then."""

    def __init__(self, codec: Codec, briefs: Iterable[Brief]) -> None:
        self._remembered = Remembered(codec)
        for brief in briefs:
            self._remembered.put(brief, codec.encode(brief))

    def of(self, partition: int, generation: int) -> Remembered:
        return self._remembered

    def fresh(self, partition: int) -> Remembered:
        return self._remembered


class _Closed:
    """The windows in the log; none where the brief says of itself that it had to do without."""

    def __init__(self, evidence: Evidence, settings: WindowSettings) -> None:
        self._without = any(WITHOUT_INDICATORS in gap for gap in evidence.brief.gaps)
        self._settings = settings
        self._view = Indicators()
        for each in evidence.windows:
            self._view.add(each)

    def closed(self, desk: str, cutoff: int) -> tuple[BriefIndicator, ...]:
        if self._without:
            raise IndicatorsMissing("the brief was written without them")
        return self._view.closed(desk, last_end(cutoff, self._settings.step_ms, self._settings.delay_ms))
