"""From a citation to its place in the log. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.records import Brief, Citation, Source, Translation
from topics.catalogue import ARTICLES_RAW

Wording = tuple[str, int, str]
"""article_id, version, content_hash: one exact text."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a raw record is in the log."""

    partition: int
    offset: int
    topic: str = ARTICLES_RAW

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A citation as people read it: [1], its quote, and where that stands. ``source`` is absent when
    the brief does not list the text it quotes."""

    number: int
    citation: Citation
    source: Source | None

    @property
    def place(self) -> Coordinates | None:
        """Of the raw record quoted."""
        return None if self.source is None else Coordinates(self.source.raw_partition, self.source.raw_offset)


def wording(cited: Citation | Source | Translation) -> Wording:
    """What text is meant, to the letter."""
    return cited.article_id, cited.version, cited.content_hash


def numbered(brief: Brief) -> dict[Citation, Numbered]:
    """Every citation of a brief, numbered from 1 in reading order; the same quote once."""
    sources: Mapping[Wording, Source] = {wording(each): each for each in brief.provenance.sources}
    cited = [c for statement in brief.statements for c in statement.citations]
    cited += [c for contradiction in brief.contradictions for c in contradiction.citations]
    found: dict[Citation, Numbered] = {}
    for citation in cited:
        if citation not in found:
            found[citation] = Numbered(len(found) + 1, citation, sources.get(wording(citation)))
    return found
