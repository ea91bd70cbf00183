"""Writes a feed's document in its format. Pure: the same entries and dates give the same bytes."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html.entities import codepoint2name
from xml.sax.saxutils import escape, quoteattr

from newswire.model import Body, Entry, Feed, Format, Wording

TYPES = {
    Format.RSS: "application/rss+xml",
    Format.RDF: "application/rdf+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry as it stands in a document; ``published_at`` in epoch milliseconds, None if undated."""

    entry: Entry
    wording: Wording
    published_at: int | None


def render(feed: Feed, entries: Sequence[Dated], address: str, changed_at: int) -> bytes:
    """The document at ``address``, last changed at ``changed_at`` (epoch milliseconds), in the
    feed's encoding; letters that it lacks become character references."""
    write = {Format.RSS: _rss, Format.RDF: _rdf, Format.ATOM: _atom, Format.JSON: _json}[feed.format]
    return write(feed, entries, address, changed_at).encode(feed.encoding, "xmlcharrefreplace")


def content_type(feed: Feed) -> str:
    """As the outlet's server says it."""
    plain = TYPES[feed.format]
    return plain if feed.format is Format.JSON else f"{plain}; charset={feed.encoding}"


def torn(document: bytes) -> bytes:
    """The document cut behind its last entry: every entry can still be read."""
    ends = [document.rfind(end) + len(end) for end in (b"</item>", b"</entry>") if end in document]
    return document[: max(ends)] if ends else document


def _rss(feed: Feed, entries: Sequence[Dated], address: str, changed_at: int) -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    return "\n".join(
        [
            f'<?xml version="1.0" encoding="{feed.encoding}"?>',
            f'<rss version="2.0" {spaces} xmlns:atom="http://www.w3.org/2005/Atom">',
            "<channel>",
            *_channel(feed),
            f'<atom:link rel="self" type="{TYPES[feed.format]}" href={quoteattr(address)}/>',
            f"<lastBuildDate>{_mail(changed_at)}</lastBuildDate>",
            *(_rss_item(feed, each) for each in entries),
            "</channel>",
            "</rss>\n",
        ]
    )


def _rss_item(feed: Feed, each: Dated) -> str:
    entry = each.entry
    lines = [
        "<item>",
        _titled(each),
        f"<link>{escape(_link(feed, entry))}</link>",
        f'<guid isPermaLink="false">{escape(entry.guid)}</guid>',
        "" if each.published_at is None else f"<pubDate>{_mail(each.published_at)}</pubDate>",
        f"<dc:creator>{escape(entry.author)}</dc:creator>" if entry.author else "",
        *(f"<category>{escape(category)}</category>" for category in entry.categories),
        *_described(feed, each.wording),
        "</item>",
    ]
    return "\n".join(filter(None, lines))


def _rdf(feed: Feed, entries: Sequence[Dated], address: str, changed_at: int) -> str:
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(each.entry.guid)}/>" for each in entries)
    return "\n".join(
        [
            f'<?xml version="1.0" encoding="{feed.encoding}"?>',
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">',
            f"<channel rdf:about={quoteattr(address)}>",
            *_channel(feed),
            f"<dc:date>{_iso(changed_at)}</dc:date>",
            f"<items><rdf:Seq>{listed}</rdf:Seq></items>",
            "</channel>",
            *(_rdf_item(feed, each) for each in entries),
            "</rdf:RDF>\n",
        ]
    )


def _rdf_item(feed: Feed, each: Dated) -> str:
    entry = each.entry
    lines = [
        f"<item rdf:about={quoteattr(entry.guid)}>",
        _titled(each),
        f"<link>{escape(_link(feed, entry))}</link>",
        "" if each.published_at is None else f"<dc:date>{_iso(each.published_at)}</dc:date>",
        f"<dc:creator>{escape(entry.author)}</dc:creator>" if entry.author else "",
        *(f"<dc:subject>{escape(category)}</dc:subject>" for category in entry.categories),
        *_described(feed, each.wording),
        "</item>",
    ]
    return "\n".join(filter(None, lines))


def _atom(feed: Feed, entries: Sequence[Dated], address: str, changed_at: int) -> str:
    return "\n".join(
        [
            f'<?xml version="1.0" encoding="{feed.encoding}"?>',
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.outlet.language}">',
            f"<title>{escape(feed.title)}</title>",
            f"<id>{escape(address)}</id>",
            f'<link rel="self" href={quoteattr(address)}/>',
            f'<link rel="alternate" type="text/html" href={quoteattr(feed.outlet.site + "/")}/>',
            f"<updated>{_iso(changed_at)}</updated>",
            *(_atom_entry(feed, each) for each in entries),
            "</feed>\n",
        ]
    )


