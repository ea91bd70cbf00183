"""From a feed's bytes to a reader's answer in one process: the real functions, no broker, a small encoder.

What a stage refuses by its own word (Unreadable, a problem of an entry) becomes a dead letter with a reason,
as in production. Nothing else may be raised: in production a guard would catch it, and here it is a fault.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TypeVar

from agents.evaluate import evaluate
from agents.extract import ExtractiveWriter
from agents.sources import sources_of
from agents.work import Work
from desks.loader import Desk, load_desks
from flink_jobs.stories.embedded import Embedder
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from language.clean import CLEANING_VERSION
from producers.normalise import Context, normalise
from producers.parse import Document, Unreadable, read
from producers.seen import Memory
from schemas.codec import Codec, from_dict, to_dict
from schemas.limits import RECORD_BYTES
from schemas.records import (
    Article,
    Assignment,
    Brief,
    DeadLetter,
    EnrichedArticle,
    FeedSpec,
    Record,
    Story,
    UniqueArticle,
)
from schemas.registry import LocalSchemas
from tests.support.stories import WordEncoder
from topics.dead_letters import reason_of

R = TypeVar("R", bound=Record)
NOW = 1_767_225_600_000
CODEC = Codec(LocalSchemas())
DESKS = load_desks()
# The largest of the limits of one step, in seconds of this process's own time: a parser's.
STEP_LIMIT_S = 20.0


class TooSlow(Exception):
    """A step went over its limit."""


@contextmanager
def limited(what: str, seconds: float = STEP_LIMIT_S) -> Iterator[None]:
    """Raises TooSlow inside the block when it has used so much of the processor."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlow(f"{what}: more than {seconds:g} s of CPU")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@dataclass
class Line:
    """Everything behind one another, with one engine."""

    desks: tuple[Desk, ...] = field(default_factory=lambda: DESKS)
    dead: list[DeadLetter] = field(default_factory=list)
    largest: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = StoriesSettings(first_debounce_ms=0, debounce_ms=0)
        self.embedder = Embedder(WordEncoder())
        self.engine = StoryEngine(settings, self.desks)
        self.offset = 0

    def parse(self, body: bytes, url: str, content_type: str = "") -> Document | None:
        """A document, or a dead letter."""
        with limited("parse"):
            try:
                return read(body, url, content_type)
            except Unreadable as error:
                letter = DeadLetter(
                    source="feed", value=body[:1000], stage="parse", error="Unreadable",
                    reason=reason_of(error), failed_at=NOW,
                )  # fmt: skip
                self.dead.append(self.through_the_log(letter))
                return None

    def articles(self, document: Document, spec: FeedSpec) -> list[Article]:
        """What a first poll makes of it."""
        memory = Memory.of(spec.feed_id, None, CLEANING_VERSION, NOW, 30 * 86_400_000)
        context = Context(spec, spec.url, False, NOW, 7 * 86_400_000)
        with limited("normalise"):
            found = normalise(document, memory, context)
            self.dead += [self.through_the_log(letter) for letter in found.dead_letters]
            record = memory.record()
            if record is not None:
                self.through_the_log(record)
            return [self.through_the_log(article) for article in found.articles]

    def stories(self, articles: list[Article]) -> list[EnrichedArticle | Story | Assignment]:
        """What the stories job makes of them."""
        outputs: list[EnrichedArticle | Story | Assignment] = []
        for article in articles:
            self.offset += 1
            with limited("stories"):
                item = self.embedder.embed(_unique(article, NOW + self.offset, self.offset))
                for made in self.engine.process(item):
                    outputs.append(self.through_the_log(made))
        with limited("stories, falling due"):
            for due in self.engine.advance(NOW + self.offset + 10_000_000):
                outputs.append(self.through_the_log(due))
        return outputs

    def briefs(self, assignments: list[Assignment]) -> list[Brief]:
        """What the agents write without a model."""
        desks = {desk.name: desk for desk in self.desks}
        writer = ExtractiveWriter()
        made = []
        for given in assignments:
            with limited("brief"):
                work = Work(given, desks[given.desk], sources_of(given.story))
                draft = asyncio.run(writer.write(work))
                made.append(self.through_the_log(evaluate(work, draft, writer.recipe, NOW)))
        return made

    def through_the_log(self, record: R) -> R:
        """Encoded, found small enough, and decoded again."""
        data = CODEC.encode(record)
        name = type(record).__name__
        self.largest[name] = max(self.largest.get(name, 0), len(data))
        assert len(data) <= RECORD_BYTES, f"a {name} of {len(data)} bytes"
        again = CODEC.decode(data, type(record))
        assert again == record, f"a {name} is another one when it is read again"
        return again


def _unique(article: Article, logged_at: int, offset: int) -> UniqueArticle:
    published = article.published_at
    effective = logged_at if published is None or published > logged_at else published
    values = to_dict(article) | {"published_at": effective, "logged_at": logged_at, "raw_offset": offset}
    return from_dict(UniqueArticle, values)
