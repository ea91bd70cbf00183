"""Payloads of briefs to answers of the API. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reader.answers import (
    BriefAnswer,
    BriefSummary,
    Dropped,
    Mark,
    Reference,
    SaidContradiction,
    SaidIndicator,
    SaidStatement,
    Translated,
)
from reader.provenance import Numbered, numbered, wording
from reader.shown import Payload, moment, outlets, superseded
from schemas.codec import from_dict
from schemas.records import Brief, BriefIndicator, Citation, Standing, Statement


def brief_summary(payload: Payload) -> BriefSummary:
    """A brief in a list."""
    return BriefSummary(**_brief_common(payload, from_dict(Brief, payload["record"])))


def brief_answer(
    payload: Payload,
    lane: str,
    superseded_by: list[str],
    revised: set[tuple[str, int, str]],
    marks: Iterable[Payload] = (),
) -> BriefAnswer:
    """A whole brief; ``revised`` are the wordings that have a newer version by now, ``marks`` what readers
    said of it."""
    brief = from_dict(Brief, payload["record"])
    references = numbered(brief)
    translated = {
        wording(each): Translated(
            source_language=each.source_language, language=each.language, lines=list(each.lines)
        )
        for each in brief.translations
    }

    def numbers(citations: Iterable[Citation]) -> list[int]:
        return [references[each].number for each in citations]

    return BriefAnswer(
        **_brief_common(payload, brief),
        lane=lane,
        change=brief.change,
        statements=[_statement(each, numbers(each.citations)) for each in brief.statements],
        references=[_reference(each, revised, translated) for each in references.values()],
        contradictions=[
            SaidContradiction(text=each.text, citations=numbers(each.citations))
            for each in brief.contradictions
        ],
        indicators=[_indicator(each) for each in brief.indicators],
        alternatives=list(brief.alternatives),
        gaps=list(brief.gaps),
        independent_families=brief.quality.independent_families,
        checks_passed=list(brief.quality.checks_passed),
        dropped=[Dropped(text=each.text, reason=each.reason) for each in brief.quality.dropped],
        supersedes=list(brief.supersedes),
        superseded_by=superseded_by,
        generated_at=moment(brief.generated_at),
        recipe=brief.provenance.recipe,
        content_hash=payload["content_hash"],
        cost_usd=brief.provenance.cost_usd,
        marks=[_mark(each["record"]) for each in marks],
    )


def _mark(record: Payload) -> Mark:
    return Mark(
        verdict=record["verdict"],
        statement=record["statement"],
        note=record["note"],
        given_at=moment(record["given_at"]),
    )


def _brief_common(payload: Payload, brief: Brief) -> dict[str, Any]:
    return {
        "id": brief.brief_id,
        "story_id": brief.story_id,
        "story_revision": brief.story_revision,
        "desk": brief.desk,
        "status": brief.status.value,
        "writer": brief.writer.value,
        "headline": brief.headline,
        "bottom_line": brief.bottom_line,
        "date": moment(brief.information_cutoff),
        "superseded": superseded(payload),
        "outlets": outlets(each.publisher for each in brief.provenance.sources),
        "citations": len(numbered(brief)),
    }


def _statement(each: Statement, citations: list[int]) -> SaidStatement:
    return SaidStatement(
        kind=each.kind.value,
        text=each.text,
        likelihood=each.likelihood,
        confidence=each.confidence,
        basis=list(each.basis),
        citations=citations,
    )


def _indicator(each: BriefIndicator) -> SaidIndicator:
    return SaidIndicator(
        name=each.name,
        scope=each.scope,
        window_start=moment(each.window_start),
        window_end=moment(each.window_end),
        value=each.value,
        z=each.z,
    )


def _reference(
    each: Numbered,
    revised: set[tuple[str, int, str]],
    translated: Mapping[tuple[str, int, str], Translated],
) -> Reference:
    cited = each.citation
    meant = wording(cited)
    said: dict[str, Any] = {
        "number": each.number,
        "quote": cited.quote,
        "start": cited.start,
        "end": cited.end,
        "article_id": cited.article_id,
        "version": cited.version,
        "content_hash": cited.content_hash,
        "revised": meant in revised,
        "translation": translated.get(meant),
    }
    source, where = each.source, each.place
    if source is not None and where is not None:
        said |= {
            "title": source.title,
            "outlet": source.publisher,
            "sighting": source.standing is Standing.SIGHTING,
            "family": source.family,
            "reliability": source.reliability.value,
            "url": source.url,
            "date": moment(source.published_at),
            "place": str(where),
            "topic": where.topic,
            "partition": where.partition,
            "offset": where.offset,
        }
    return Reference(**said)
