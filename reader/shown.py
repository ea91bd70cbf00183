"""Payloads of the index to answers of the API; of briefs, see reader.shown_briefs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reader.answers import (
    BriefLink,
    Copy,
    Decided,
    Member,
    Result,
    StorySummary,
    Version,
)
from reader.provenance import Coordinates
from reader.query import Found
from schemas.records import Standing
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
        "sighting": record.get("standing") == Standing.SIGHTING,
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


def _copy(payload: Payload) -> Copy:
    record = payload["record"]
    return Copy(
        id=payload["key"], outlet=record["publisher"], url=record["url"], date=moment(payload["date"])
    )
