"""A feed document as entries: RSS, Atom, RDF and JSON Feed, well-formed or not. No I/O.

fastfeedparser reads first; feedparser, a hundred times slower, reads what the first rejects or
finds empty. Neither sanitises or resolves: cleaning comes once, at the end. ``read`` may take
very long on a hostile document: producers.reading runs it where it can be stopped.
"""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urljoin

import fastfeedparser
import feedparser

from language.clean import clean, clean_line, plain
from language.detect import declared
from producers.counting import TooMuch, check, readable
from producers.json_feed import NoJson, mended
from producers.urls import canonical_url, without_userinfo
from schemas import limits
from schemas.strings import sanitised

# What is outside is a misread number, not a date of news.
EARLIEST_MS = 0
LATEST_MS = 7_258_118_400_000  # 2200-01-01

_HEAD = 4_096
# It looks for an encoding in all of the first line.
_IN_UTF8 = b"<?xml version='1.0' encoding='utf-8'?>\n"
_DECLARATION = re.compile(rb"\A\s*+<\?xml\s[^>]*+>", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<(?:dc:)?language[^<>]{0,99}>\s{0,99}([A-Za-z_-]{2,20})\s{0,99}</", re.IGNORECASE)
_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]{2} \d{4}")
_TTL = re.compile(rb"<ttl[^<>]{0,99}>\s{0,99}(\d{1,7})\s{0,99}</ttl>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#([xX][0-9A-Fa-f]{1,64}|[0-9]{1,64})(?![0-9A-Fa-f])")
_PLAIN_TYPES = frozenset(("text", "text/plain"))


