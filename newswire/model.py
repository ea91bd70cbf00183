"""The sample's own terms: outlets, their feeds, entries and wordings. Times are milliseconds.

Times ``at`` are nominal: counted from the start of the time line, before it is compressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.identity import content_hash

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class SampleError(ValueError):
    """The sample's files contradict each other; the message names the file and the place."""


class Format(StrEnum):
    """The format a feed is written in."""

    RSS = "rss"
    RDF = "rdf"
    ATOM = "atom"
    JSON = "json"


class Body(StrEnum):
    """How a feed writes the text of an entry."""

    CDATA = "cdata"  # <description> with HTML in a CDATA section
    ESCAPED = "escaped"  # the same HTML with < and & escaped
    ENTITIES = "entities"  # escaped HTML that also names every accented letter (&eacute;)
    PLAIN = "plain"  # text without markup
    CONTENT = "content"  # the first paragraph as summary, all of it as content
    XHTML = "xhtml"  # Atom's inline markup


class Answer(StrEnum):
    """How a feed's URL answers."""

    FEED = "feed"
    NOT_FOUND = "not found"
    GONE = "gone"
    ERROR = "error"  # 500, to the first poll that sees it
    RESET = "reset"  # the connection is dropped without an answer
    MOVED = "moved"  # 301 to another path of the same feed
    GARBAGE = "garbage"  # status 200 and something that is no feed
    TORN = "torn"  # a feed whose end is missing, behind the last entry


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher; ``family`` is its owner group, the unit of independence."""

    name: str
    site: str
    publisher: str
    family: str
    country: str
    language: str
    reliability: str
    rights: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of an outlet. ``keep``: how many entries its document holds at most."""

    name: str
    outlet: Outlet
    title: str
    desk: str
    format: Format
    body: Body
    encoding: str
    section: str
    keep: int
    tracking: bool

    @property
    def path(self) -> str:
        """Where the server has it."""
        return f"/feeds/{self.name}"


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry's text at one time. ``html`` replaces the paragraphs' own markup when given."""

    at: int
    title: str
    paragraphs: tuple[str, ...]
    html: str | None = None

    @property
    def text(self) -> str:
        """Title, line feed, paragraphs: the shape of citable text."""
        return "\n".join([self.title, *self.paragraphs]).strip()

    @property
    def blank(self) -> bool:
        """Nothing in it that could be read."""
        return not self.text

    @property
    def fingerprint(self) -> str:
        """Equal for equal texts, whatever the markup and the date."""
        return content_hash(self.text)


@dataclass(frozen=True, slots=True)
class Dating:
    """What an entry says about its time. ``age``: how long before it is served; negative is ahead."""

    age: int | None = None
    undated: bool = False

    @property
    def fresh(self) -> bool:
        """Dated as it is served."""
        return self.age is None and not self.undated


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of one feed, with every wording it goes through (a wording equal to the one
    before it is a change of date only)."""

    feed: str
    guid: str
    url: str
    story: str
    language: str
    wordings: tuple[Wording, ...]
    dating: Dating
    opening: bool
    author: str
    categories: tuple[str, ...]
    cases: tuple[str, ...]

    @property
    def at(self) -> int:
        """When it appears."""
        return self.wordings[0].at


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``at`` on, a feed's URL answers in another way."""

    at: int
    feed: str
    answer: Answer
