"""The sample's feeds as producers import them: plain objects, a JSON catalogue, OPML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from newswire.model import Feed

_ATTRIBUTES = ("publisher", "family", "country", "language", "desk", "reliability", "rights")


def catalogue(feeds: Mapping[str, Feed], base_url: str) -> list[dict[str, object]]:
    """One object a feed, with the names of FeedSpec's fields but ``feed_id``."""
    return [
        {
            "url": f"{base_url}{feed.path}",
            "title": feed.title,
            "site_url": f"{feed.outlet.site}/",
            "publisher": feed.outlet.publisher,
            "family": feed.outlet.family,
            "country": feed.outlet.country,
            "language": feed.outlet.language,
            "desk": feed.desk,
            "reliability": feed.outlet.reliability,
            "rights": feed.outlet.rights,
            "active": True,
        }
        for feed in feeds.values()
    ]


def as_json(entries: Sequence[Mapping[str, object]]) -> str:
    """The catalogue as a JSON array."""
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def as_opml(entries: Sequence[Mapping[str, object]], title: str) -> str:
    """The catalogue as OPML 2.0; what OPML has no attribute for is in attributes named as FeedSpec's
    fields."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<opml version="2.0">',
            f"<head><title>{escape(title)}</title></head>",
            "<body>",
            *map(_outline, entries),
            "</body>",
            "</opml>\n",
        ]
    )


def _outline(entry: Mapping[str, object]) -> str:
    named = {"type": "rss", "text": entry["title"], "title": entry["title"]}
    named |= {"xmlUrl": entry["url"], "htmlUrl": entry["site_url"]}
    named |= {name: entry[name] for name in _ATTRIBUTES}
    written = " ".join(f"{name}={quoteattr(str(value))}" for name, value in named.items())
    return f"  <outline {written}/>"