def _atom_entry(feed: Feed, each: Dated) -> str:
    entry, stamp = each.entry, each.published_at
    lines = [
        "<entry>",
        _titled(each),
        f'<link rel="alternate" type="text/html" href={quoteattr(_link(feed, entry))}/>',
        f"<id>{escape(entry.guid)}</id>",
        "" if stamp is None else f"<published>{_iso(stamp)}</published><updated>{_iso(stamp)}</updated>",
        f"<author><name>{escape(entry.author)}</name></author>" if entry.author else "",
        *(f"<category term={quoteattr(category)}/>" for category in entry.categories),
        *_atom_text(feed, each.wording),
        "</entry>",
    ]
    return "\n".join(filter(None, lines))


def _atom_text(feed: Feed, wording: Wording) -> list[str]:
    if not wording.paragraphs and wording.html is None:
        return []
    if feed.body is Body.PLAIN:
        return [f'<content type="text">{escape(_plain(wording))}</content>']
    if feed.body is Body.XHTML:
        inner = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in wording.paragraphs)
        return [f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{inner}</div></content>']
    content = f'<content type="html">{escape(_markup(feed, wording))}</content>'
    if feed.body is Body.CONTENT:
        return [f'<summary type="text">{escape(wording.paragraphs[0])}</summary>', content]
    return [content]


def _json(feed: Feed, entries: Sequence[Dated], address: str, changed_at: int) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": f"{feed.outlet.site}/",
        "feed_url": address,
        "language": feed.outlet.language,
        "items": [_json_item(feed, each) for each in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_item(feed: Feed, each: Dated) -> dict[str, object]:
    entry, wording = each.entry, each.wording
    item: dict[str, object] = {"id": entry.guid, "url": _link(feed, entry), "title": wording.title}
    if each.published_at is not None:
        item["date_published"] = _iso(each.published_at)
    if feed.body is Body.PLAIN:
        item["content_text"] = _plain(wording)
    else:
        item["content_html"] = _markup(feed, wording)
    if entry.author:
        item["authors"] = [{"name": entry.author}]
    if entry.categories:
        item["tags"] = list(entry.categories)
    return item


def _channel(feed: Feed) -> list[str]:
    outlet = feed.outlet
    return [
        f"<title>{escape(feed.title)}</title>",
        f"<link>{escape(outlet.site)}/</link>",
        f"<description>{escape(f'{feed.title} ({outlet.publisher})')}</description>",
        f"<{'dc:' if feed.format is Format.RDF else ''}language>{outlet.language}"
        f"</{'dc:' if feed.format is Format.RDF else ''}language>",
    ]


def _titled(each: Dated) -> str:
    return f"<title>{escape(each.wording.title)}</title>" if each.wording.title else ""


def _described(feed: Feed, wording: Wording) -> list[str]:
    if not wording.paragraphs and wording.html is None:
        return []
    if feed.body is Body.PLAIN:
        return [f"<description>{escape(_plain(wording))}</description>"]
    if feed.body is Body.CONTENT:
        whole = f"<content:encoded><![CDATA[{_markup(feed, wording)}]]></content:encoded>"
        return [f"<description>{escape(wording.paragraphs[0])}</description>", whole]
    if feed.body is Body.CDATA:
        return [f"<description><![CDATA[{_markup(feed, wording)}]]></description>"]
    return [f"<description>{escape(_markup(feed, wording))}</description>"]


def _markup(feed: Feed, wording: Wording) -> str:
    if wording.html is not None:
        return wording.html
    markup = "".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in wording.paragraphs)
    return "".join(map(_named, markup)) if feed.body is Body.ENTITIES else markup


def _named(letter: str) -> str:
    name = codepoint2name.get(ord(letter)) if ord(letter) > 127 else None
    return f"&{name};" if name else letter


def _plain(wording: Wording) -> str:
    return "\n\n".join(wording.paragraphs)


def _link(feed: Feed, entry: Entry) -> str:
    return f"{entry.url}?utm_source=rss&utm_medium=feed" if feed.tracking else entry.url


def _mail(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at / 1000, UTC), usegmt=True)


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
