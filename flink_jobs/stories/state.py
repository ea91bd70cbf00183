"""Keyed state as bytes: one value a live story, a shown member, a known article.

A value is a line of JSON (keys in the order written, so equal state gives equal bytes) followed by
blobs. Sizes, measured on English news: a story 2 to 3.5 KB, with all 256 terms kept up to 10 KB;
a member its excerpt + 1 KB, a known article 350 bytes. An arriving article writes one of each, and
no value grows with the number of a story's articles.

A field added later needs a default where it is decoded, or older savepoints cannot be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from flink_jobs.stories.assign import Ledger
from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.failures import Failure
from flink_jobs.stories.features import Shape
from flink_jobs.stories.lineage import Families, Known, Member
from flink_jobs.stories.pace import Pace
from schemas.codec import from_dict, to_dict
from schemas.records import Standing, StoryArticle, StoryChange, UniqueArticle
from schemas.takedown import Takedown

FAILED = "failed"


@dataclass(slots=True)
class LiveStory:
    """A story that is open. Mutable; members and shape are kept beside it."""

    story_id: str
    founder: str
    opened_at: int
    updated_at: int
    revision: int = 0
    change: StoryChange = StoryChange.NEW
    previous_story_id: str | None = None
    families: Families = field(default_factory=Families)
    # Feed desks with their articles' number, first seen first; likewise names with their mentions.
    desks: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    # Keys of the numbers said so far.
    numbers: dict[str, None] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    # What each desk has been given.
    given: dict[str, Ledger] = field(default_factory=dict)
    assign_at: int | None = None
    pace: Pace = field(default_factory=Pace)
    # Stories that went into this one, the latest; desks that are to have a brief on both.
    absorbed: list[str] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)


def encode_story(story: LiveStory, shape: Shape) -> bytes:
    header = {
        "founder": story.founder,
        "opened_at": story.opened_at,
        "updated_at": story.updated_at,
        "revision": story.revision,
        "change": story.change.value,
        "previous_story_id": story.previous_story_id,
        "families": story.families.counts,
        "desks": story.desks,
        "names": story.names,
        "categories": story.categories,
        "numbers": list(story.numbers),
        "ledger": story.ledger,
        "given": story.given,
        "assign_at": story.assign_at,
        "pace": [story.pace.total, list(story.pace.steps.items()), story.pace.accelerated_at],
        "absorbed": story.absorbed,
        "owed": story.owed,
        "slot": shape.slot,
        "size": shape.size,
        "first_at": shape.first_at,
        "last_at": shape.last_at,
        "last_number": shape.last_number,
        "terms": shape.terms,
        "name_words": shape.names,
    }
    return _pack(header, shape.dense.astype("<f4").tobytes())


def decode_story(story_id: str, data: bytes) -> tuple[LiveStory, Shape]:
    header, dense = _unpack(data)
    families = Families({family: (own, every) for family, (own, every) in header["families"].items()})
    story = LiveStory(
        story_id=story_id,
        founder=header["founder"],
        opened_at=header["opened_at"],
        updated_at=header["updated_at"],
        revision=header["revision"],
        change=StoryChange(header["change"]),
        previous_story_id=header["previous_story_id"],
        families=families,
        desks=header["desks"],
        names=header["names"],
        categories=header["categories"],
        numbers=dict.fromkeys(header["numbers"]),
        ledger=Ledger(*header["ledger"]),
        given={desk: Ledger(*counts) for desk, counts in header["given"].items()},
        assign_at=header["assign_at"],
        pace=_pace(header, families),
        absorbed=header.get("absorbed", []),
        owed=header.get("owed", []),
    )
    shape = Shape(
        slot=header["slot"],
        dense=np.frombuffer(dense, dtype="<f4").astype(np.float32),
        terms=header["terms"],
        names=header["name_words"],
        size=header["size"],
        first_at=header["first_at"],
        last_at=header["last_at"],
        last_number=header["last_number"],
    )
    return story, shape


def _pace(header: dict[str, Any], families: Families) -> Pace:
    # A story kept before there was one: its texts are known, not when they came.
    own = sum(own for own, _ in families.counts.values())
    total, steps, accelerated_at = header.get("pace", (own, (), None))
    return Pace(total, dict(map(tuple, steps)), accelerated_at)


def encode_member(member: Member) -> bytes:
    return _pack(to_dict(member.shown), member.sketch)


def decode_member(data: bytes) -> Member:
    header, sketch = _unpack(data)
    return Member(from_dict(StoryArticle, header), sketch)


def encode_known(known: Known) -> bytes:
    header = {
        "story_id": known.story_id,
        "content_hash": known.content_hash,
        "family": known.family,
        "revision": known.revision,
        "similarity": known.similarity,
        "duplicate_of": known.duplicate_of,
        "revised_at": known.revised_at,
        "seen_at": known.seen_at,
        "publisher": known.publisher,
        "url": known.url,
        "desk": known.desk,
        "version": known.version,
        "feed_id": known.feed_id,
        "standing": known.standing.value,
    }
    return _pack(header, b"")


def decode_known(data: bytes) -> Known:
    header, _ = _unpack(data)
    standing = Standing(header.get("standing", Standing.UNKNOWN))
    return Known(**{**header, "revised_at": tuple(header["revised_at"]), "standing": standing})


def encode_embedded(item: Embedded) -> bytes:
    header = {
        "article": to_dict(item.article),
        "names": item.names,
        "vector": len(item.vector),
        "takedown": item.takedown,
    }
    return _pack(header, item.vector + item.sketch)


def decode_embedded(data: bytes) -> Embedded:
    return _embedded(*_unpack(data))


def _embedded(header: dict[str, Any], blob: bytes) -> Embedded:
    size = header["vector"]
    return Embedded(
        article=from_dict(UniqueArticle, header["article"]),
        vector=blob[:size],
        sketch=blob[size:],
        names=tuple(header["names"]),
        takedown=header.get("takedown", False),
    )


def encode_failure(failure: Failure) -> bytes:
    return _pack({FAILED: asdict(failure)}, b"")


def decode_arrived(data: bytes) -> Embedded | Failure:
    """What the embedding operator hands on."""
    header, blob = _unpack(data)
    return Failure(**header[FAILED]) if FAILED in header else _embedded(header, blob)


def encode_takedown(takedown: Takedown) -> bytes:
    return _pack(asdict(takedown), b"")


def decode_takedown(data: bytes) -> Takedown:
    header, _ = _unpack(data)
    return Takedown(**header)


def _pack(header: dict[str, Any], blob: bytes) -> bytes:
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n" + blob


def _unpack(data: bytes) -> tuple[dict[str, Any], bytes]:
    # JSON writes line feeds inside strings as \n, so the first one ends the header.
    text, _, blob = data.partition(b"\n")
    header: dict[str, Any] = json.loads(text)
    return header, blob
