"""The largest brief that there can be fits into a record."""

from __future__ import annotations

from dataclasses import replace

from agents.audit import events
from agents.candidates import LONGEST
from agents.drafting.shapes import Line, Prose, Quoted, Said, Section, Translated
from agents.evaluate import LISTED
from agents.floor import AT_MOST
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.tables import FIELD_LIMITS
from schemas.codec import Codec
from schemas.limits import (
    BRIEF_STATEMENTS,
    QUOTE_CHARACTERS,
    REASON_CHARACTERS,
    RECORD_BYTES,
    TITLE_CHARACTERS,
)
from schemas.records import (
    Brief,
    Citation,
    Contradiction,
    DroppedStatement,
    Provenance,
    Quality,
    Source,
    SourceGrade,
    Statement,
    Translation,
)
from schemas.registry import LocalSchemas
from tests.support.newsdesk import article, assignment, story

CODEC = Codec(LocalSchemas())
# Four bytes of UTF-8.
WIDE = "\U00010428"
SHOWN = int(StoriesSettings().shown_articles)


def most(shape: object, field: str) -> int:
    """The largest length that a shape of a model's answer allows."""
    metadata = shape.model_fields[field].metadata  # type: ignore[attr-defined]
    return int(next(each.max_length for each in metadata if getattr(each, "max_length", None)))


PROSE = int(next(each.max_length for each in Prose.__metadata__[0].metadata if hasattr(each, "max_length")))


def filled(field: str) -> str:
    return WIDE * int(FIELD_LIMITS[field])


def citation(length: int) -> Citation:
    return Citation(
        article_id=filled("article_id"), version=2**31 - 1, content_hash=filled("content_hash"),
        quote=WIDE * length, start=2**31 - 1, end=2**31 - 1,
    )  # fmt: skip


def largest(statements: tuple[Statement, ...]) -> Brief:
    source = Source(
        article_id=filled("article_id"), version=2**31 - 1, content_hash=filled("content_hash"),
        title=WIDE * TITLE_CHARACTERS, url=filled("url"), publisher=filled("publisher"),
        family=filled("family"),
    )  # fmt: skip
    translation = Translation(
        article_id=filled("article_id"), content_hash=filled("content_hash"),
        lines=(WIDE * PROSE,) * most(Translated, "lines"),
    )  # fmt: skip
    grade = SourceGrade(publisher=filled("publisher"))
    opposed = Contradiction(text=WIDE * PROSE, citations=(citation(QUOTE_CHARACTERS),) * most(Line, "quotes"))
    return Brief(
        brief_id="b" * 36, story_id="s" * 36, story_revision=2**31 - 1, desk=filled("desk"),
        supersedes=("b" * 36,) * 1_000, generated_at=2**62, information_cutoff=2**62,
        headline=WIDE * TITLE_CHARACTERS, bottom_line=WIDE * TITLE_CHARACTERS,
        statements=statements, contradictions=(opposed,) * AT_MOST,
        alternatives=(WIDE * PROSE,) * most(Section, "statements"),
        gaps=(WIDE * REASON_CHARACTERS, *("x" * 200,) * (BRIEF_STATEMENTS + 20)),
        translations=(translation,) * SHOWN, change=WIDE * 4 * REASON_CHARACTERS,
        quality=Quality(
            dropped=(DroppedStatement(text=WIDE * QUOTE_CHARACTERS, reason="x" * 200),) * LISTED,
            grades=(grade,) * SHOWN,
        ),
        provenance=Provenance(sources=(source,) * SHOWN, request_hashes=("f" * 64,) * 1_000),
    )  # fmt: skip


def test_a_model_s_longest_brief_fits() -> None:
    cited = (citation(most(Quoted, "quote")),) * most(Said, "quotes")
    statement = Statement(text=WIDE * PROSE, basis=(1,) * most(Said, "basis"), citations=cited)
    assert len(CODEC.encode(largest((statement,) * BRIEF_STATEMENTS))) <= RECORD_BYTES


def test_the_longest_brief_of_quotes_alone_fits() -> None:
    statement = Statement(text=WIDE * LONGEST, citations=(citation(LONGEST),) * SHOWN)
    assert len(CODEC.encode(largest((statement,) * 6))) <= RECORD_BYTES


def test_its_events_are_small() -> None:
    brief = replace(largest(()), bottom_line=WIDE * 100_000)
    made = events(brief, assignment(story([article("a\nb", "x")])), WIDE * 100_000, 0)
    assert max(len(CODEC.encode(each)) for each in made) < 64 * 1024


def test_quotes_are_no_longer_than_what_a_story_shows_of_an_article() -> None:
    assert most(Quoted, "quote") <= QUOTE_CHARACTERS == StoriesSettings().excerpt_characters
