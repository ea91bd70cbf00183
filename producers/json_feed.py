"""A JSON Feed with what the format says, and nothing else: one odd entry must not cost the others. Pure.

The parser takes every value for what it should be, and refuses all of a document for a single one that is
not. Here what is of another kind is left out, and half a character becomes the replacement character.
https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.strings import unbroken

_OF_FEED = ("version", "title", "home_page_url", "language")
_OF_ITEM = ("id", "url", "title", "content_html", "content_text", "summary")
_DATES = ("date_published", "date_modified")


class NoJson(ValueError):
    """What begins as JSON and is none."""


class _Figure(str):
    """A number as it was written: of any length, and no date."""


def mended(body: bytes) -> bytes:
    """The same document, if it is no JSON. Raises NoJson; linear."""
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return body
    try:
        said = json.loads(
            body.decode("utf-8-sig", "replace"),
            parse_int=_Figure,
            parse_float=_Figure,
            parse_constant=lambda _: None,
            strict=False,
        )
    except RecursionError as error:
        raise NoJson("not a feed: JSON with lists or objects too deep within each other") from error
    except ValueError as error:
        raise NoJson(f"not a feed: {error}") from error
    items = said.get("items")
    if not isinstance(items, list):
        raise NoJson("not a feed: JSON without a list of items")
    feed: dict[str, Any] = _strings(said, _OF_FEED)
    feed["items"] = [_item(each) for each in items if isinstance(each, dict)]
    if items and not feed["items"]:
        raise NoJson("not a feed: JSON whose items are no objects")
    return unbroken(json.dumps(feed, ensure_ascii=False)).encode()


def _item(said: Mapping[str, Any]) -> dict[str, Any]:
    item = _strings(said, _OF_ITEM)
    item |= {name: each for name, each in _strings(said, _DATES).items() if not isinstance(each, _Figure)}
    tags = said.get("tags")
    item["tags"] = [each for each in tags if isinstance(each, str)] if isinstance(tags, list) else []
    named = said.get("authors")
    authors = [*(named if isinstance(named, list) else []), said.get("author")]
    item["authors"] = [{"name": name} for name in _names(authors)][:1]
    return item


def _names(authors: Iterable[Any]) -> Iterable[str]:
    for each in authors:
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str) and name and not isinstance(name, _Figure):
            yield name


def _strings(said: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: said[name] for name in names if isinstance(said.get(name), str)}
