"""Lists of feeds from files: OPML, CSV or JSON, told apart by what they hold.

Lists are made by hand and by many programs; one bad line must not cost the others. What cannot be
used is skipped and named with its line and the reason.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, BinaryIO

from language.detect import declared
from producers.addresses import UrlDenied, check_url
from producers.catalogue import delimited, objects, opml
from producers.catalogue.admission import admitted
from producers.catalogue.rows import CatalogueError, Row, Skipped
from producers.logins import Login
from producers.owners import owner_of
from producers.urls import canonical_url, registrable_domain, without_userinfo
from schemas.identity import feed_id
from schemas.limits import DOCUMENT_BYTES, REASON_CHARACTERS, URL_CHARACTERS
from schemas.records import FeedSpec, Reliability
from schemas.strings import sanitised
from telemetry import logs

LOG = logs.logger("catalogue")
OTHER_FIELDS = ("feed_id", "reliability", "active", "reread", "domains")
TEXT_FIELDS = tuple(f.name for f in fields(FeedSpec) if f.name not in OTHER_FIELDS)
# Control characters no text is written with: a stray one is forgiven, more than one in so many is not.
UNWRITTEN = frozenset(map(chr, [*range(9), *range(14, 32), 127]))
MOST_UNWRITTEN = 20
FALSE_WORDS = frozenset(("false", "no", "0", "off"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A list as it was read: its feeds in order, each URL once, and what was left out."""

    feeds: tuple[FeedSpec, ...]
    skipped: tuple[Skipped, ...]
    # Users and passwords that stood in addresses, by feed id; and the ids under which earlier versions,
    # which made them of the whole address, would have put these feeds.
    logins: Mapping[str, Login] = field(default_factory=dict)
    retired: tuple[str, ...] = ()

    @property
    def cut_off(self) -> bool:
        """Whether the list's end is missing; the feeds are those before."""
        return any(each.cut_off for each in self.skipped)


def read_catalogue(source: Path | str | bytes) -> list[FeedSpec]:
    """The feeds of a file (a path) or of its bytes; skipped lines are logged.

    Raises CatalogueError when there is no feed in it at all, naming every line and its reason.
    """
    reading = inspect_catalogue(source)
    for skipped in reading.skipped:
        LOG.warning("line skipped", line=skipped.line, reason=skipped.reason)
    if not reading.feeds:
        lines = "".join(f"\n  line {each.line}: {each.reason}" for each in reading.skipped[:20])
        raise CatalogueError(f"no feed found; nothing was imported{lines}")
    return list(reading.feeds)


def inspect_catalogue(source: Path | str | bytes) -> Reading:
    """The same with the skipped lines. Raises CatalogueError for what is neither OPML, CSV nor JSON."""
    data = source if isinstance(source, bytes) else _bytes_of(Path(source))
    text = _text(data)
    start = text.lstrip()[:1]
    if isinstance(source, Path) and source.suffix.lower() == ".opml" and start != "<":
        raise CatalogueError(f"no OPML: it begins with {text.lstrip()[:20]!a}, not with a tag")
    if start == "<":
        rows, skipped = opml.rows(text)
    elif start in ("{", "["):
        rows, skipped = objects.rows(text)
    else:
        rows, skipped = delimited.rows(text)
    return _checked(rows, skipped)


def _text(data: bytes) -> str:
    """Raises CatalogueError for bytes that no list is made of."""
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    text = data.decode(encoding, "replace")
    if not text.strip():
        raise CatalogueError("the file is empty; a list of feeds is OPML, CSV or JSON")
    strange = sum(each in UNWRITTEN for each in text)
    if "\0" in text or strange * MOST_UNWRITTEN > len(text):
        raise CatalogueError("no text but binary data, so no OPML, CSV or JSON")
    return text


def bytes_of(file: BinaryIO) -> bytes:
    """A list's bytes. Raises CatalogueError for what cannot be read or is too large."""
    try:
        data = file.read(DOCUMENT_BYTES + 1)
    except OSError as error:
        raise CatalogueError(f"cannot be read: {error.strerror or error}") from error
    if len(data) > DOCUMENT_BYTES:
        raise CatalogueError(f"has more than {DOCUMENT_BYTES} bytes; import it in parts")
    return data


def _bytes_of(path: Path) -> bytes:
    try:
        file = path.open("rb")
    except OSError as error:
        raise CatalogueError(f"cannot be read: {error.strerror or error}") from error
    with file:
        return bytes_of(file)


def _checked(rows: Iterable[Row], already_skipped: Iterable[Skipped]) -> Reading:
    feeds: dict[str, FeedSpec] = {}
    logins: dict[str, Login] = {}
    retired: list[str] = []
    skipped = [replace(each, reason=sanitised(each.reason, REASON_CHARACTERS)) for each in already_skipped]
    for row in rows:
        try:
            feed, login = _feed(row.values)
        except (UrlDenied, ValueError) as error:
            skipped.append(Skipped(row.line, sanitised(str(error), REASON_CHARACTERS)))
            continue
        if feed.feed_id in feeds:
            skipped.append(Skipped(row.line, f"{feed.url} is listed before"))
        else:
            feeds[feed.feed_id] = feed
            if login is not None:
                logins[feed.feed_id] = login
                retired.append(feed_id(sanitised(row.values["url"], 4 * URL_CHARACTERS)))
    by_line = sorted(skipped, key=lambda each: each.line)
    return Reading(tuple(feeds.values()), tuple(by_line), logins, tuple(retired))


def _feed(values: Mapping[str, str]) -> tuple[FeedSpec, Login | None]:
    said = values.get("url", "").strip()
    url = without_userinfo(said)
    if not url:
        raise ValueError("no feed URL")
    check_url(url)
    given: dict[str, Any] = {name: values[name].strip() for name in TEXT_FIELDS if values.get(name)}
    grade = values.get("reliability", "").strip().upper() or Reliability.F
    if grade not in Reliability.__members__:
        raise ValueError(f"reliability {grade!r} is none of {', '.join(Reliability.__members__)}")
    site_url = without_userinfo(given.get("site_url", ""))
    given["site_url"] = site_url if len(site_url) <= URL_CHARACTERS else ""
    publisher = given.get("publisher") or _publisher(given["site_url"], url)
    given |= {
        "url": said,
        "publisher": publisher,
        "family": given.get("family") or publisher,
        "country": given.get("country", "").lower(),
        "language": declared(given.get("language")),
    }
    active = values.get("active", "").strip().lower() not in FALSE_WORDS
    feed, login = admitted(FeedSpec(feed_id="", reliability=Reliability(grade), active=active, **given))
    return replace(feed, feed_id=feed_id(feed.url)), login


def _publisher(site_url: str, url: str) -> str:
    """Where no publisher is listed: the site's domain, if its owner is the feed's, or if the feed lies with
    somebody who serves feeds for others. Readers export as a site what the feed itself claims to be."""
    site, own = owner_of(canonical_url(site_url)), owner_of(canonical_url(url))
    believed = bool(site) and own in ("", site)
    return (registrable_domain(site_url) if believed else "") or registrable_domain(url)
