"""What the checks must know of a brief's sources and of its moment, besides the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# An article's version: its id, version and content hash.
SourceKey = tuple[str, int, str]


class Worded(Protocol):
    """What names an article's version: the article itself, a citation, a translation."""

    @property
    def article_id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def content_hash(self) -> str: ...


def source_key(named: Worded) -> SourceKey:
    """What citations call a text by."""
    return named.article_id, named.version, named.content_hash


@dataclass(frozen=True, slots=True)
class Origin:
    """A cited text's language, owner, outlet and time; what is not known is empty or 0."""

    language: str = "en"
    # The unit of independence.
    family: str = ""
    publisher: str = ""
    # Epoch milliseconds: what "yesterday" in the text is counted from.
    published_at: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a brief is written."""

    # Of prose that is not a quotation.
    language: str = "en"
    # Epoch milliseconds; 0: not known.
    cutoff: int = 0
    origins: Mapping[SourceKey, Origin] = field(default_factory=dict)
    # What stands for the rail's figures in prose, by its key; see agents.checks.placeholders.
    rail: Mapping[str, str] = field(default_factory=dict)

    def origin(self, source: SourceKey) -> Origin:
        """Of one source; one of which nothing is known is a family of its own."""
        return self.origins.get(source) or Origin(language=self.language, family=source[0])
