"""OPML, well-formed or as it is found: bare ampersands, quotes and tags inside attributes.

An XML parser stops at the first of these, or drops what it does not understand, so outlines are
found here by their start and their attributes by the known names: a value ends at the quote that
another attribute or the end of the tag follows.
"""

from __future__ import annotations

import html
import re

from producers.catalogue.rows import Row, Skipped

# OPML's names and those of Tidewire's own fields, lower case.
NAMES = {
    "xmlurl": "url",
    "url": "url",
    "htmlurl": "site_url",
    "title": "title",
    "text": "text",
    "language": "language",
    "publisher": "publisher",
    "family": "family",
    "country": "country",
    "desk": "desk",
    "reliability": "reliability",
    "rights": "rights",
    "active": "active",
}
LONGEST_TAG = 10_000
_OUTLINE = re.compile(r"<outline\b(.*?)(?=<outline\b|</outline|</body|\Z)", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""(?<![\w:-])(?P<name>[A-Za-z][\w:-]*)\s*=\s*(?P<quote>["'])(?P<value>.*?)(?P=quote)"""
    r"""(?=\s*[\w:-]+\s*=\s*["']|\s*/?>\s*\Z|\s*\Z)""",
    re.DOTALL,
)
_END = re.compile(r"</(?:opml|body)\s*>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def rows(text: str) -> tuple[list[Row], list[Skipped]]:
    """Every outline that names a feed, and every one that seems to but whose URL cannot be found.

    A list whose end is missing is told from one that is merely badly written: that one has an end.
    """
    found, skipped, line, counted = [], [], 1, 0
    blanked = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    for outline in _OUTLINE.finditer(blanked):
        line += blanked.count("\n", counted, outline.start())
        counted = outline.start()
        # What it costs to find attributes grows with the square of a tag's length.
        values = _attributes(outline.group(1)[:LONGEST_TAG])
        if values.get("url"):
            values["title"] = values.get("title") or values.get("text", "")
            found.append(Row(line, values))
        elif re.search(r"xmlurl|type\s*=\s*.(?:rss|atom)", outline.group(1), re.IGNORECASE):
            skipped.append(Skipped(line, "an outline of a feed without a readable xmlUrl"))
    if re.search(r"<opml\b(?![^>]*/>)", blanked, re.IGNORECASE) and not _END.search(blanked):
        line = blanked.rstrip().count("\n") + 1
        skipped.append(Skipped(line, "the file ends here without </opml>: its end is missing", cut_off=True))
    elif not found and not skipped:
        skipped.append(Skipped(1, "no outline of a feed; OPML lists feeds as <outline xmlUrl=…/>"))
    return found, skipped


def _attributes(tag: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        name = NAMES.get(match.group("name").lower())
        if name is not None:
            values.setdefault(name, _unescaped(match.group("value")).strip())
    return values


def _unescaped(value: str) -> str:
    """Only whole entities: in ``?a=1&copy=2`` there is none."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), value)
