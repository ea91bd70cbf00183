"""Payloads of the index to answers of the API. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reader.answers import (
    BriefAnswer,
    BriefLink,
    BriefSummary,
    Copy,
    Decided,
    Dropped,
    Mark,
    Member,
    Reference,
    Result,
    SaidContradiction,
    SaidIndicator,
    SaidStatement,
    StorySummary,
    Translated,
    Version,
)
from reader.provenance import Coordinates, Numbered, numbered, wording
from reader.query import Found
from schemas.codec import from_dict
from schemas.records import Brief, BriefIndicator, Citation, Statement
from sinks.documents import ARTICLE, BRIEF
from sinks.store import FOREVER

Payload = Mapping[str, Any]


def moment(ms: int) -> datetime:
    """Epoch milliseconds as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def superseded(payload: Payload) -> bool:
    """Whether something later has taken its place."""
    return bool(payload["known_to"] < FOREVER)


def outlets(publishers: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(each for each in publishers if each))


def place(record: Payload) -> str:
    """Coordinates of an article's raw record."""
    return str(Coordinates(record["raw_partition"], record["raw_offset"]))


def result(found: Found) -> Result:
    """A search result."""
    payload = found.hit.payload
    record = payload["record"]
    common: dict[str, Any] = {
        "kind": payload["kind"],
        "id": payload["key"],
        "date": moment(payload["date"]),
        "score": found.score,
        "desk": payload["desk"],
        "story_id": payload["story"],
        "superseded": superseded(payload),
        "flags": payload["flags"],
    }
    if payload["kind"] == ARTICLE:
        return Result(
            title=record["title"],
            snippet=record["excerpt"],
            outlet=record["publisher"],
            outlets=outlets([record["publisher"], *(c.payload["record"]["publisher"] for c in found.copies)]),
            url=record["url"],
            language=record["language"],
            place=place(record),
            copies=[_copy(each.payload) for each in found.copies],
            **common,
        )
    if payload["kind"] == BRIEF:
        sources = outlets(each["publisher"] for each in record["provenance"]["sources"])
        desk = f"{payload['desk']} desk"
        said = {"title": record["headline"], "snippet": record["bottom_line"]}
        return Result(**said, outlet=desk, outlets=sources, **common)
    members = outlets(each["publisher"] for each in record["articles"])
    return Result(
        title=record["title"],
        snippet=record["lead"],
        outlet=members[0] if members else "",
        outlets=members,
        **common,
    )


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


def story_summary(payload: Payload, briefs: Iterable[Payload] = ()) -> StorySummary:
    """A story in a list, with its latest briefs."""
    return StorySummary(**story_common(payload, briefs))


def story_common(payload: Payload, briefs: Iterable[Payload]) -> dict[str, Any]:
    """The fields of a StorySummary."""
    record = payload["record"]
    return {
        "id": record["story_id"],
        "title": record["title"],
        "lead": record["lead"],
        "desk": record["desk"],
        "change": record["change"],
        "revision": record["revision"],
        "opened_at": moment(record["opened_at"]),
        "updated_at": moment(record["updated_at"]),
        "articles_count": record["article_count"],
        "families": record["family_count"],
        "independent": record["independent_count"],
        "velocity": record["velocity"],
        "languages": payload["language"],
        "outlets": outlets(each["publisher"] for each in record["articles"]),
        "names": record["names"],
        "merged_into": record["merged_into"],
        # Not in views made before stories had them, as the next.
        "absorbed": record.get("absorbed", []),
        "decisions": [_decided(each) for each in record.get("decisions", ())],
        "warmup": record["warmup"],
        "briefs": [
            BriefLink(id=each["key"], desk=each["desk"], headline=each["record"]["headline"])
            for each in briefs
        ],
    }


def _decided(record: Payload) -> Decided:
    due_at = record["due_at"]
    return Decided(**{**record, "due_at": None if due_at is None else moment(due_at)})


def member(record: Payload) -> Member:
    """An article, from its own record or from its story's."""
    return Member(**member_common(record))


def member_common(record: Payload) -> dict[str, Any]:
    """The fields of a Member."""
    return {
        "id": record["article_id"],
        "version": record["version"],
        "content_hash": record["content_hash"],
        "title": record["title"],
        "excerpt": record.get("excerpt", ""),
        "outlet": record["publisher"],
        "family": record["family"],
        "reliability": record["reliability"],
        "url": record["url"],
        "language": record["language"],
        "published_at": moment(record["published_at"]),
        "logged_at": moment(record["logged_at"]),
        "duplicate_of": record["duplicate_of"],
        "place": place(record),
    }


def version(payload: Payload) -> Version:
    """One version of an article."""
    record = payload["record"]
    return Version(
        version=record["version"],
        content_hash=record["content_hash"],
        title=record["title"],
        known_from=moment(payload["known_from"]),
        known_to=moment(payload["known_to"]) if superseded(payload) else None,
        variant=record["variant"],
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


def _copy(payload: Payload) -> Copy:
    record = payload["record"]
    return Copy(
        id=payload["key"], outlet=record["publisher"], url=record["url"], date=moment(payload["date"])
    )
