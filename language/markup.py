"""Markup without a tree: how deep it goes, what an HTML parser needs of it, its text. Linear in it.

What an HTML parser does for one tag may grow with how many elements are open, and with how many of
them it opens again in the next (the adoption agency of the HTML standard). So markup with many tags
reaches it in a form written here, and what is too deep never does.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _tags(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
INLINE = _tags("a abbr b bdi bdo cite code del em font i ins mark q s small span strong sub sup u")
DROPPED = _tags("script style template noscript iframe object svg math textarea select title head")
# In these a "<" begins no tag; only their own end tag ends them.
_RAW = _tags("script style textarea title iframe")
_VOID = _tags("area base br col embed hr img input link meta param source track wbr")
# One of these ends the one before.
_ENDS_ITSELF = _tags("p li dt dd tr td th thead tbody tfoot a")
_KEPT_ATTRIBUTES = _tags("style hidden aria-hidden")

START = re.compile("<[A-Za-z]")
_OPENING = re.compile(r"<(?:(!--)|[!?]|/(?![A-Za-z])|(/?)([A-Za-z][^\s/>]*))")
# An open quote is no quote, so that what follows it is not lost.
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|(?!["'])[^\s>]*))?""")
# The rest of nearly every tag, at once. Between two angle brackets, so that a failed look is a short one.
_REST = re.compile(r"""(?:[^<>"']+|"[^"<>]*"|'[^'<>]*')*+>""")
_TAG_END = re.compile(r"[\s/]*>?")
_LONG_REFERENCE = re.compile("&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{7,});?")

_DECLARATION_END = re.compile("[;{}]")
_ZERO = re.compile(r"0*\.?0+(?![\d.])")
_FAR_OFF = re.compile(r"-\d{3}")
_CLIPPED = re.compile(r"rect\(\s{0,9}0|inset\(\s{0,9}(?:50|100)%")
_VALUE_CHARACTERS = 100
_NOTHING: dict[str, str | None] = {}


@dataclass(frozen=True, slots=True)
class Piece:
    """A tag, or text (``name`` empty). Text is as it stands in the markup, with its references;
    ``ends`` of an element that is dropped: whether its end tag follows."""

    name: str = ""
    is_end: bool = False
    hides: bool = False
    text: str = ""
    ends: bool = False


def hides(attributes: dict[str, str | None]) -> bool:
    """Whether an element with these attributes cannot be seen."""
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = attributes.get("style") or ""
    return _known_style_hides(style) if len(style) <= _VALUE_CHARACTERS else style_hides(style)


def style_hides(style: str) -> bool:
    """Whether one of its declarations, or two of them together, hide an element."""
    flat = clipped = False
    for declaration in _DECLARATION_END.split(style.lower()):
        name, _, said = declaration.partition(":")
        name, value = name.strip(), said.lstrip()[:_VALUE_CHARACTERS]
        if _declaration_hides(name, value):
            return True
        flat = flat or (name.removeprefix("max-") in ("height", "width") and _ZERO.match(value) is not None)
        clipped = clipped or (name == "overflow" and value.startswith("hidden"))
    return flat and clipped


def _declaration_hides(name: str, value: str) -> bool:
    match name:
        case "display":
            return value.startswith("none")
        case "visibility":
            return value.startswith(("hidden", "collapse"))
        case "opacity" | "font-size":
            return _ZERO.match(value) is not None
        case "text-indent" | "left" | "top" | "margin-left" | "margin-top":
            return _FAR_OFF.match(value) is not None
        case "clip" | "clip-path":
            return _CLIPPED.match(value) is not None
    return False


# Most styles of a feed are the same few.
_known_style_hides = lru_cache(maxsize=1_024)(style_hides)


def pieces(markup: str) -> Iterator[Piece]:
    """Tags and text in their order; comments, and elements that are dropped with what is in them, are not
    among them."""
    skipped, depth = "", 0
    for piece in _all_pieces(markup):
        if skipped:
            depth += (piece.name == skipped) * (-1 if piece.is_end else 1)
            skipped = skipped if depth else ""
        elif piece.name in DROPPED and piece.ends:
            skipped, depth = piece.name, 1
        elif piece.name not in DROPPED:
            yield piece


def _all_pieces(markup: str) -> Iterator[Piece]:
    at = 0
    # In text a head is no element of its own.
    ends_at = {"head": len(markup)}
    while (found := _OPENING.search(markup, at)) is not None:
        if found.start() > at:
            yield Piece(text=markup[at : found.start()])
        name = (found.group(3) or "").lower()
        if not name:
            at = _after(markup, "-->" if found.group(1) else ">", found.start() + 2)
            continue
        is_end = bool(found.group(2))
        attributes, at = _attributes(markup, found.end())
        end = len(markup)
        if name in DROPPED and not is_end:
            # Remembered: to look for it again from each tag would make this quadratic.
            if ends_at.get(name, -1) < at:
                found = _end_of(name).search(markup, at)
                ends_at[name] = found.start() if found else len(markup)
            end = ends_at[name]
            at = end if name in _RAW and end < len(markup) else at
        yield Piece(name, is_end, not is_end and hides(attributes), ends=end < len(markup))
    if at < len(markup):
        yield Piece(text=markup[at:])


def _attributes(markup: str, at: int) -> tuple[dict[str, str | None], int]:
    rest = _REST.match(markup, at)
    if rest is not None:
        said = rest.group().lower()
        if "style" not in said and "hidden" not in said:
            return _NOTHING, rest.end()
    kept: dict[str, str | None] = {}
    while (found := _ATTRIBUTE.match(markup, at)) is not None:
        name = found.group(1).lower()
        if name in _KEPT_ATTRIBUTES and name not in kept:
            kept[name] = _unescaped((found.group(2) or "").strip("\"'"))
        at = found.end()
    end = _TAG_END.match(markup, at)
    return kept, end.end() if end else at


def _after(markup: str, end: str, at: int) -> int:
    found = markup.find(end, at)
    return found + len(end) if found >= 0 else len(markup)


@cache
def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)


def _unescaped(text: str) -> str:
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text))


def is_deep(found: Iterable[Piece], most: int) -> bool:
    """Whether more than ``most`` elements are open at once."""
    opened: Counter[str] = Counter()
    depth = 0
    for piece in found:
        name = piece.name
        if not name or name in _VOID:
            continue
        if piece.is_end:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
        elif not (name in _ENDS_ITSELF and opened[name]):
            opened[name] += 1
            depth += 1
            if depth > most:
                return True
    return False


def rewritten(found: Iterable[Piece]) -> str:
    """The same with only the tags that count, spelt so that every parser reads the same."""
    return "".join(map(_rewritten, found))


def _rewritten(piece: Piece) -> str:
    if not piece.name:
        return piece.text.replace("<", "&lt;").replace(">", "&gt;")
    if piece.name not in BLOCKS and piece.name not in INLINE:
        return ""
    return f"<{'/' if piece.is_end else ''}{piece.name}{' hidden' if piece.hides else ''}>"


def text_of(found: Iterable[Piece]) -> str:
    """What can be seen: a line for a block. What is hidden ends with its own end tag."""
    parts: list[str] = []
    hidden, depth = "", 0
    for piece in found:
        if hidden:
            depth += (piece.name == hidden) * (-1 if piece.is_end else 1)
            hidden = hidden if depth else ""
        elif piece.hides and piece.name not in _VOID:
            hidden, depth = piece.name, 1
        elif not piece.name:
            parts.append(_unescaped(piece.text).replace("\n", " "))
        elif piece.name in BLOCKS:
            parts.append("\n")
    return "".join(parts)