class Unreadable(Exception):
    """A document in which no parser finds a feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, cleaned. ``guid`` is empty when it says no more than the link; ``published_at`` is
    in epoch ms, as the feed said; ``position`` counts from the top;
    ``page`` is the URL's canonical spelling, which takes a while and is made where that stops nobody
    (None: not made)."""

    guid: str
    url: str
    title: str
    body: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published_at: int | None
    position: int
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document; ``ttl_s`` is how long it asks to be kept, 0 if it does not."""

    language: str
    site_url: str
    ttl_s: float
    entries: tuple[Entry, ...]
    parser: Literal["fastfeedparser", "feedparser"]


def read(body: bytes, url: str, content_type: str = "") -> Document:
    """The document that ``url`` answered with. Raises Unreadable with the reason."""
    try:
        utf8 = readable(body, content_type)
        check(utf8)
        utf8 = mended(utf8)
    except (TooMuch, NoJson) as error:
        raise Unreadable(str(error)) from error
    parsed, refused = _fast(utf8)
    parser: Literal["fastfeedparser", "feedparser"] = "fastfeedparser"
    if parsed is None or not parsed.get("entries"):
        if len(utf8) > limits.SLOW_DOCUMENT_BYTES or utf8.count(b"<") > limits.SLOW_DOCUMENT_TAGS:
            raise Unreadable(f"no entries, and too large for the slow parser: {refused}")
        reference = _reference(utf8, refused)
        if reference is not None:
            parsed, parser = reference, "feedparser"
    if parsed is None:
        raise Unreadable(f"not a feed: {refused}")
    found = parsed.get("entries") or []
    if len(found) > limits.DOCUMENT_ENTRIES:
        raise Unreadable(f"{len(found)} entries, more than the {limits.DOCUMENT_ENTRIES} that it may hold")
    feed = parsed.get("feed") or {}
    return Document(
        language=declared(_text(feed.get("language"))) or declared(_in_head(_LANGUAGE, utf8)),
        site_url=_absolute(_text(feed.get("link")), url),
        ttl_s=_ttl_s(utf8),
        entries=tuple(_entry(each, at, url) for at, each in enumerate(found)),
        parser=parser,
    )


def _fast(body: bytes) -> tuple[Mapping[str, Any] | None, str]:
    try:
        return fastfeedparser.parse(body, include_media=False, include_enclosures=False), ""
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over, the reference parser is asked next
        return None, sanitised(f"{type(error).__name__}: {error}", 500)


def _reference(body: bytes, refused: str) -> Mapping[str, Any] | None:
    """feedparser's view, or None when it does not recognise a feed, or only the ruins of one. Raises
    Unreadable for what it breaks on; ``refused`` is why the first parser did not read it."""
    try:
        # From a stream: a string could be taken for a URL or a file name.
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(_IN_UTF8 + _REFERENCE.sub(_possible, _DECLARATION.sub(b"", body, count=1))),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        raise Unreadable(f"both parsers broke on it: {refused}; {type(error).__name__}: {error}") from error
    if parsed.get("entries"):
        return parsed
    return parsed if parsed.get("version") and not parsed.get("bozo") else None


def _possible(reference: re.Match[bytes]) -> bytes:
    """feedparser breaks on a reference to a character that there is none of."""
    digits = reference.group(1)
    point = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
    return reference.group() if point < 0x110000 and not 0xD800 <= point < 0xE000 else b"&#xFFFD;"


def _entry(raw: Mapping[str, Any], position: int, base: str) -> Entry:
    guid = without_userinfo(
        sanitised(_text(raw.get("id")).strip()[: limits.GUID_CHARACTERS], limits.GUID_CHARACTERS)
    )
    link = _text(raw.get("link")).strip() or (guid if guid.startswith(("http://", "https://")) else "")
    url = _absolute(link, base)
    return Entry(
        guid="" if guid == link else guid,
        url=url,
        title=clean_line(_text(raw.get("title")))[: limits.TITLE_CHARACTERS].strip(),
        body=_body(raw),
        authors=_names(_authors(raw), limits.AUTHORS),
        categories=_names(
            [_text(tag.get("term")) for tag in _mappings(raw.get("tags"))],
            limits.CATEGORIES,
        ),
        published_at=_published_ms(raw, guid),
        position=position,
        page=canonical_url(url),
    )


def _body(raw: Mapping[str, Any]) -> str:
    """The fullest text that the entry carries: its content, or its summary when that says nothing."""
    for part in _mappings(raw.get("content")):
        value = _text(part.get("value"))
        text = plain(value) if part.get("type") in _PLAIN_TYPES else clean(value)
        if text:
            return text
    return clean(_text(raw.get("description") or raw.get("summary")))


def _authors(raw: Mapping[str, Any]) -> list[str]:
    named = [_text(author.get("name")) for author in _mappings(raw.get("authors"))]
    return [name for name in named if name] or [_text(raw.get("author"))]


def _names(values: Sequence[str], limit: int) -> tuple[str, ...]:
    cleaned = (
        clean_line(value)[: limits.NAME_CHARACTERS].strip() for value in values[: limits.NAMES_LOOKED_AT]
    )
    return tuple(dict.fromkeys(value for value in cleaned if value))[:limit]


def _published_ms(raw: Mapping[str, Any], guid: str) -> int | None:
    for name in ("published", "updated"):
        struct = raw.get(f"{name}_parsed")
        if struct is not None:
            return _bounded(datetime.fromtimestamp(calendar.timegm(struct), UTC))
        said = raw.get(name)
        if said and f"{name}_parsed" not in raw and not _made_of(guid, said):
            try:
                return _bounded(datetime.fromisoformat(said))
            except ValueError:
                continue
    return None


def _made_of(guid: str, said: str) -> bool:
    """fastfeedparser takes a date from the guid when there is no other: "14" for a day of this month."""
    return bool(guid) and not _FULL_DATE.search(guid) and _as_date(guid) == said


@lru_cache(maxsize=4_096)
def _as_date(text: str) -> str | None:
    # URLs are no dates, and the longer a string, the longer it takes to find that out.
    if len(text) > limits.DATE_CHARACTERS or text.startswith(("http://", "https://")):
        return None
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    probe = f"<rss><channel><item><pubDate>{escaped}</pubDate></item></channel></rss>"
    value = fastfeedparser.parse(probe.encode())["entries"][0].get("published")
    return None if value is None else str(value)


def _bounded(at: datetime) -> int | None:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    milliseconds = round((aware - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000)
    return milliseconds if EARLIEST_MS <= milliseconds < LATEST_MS else None


def _ttl_s(body: bytes) -> float:
    """RSS says it in minutes."""
    return float(_in_head(_TTL, body) or 0) * 60.0


def _in_head(pattern: re.Pattern[bytes], body: bytes) -> str:
    """What RSS says of the whole feed and fastfeedparser leaves out."""
    found = pattern.search(body[:_HEAD])
    return found.group(1).decode("ascii", "replace") if found else ""


def _absolute(link: str, base: str) -> str:
    if len(link) > limits.URL_CHARACTERS:
        return ""
    try:
        joined = without_userinfo(urljoin(base, link)) if link else ""
    except ValueError:
        return ""
    return sanitised(joined, limits.URL_CHARACTERS) if len(joined) <= limits.URL_CHARACTERS else ""


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def _text(value: Any) -> str:
    """Strings and figures: of anything else nobody knows how long it is to print."""
    return str(value) if isinstance(value, str | int | float) else ""
