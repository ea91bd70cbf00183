"""Ids from content: no wall clock and no random number, so that doing a thing twice writes it twice.

Every id is a UUID version 5 (RFC 9562) in a namespace of its own kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from schemas.codec import to_dict
from schemas.records import Brief

_FEED = uuid5(NAMESPACE_URL, "tidewire:feed")
_ARTICLE = uuid5(NAMESPACE_URL, "tidewire:article")
_STORY = uuid5(NAMESPACE_URL, "tidewire:story")
_BRIEF = uuid5(NAMESPACE_URL, "tidewire:brief")
_POINT = uuid5(NAMESPACE_URL, "tidewire:point")
_EVENT = uuid5(NAMESPACE_URL, "tidewire:event")


def feed_id(url: str) -> str:
    """Of the URL at import; kept through redirects."""
    return str(uuid5(_FEED, url))


def article_id_for_url(canonical_url: str) -> str:
    """Shared by every feed that shows this URL."""
    return str(uuid5(_ARTICLE, canonical_url))


def article_id_for_entry(feed: str, guid_or_hash: str) -> str:
    """For an entry whose URL does not identify it: one that its feed uses twice, or the site's root."""
    return str(uuid5(_ARTICLE, f"{feed}\n{guid_or_hash}"))


def content_hash(text: str) -> str:
    """Of the citable text: the first 16 bytes of SHA-256 over UTF-8, as 32 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def story_id(article_id: str, version: int, hash_: str) -> str:
    """Of the founding article."""
    return str(uuid5(_STORY, f"{article_id}\n{version}\n{hash_}"))


def brief_id(story: str, story_revision: int, desk: str, recipe: str) -> str:
    """One assignment, one brief."""
    return str(uuid5(_BRIEF, f"{story}\n{story_revision}\n{desk}\n{recipe}"))


def point_id(kind: str, *parts: str | int) -> str:
    """A point in the index, such as ``point_id("article", article_id, version, content_hash)``."""
    return str(uuid5(_POINT, "\n".join([kind, *map(str, parts)])))


def event_id(*parts: str | int) -> str:
    """An audit event, from what it is about."""
    return str(uuid5(_EVENT, "\n".join(map(str, parts))))


def hash_of(value: Mapping[str, Any] | list[Any] | str) -> str:
    """SHA-256 over canonical JSON, 64 hex digits: for recipes, requests and comparisons."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_hex)
    return hashlib.sha256(canonical.encode()).hexdigest()


def brief_hash(brief: Brief) -> str:
    """Of what a brief says. When it was made, tokens, cost and trace ids are outside."""
    plain = to_dict(brief)
    del plain["generated_at"], plain["trace_id"]
    for outside in ("input_tokens", "output_tokens", "cost_usd"):
        del plain["provenance"][outside]
    return hash_of(plain)


def uuid_bytes(value: str) -> bytes:
    """The 16 bytes of an id."""
    return UUID(value).bytes


def uuid_text(value: bytes) -> str:
    """The id of 16 bytes."""
    return str(UUID(bytes=value))


def short_hash(text: str) -> bytes:
    """The first 8 bytes of SHA-256, as feeds.seen keeps them."""
    return hashlib.sha256(text.encode()).digest()[:8]


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no place in a hash")
