"""Counts what a document holds, in its bytes, before a parser sees it. Linear; no I/O.

A parser builds something for each tag, attribute and entry, and what it builds is a hundred times
larger than what was said. The figures are those of schemas.limits.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

from schemas import limits

_ENTRY = re.compile(rb"<(?:[\w.-]{1,64}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
# All of an instruction that could name an encoding, however long: parsers look in different places.
_INSTRUCTION = re.compile(rb"<\?xml[^>]*+>?", re.IGNORECASE)
_NAMED = re.compile(rb"""encoding\s*=\s*["']?([^"'<>?]{0,64})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,64})""", re.IGNORECASE)
_HEAD = 4_096
# A comment, section, instruction or declaration by its beginning; or a whole tag.
_TAG = re.compile(rb"<(?:(!--)|(!\[CDATA\[)|(\?)|(!)|(/?)([^\s<>/!?]{1,256})([^<>]*)>)")
_ENDS = (b"-->", b"]]>", b"?>", b">")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
# What stands in another file is never read.
_HARMLESS = re.compile(
    rb"""<!ENTITY\s{1,99}[^\s%%"'<>&]{1,64}\s{1,99}(SYSTEM\s[^<>]{0,999}|"[^"]{0,%(most)d}"|'[^']{0,%(most)d}')\s{0,99}>"""
    % {b"most": limits.ENTITY_BYTES},
    re.IGNORECASE,
)
_NESTED = re.compile(rb"%|&(?!#)")
# Elements that HTML leaves open.
_OPEN = frozenset((b"br", b"hr", b"img", b"input", b"meta", b"link", b"p", b"li", b"td", b"tr", b"dd", b"dt"))
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = tuple(("<".encode(name), name) for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"))
# What begins another mode in those that look like ASCII (Python's own, UTF-7, HZ), and all of ASCII.
_SAMPLES = (b"\\u003c+ADw-~{<~}", bytes(range(0x20, 0x7F)))


class TooMuch(ValueError):
    """A document holds more than it may."""


def readable(body: bytes, content_type: str = "") -> bytes:
    """The document in UTF-8, without a word on its encoding: what is counted is what every parser reads.

    What the document says of its encoding counts, then what ``content_type`` says, then that it is UTF-8.
    Raises TooMuch for an encoding that is not what ASCII is where that has a character.
    """
    for begin, encoding in (*_WIDE, *_UNMARKED):
        if body.startswith(begin):
            return _undeclared(body.decode(encoding, "replace").encode())[0]
    if b"\x00" in body[:4] or body.startswith(b"\x4c\x6f\xa7\x94"):
        raise TooMuch("not a feed: an encoding that is not told by a byte order mark")
    plain, declared = _undeclared(body)
    if plain.startswith(codecs.BOM_UTF8):
        return plain
    if declared and not declared.lower().startswith(("utf-16", "utf16", "utf-32", "utf32")):
        return _decoded(plain, declared)
    charset = _CHARSET.search(content_type)
    if charset is None or declared:
        return plain
    try:
        return _decoded(plain, charset.group(1))
    except TooMuch:
        # A server says one thing of all its files; this one begins as no file of that encoding does.
        return plain


def _undeclared(body: bytes) -> tuple[bytes, str]:
    """The document without what may name its encoding, and the first name."""
    parts, at, name = [], 0, ""
    for found in _INSTRUCTION.finditer(body):
        if found.start() > _HEAD:
            break
        named = _NAMED.search(found.group())
        if named is not None:
            name = name or named.group(1).decode("ascii", "replace").strip()
            parts.append(body[at : found.start()])
            at = found.end()
    return b"".join([*parts, body[at:]]) if parts else body, name


def _decoded(body: bytes, encoding: str) -> bytes:
    """In UTF-8; as it is where nobody knows the encoding."""
    try:
        if codecs.lookup(encoding).name in ("utf-8", "ascii"):
            return body
        holds_ascii = all(each.decode(encoding, "replace") == each.decode() for each in _SAMPLES)
    except UnicodeError:
        holds_ascii = False
    except (LookupError, ValueError):
        return body
    if not holds_ascii:
        raise TooMuch(f"the encoding {encoding[:40]!r}, in which tags can be hidden")
    return body.decode(encoding, "replace").encode("utf-8", "replace")


def check(body: bytes) -> None:
    """Raises TooMuch with what there is too much of."""
    _at_most("bytes", len(body), limits.DOCUMENT_BYTES)
    if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        _check_json(body)
        return
    _at_most("tags", body.count(b"<"), limits.DOCUMENT_TAGS)
    entries = sum(1 for _ in _ENTRY.finditer(body))
    _at_most("entries", entries, limits.DOCUMENT_ENTRIES)
    _at_most("declarations of namespaces", body.count(b"xmlns"), limits.DOCUMENT_NAMESPACES)
    _check_entities(body)
    _check_tags(body)


def _at_most(what: str, found: int, most: int) -> None:
    if found > most:
        raise TooMuch(f"{found} {what}, more than the {most} that one document may hold")


def _check_json(body: bytes) -> None:
    _at_most("objects and lists", body.count(b"{") + body.count(b"["), limits.DOCUMENT_TAGS)
    _at_most("commas", body.count(b","), limits.DOCUMENT_COMMAS)


def _check_entities(body: bytes) -> None:
    declared = len(_ENTITY.findall(body))
    _at_most("entities", declared, limits.ENTITIES)
    if declared:
        harmless = [found.group(1) for found in _HARMLESS.finditer(body)]
        if len(harmless) < declared or any(_NESTED.search(value) for value in harmless):
            raise TooMuch(f"an entity that is longer than {limits.ENTITY_BYTES} bytes or holds another one")


def _check_tags(body: bytes) -> None:
    at, attributes = 0, 0
    stack: list[bytes] = []
    opened: Counter[bytes] = Counter()
    while (found := _TAG.search(body, at)) is not None:
        at = found.end()
        kind = found.lastindex or 0
        if kind <= len(_ENDS):
            end = body.find(_ENDS[kind - 1], at)
            at = end + len(_ENDS[kind - 1]) if end >= 0 else at
            if end < 0 and kind < len(_ENDS):
                # No parser finds an end either: the rest is no markup.
                break
            continue
        name, rest = found.group(6), found.group(7)
        _at_most("bytes of one tag", len(rest), limits.TAG_BYTES)
        if found.group(5):
            # What is open within it ends with it.
            while opened[name] and stack:
                last = stack.pop()
                opened[last] -= 1
                if last == name:
                    break
            continue
        said = max(rest.count(b"="), len(rest.split()) if len(rest) > limits.TAG_ATTRIBUTES else 0)
        _at_most("attributes of one tag", rest.count(b"="), limits.TAG_ATTRIBUTES)
        attributes += said
        if not rest.endswith(b"/") and name.lower() not in _OPEN:
            opened[name] += 1
            stack.append(name)
            _at_most("elements within each other", len(stack), limits.DOCUMENT_DEPTH)
    _at_most("attributes", attributes, limits.DOCUMENT_ATTRIBUTES)
