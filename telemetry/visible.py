"""What a terminal is shown of what it would otherwise obey. The standard library only.

Titles, reasons and quotes come from strangers, and a terminal takes commands in the middle of a line: to
move, to rename its window, to answer. Whatever is printed or logged passes here, whoever said it.
"""

from __future__ import annotations

import re

# Default_Ignorable_Code_Point of Unicode 16: nothing is drawn for them, so they go; a title says the same.
_IGNORED = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{_IGNORED}]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")


def visible(said: str, lines: bool = False) -> str:
    """``said`` with every control, separator and turn of direction as an escape such as ``\\x1b``.

    Blanks of every kind are blanks, line breaks too; with ``lines`` they are line feeds. What is drawn as
    nothing is left out. Linear, and doing it twice changes nothing.
    """
    if said.isprintable() and said.isascii():
        return said
    text = _UNSEEN.sub("", _BREAKS.sub("\n", said))
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each, lines) for each in text)


def json_visible(said: str) -> str:
    """JSON whose strings mean the same and that no terminal obeys; line feeds between its lines stay."""
    if said.isprintable() and said.isascii():
        return said
    return "".join(
        each if each == "\n" or (each.isprintable() and not _UNSEEN.match(each)) else _json_escape(each)
        for each in said
    )


def _escape(each: str, lines: bool) -> str:
    if each == "\n":
        return "\n" if lines else " "
    if each == "\t" or (each.isspace() and ord(each) > 0x9F):
        return " "
    return ascii(each)[1:-1]


def _json_escape(each: str) -> str:
    # A blank of another width is no harm, and looks like itself.
    if each.isspace() and ord(each) > 0x9F and each not in "\u2028\u2029":
        return each
    units = each.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
