"""From markup to citable text: only what a reader of the page would see, in a fixed form.

The steps, in order: nh3 (html5ever) makes the markup well formed and drops scripts and styles;
what is hidden from a reader goes; blocks become lines; characters that cannot be seen or that
reorder text go; white space collapses. Raise CLEANING_VERSION with any change of what comes out:
``feeds.seen`` keeps it, and a new version is adopted without calling every entry changed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html.parser import HTMLParser

import nh3

from language.markup import BLOCKS, DROPPED, INLINE, START, hides, is_deep, pieces, rewritten, text_of
from schemas.limits import MARKUP_DEPTH, MARKUP_TAGS
from schemas.strings import normal, unbroken

CLEANING_VERSION = 2


VOID = frozenset(("br", "hr"))
ATTRIBUTES = {"*": {"style", "hidden", "aria-hidden"}}

# With so few tags and attributes no tree takes long, whatever they are.
_FEW_TAGS = 100
_FEW_CHARACTERS = 20_000
_LOOKS_LIKE_MARKUP = re.compile(r"<[A-Za-z!/?]|&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
# Joiners are letters of a kind in Persian, Urdu and the scripts of India, and tie emoji together.
_JOINER = re.compile("[\u200c\u200d]")
_LEFT = frozenset("\n\t\u200c\u200d")
_UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs"))
# Fillers and variation selectors that hide text in what looks like nothing; FE0E and FE0F choose emoji.
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800").union(
    map(chr, range(0xFE00, 0xFE0E)), map(chr, range(0xE0100, 0xE01F0))
)


def clean(markup: str) -> str:
    """Plain text of HTML (or of text without markup): lines for blocks, one space between words.

    Never raises for what a feed may hold. The result is NFC, has no invisible, private-use,
    control or direction-changing characters, and no line is empty.
    """
    return plain(_visible_text(markup) if _LOOKS_LIKE_MARKUP.search(markup) else markup)


def clean_line(markup: str) -> str:
    """The same on one line: for titles, names and categories."""
    return clean(markup).replace("\n", " ")


def plain(text: str) -> str:
    """``clean`` for what is known to be text: a ``<`` stays one."""
    seen = _without_unseen(_BREAKS.sub("\n", normal(text)))
    return _LINES.sub("\n", _SPACES.sub(" ", seen)).strip()


def citable_text(title: str, body: str) -> str:
    """Title, line feed, text: what citation offsets index. Both parts must be clean already."""
    return f"{title}\n{body}"


def _is_unseen(character: str) -> bool:
    unseen = unicodedata.category(character) in _UNSEEN_CATEGORIES or character in _UNSEEN_LETTERS
    return unseen and character not in _LEFT


@cache
def _unseen() -> re.Pattern[str]:
    """All that cannot be seen. Of the planes from the fourth on, the last but two are for private use, and
    the fifteenth has marks that cannot be seen."""
    ranges: list[str] = []
    begin = None
    for point in (*range(0x20000), *range(0xE0000, 0xE1001)):
        unseen = point != 0xE1000 and _is_unseen(chr(point))
        if unseen and begin is None:
            begin = point
        elif not unseen and begin is not None:
            ranges.append(f"\\U{begin:08x}-\\U{point - 1:08x}")
            begin = None
    return re.compile(f"[{''.join(ranges)}\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


def _without_unseen(text: str) -> str:
    joined = _JOINER.sub(_joiner_in_place, text) if _JOINER.search(text) else text
    return joined if joined.isascii() and joined.isprintable() else _unseen().sub("", joined)


def _joiner_in_place(found: re.Match[str]) -> str:
    text, at = found.string, found.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    fits = bool(before and after) and _takes_joiners(before) and _takes_joiners(after)
    return found.group() if fits else ""


def _takes_joiners(character: str) -> bool:
    """Arabic to Mongolian, where joiners shape words; symbols and parts of emoji."""
    point = ord(character)
    return 0x0600 <= point <= 0x18AF or unicodedata.category(character) in ("So", "Sk") or point == 0xFE0F


class _Visible(HTMLParser):
    """Collects the text of well-formed markup outside of hidden elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag not in VOID and (self._hidden_depth or hides(dict(attrs))):
            self._hidden_depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self._hidden_depth:
            self._hidden_depth -= 1
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden_depth:
            self.parts.append(data.replace("\n", " "))


def _visible_text(markup: str) -> str:
    tags = len(START.findall(markup))
    if tags <= _FEW_TAGS and len(markup) <= _FEW_CHARACTERS:
        return _visible_in_tree(markup)
    if tags > MARKUP_TAGS:
        return text_of(pieces(markup))
    found = list(pieces(markup))
    return text_of(found) if is_deep(found, MARKUP_DEPTH) else _visible_in_tree(rewritten(found))


def _visible_in_tree(markup: str) -> str:
    sound = nh3.clean(
        # Half a character is no UTF-8, which the parser wants; nobody sees one.
        unbroken(markup, ""),
        tags=set(BLOCKS | INLINE),
        clean_content_tags=set(DROPPED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        strip_comments=True,
        link_rel=None,
    )
    collector = _Visible()
    collector.feed(sound)
    collector.close()
    return "".join(collector.parts)
