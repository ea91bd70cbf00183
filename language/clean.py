"""From markup to citable text: only what a reader of the page would see, in a fixed form.

The steps, in order: nh3 (html5ever) makes the markup well formed and drops scripts and styles;
what is hidden from a reader goes; blocks become lines; characters that cannot be seen or that
reorder text go; white space collapses. Raise CLEANING_VERSION with any change of what comes out:
``feeds.seen`` keeps it, and a new version is adopted without calling every entry changed.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import nh3

CLEANING_VERSION = 1


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _tags(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
INLINE = _tags("a abbr b bdi bdo cite code del em font i ins mark q s small span strong sub sup u")
DROPPED = _tags("script style template noscript iframe object svg math textarea select title head")
VOID = frozenset(("br", "hr"))
ATTRIBUTES = {"*": {"style", "hidden", "aria-hidden"}}

_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0+(?![\d.])"
    r"|font-size\s*:\s*0*\.?0+(?![\d.])|(?:max-)?(?:height|width)\s*:\s*0+(?![\d.])(?=[^;]*;?.*overflow\s*:\s*hidden)"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip(?:-path)?\s*:\s*(?:rect\(\s*0|inset\(\s*(?:50|100)%)",
    re.IGNORECASE,
)
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
    seen = _without_unseen(_BREAKS.sub("\n", unicodedata.normalize("NFC", text)))
    return _LINES.sub("\n", _SPACES.sub(" ", seen)).strip()


def citable_text(title: str, body: str) -> str:
    """Title, line feed, text: what citation offsets index. Both parts must be clean already."""
    return f"{title}\n{body}"


class _Unseen(dict[int, int | None]):
    """A table for str.translate that fills itself: None for what cannot be seen."""

    def __missing__(self, point: int) -> int | None:
        character = chr(point)
        unseen = unicodedata.category(character) in _UNSEEN_CATEGORIES or character in _UNSEEN_LETTERS
        kept = None if unseen and character not in _LEFT else point
        self[point] = kept
        return kept


_TABLE = _Unseen()


def _without_unseen(text: str) -> str:
    joined = _JOINER.sub(_joiner_in_place, text) if _JOINER.search(text) else text
    return joined.translate(_TABLE)


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
        if tag not in VOID and (self._hidden_depth or _hides(dict(attrs))):
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


def _hides(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    return bool(_HIDING_STYLE.search(attributes.get("style") or ""))


def _visible_text(markup: str) -> str:
    sound = nh3.clean(
        markup,
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
