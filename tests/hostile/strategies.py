"""What an attacker may say: texts, documents and headers, drawn so that oddities come often.

Hypothesis draws the shape of a thing and one number; what is said in it follows from the number. Drawing
every character would take longer than the whole line does for a document. Run again with the same numbers
it says the same.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from random import Random
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

# Invented sentences of the kinds that rules of language look at: quantities, dates, names, quotations,
# likelihoods, negations, in several languages and scripts.
SENTENCES = (
    "Some 5 million people in Kelmar were without power on Friday, the grid operator said.",
    "The ministry put the toll at 1,204, up from 930 on 3 March 2026, and called it 12.5 percent higher.",
    "“We will not sign,” said Ines Varga, who leads the union of 48,000 dockers, after six hours of talks.",
    "It is likely that three of the seven bridges will reopen by next Thursday at 6 p.m.",
    "Profit fell to $2.3 billion from £1.9bn, a drop of roughly one third, Torrin Group reported.",
    "No one was hurt, police said; earlier reports of two deaths were not confirmed.",
    "Rund 2,5 Millionen Menschen waren am Freitag, dem 6. März, ohne Strom, teilte der Betreiber mit.",
    "Près de 1 200 dockers ont cessé le travail mardi, selon le syndicat, qui réclame 7,5 % de hausse.",
    "Unos 3,4 millones de personas siguen sin luz desde el viernes, dijo la ministra Ana Sorel.",
    "Yaklaşık 5 milyon kişi cuma günü elektriksiz kaldı, dedi bakan İlkay Şahin.",
    "Около 5 миллионов человек остались без света в пятницу, сообщило министерство.",
    "停電は金曜日に約500万人に影響し、復旧は3月6日になる見通しだ。",
    "وقال المتحدث إن نحو ٥ ملايين شخص بلا كهرباء منذ يوم الجمعة.",
    "शुक्रवार को लगभग ५० लाख लोग बिना बिजली के रहे, मंत्री ने कहा।",
    "Magnitude 6.1, depth 10 km, 46-metre waves; second quarter; 1st, 2nd and 23rd; a dozen; half.",
)
ODDITIES = (
    "İ", "ı", "ſ", "K", "Å", "ß", "ẞ", "ŉ", "ǰ", "ΐ", "ﬁ", "ﬄ", "ﷺ", "\U0001d160", "\u0344", "\u1e9e",
    "\u0301\u0323", "\u200d", "\u202e", "\u2066", "\ufeff", "\x00", "\x1b[31m", "\ud800", "\udfff", "\uffff",
    "\U000e0041", "\u2028", "\u0085", "\ufffc", "²", "½", "Ⅷ", "①", "٣", "५", "𝟗", "〇", "億", "万", "%", "‰",
    "1e999", "9" * 400, "0x1F", "-", "—", "…", "“", "”", "«", "„", "'", '"', "(", "((((",
    "]]>", "<!--", "&", "&#x110000;",
    "&amp;", "<b>", "[link=x]", "{", "}", "\\", "$", "€", "₹", "00:00",
    "32.13.2026", "31 February 99999", "24:61",
)  # fmt: skip
# What patterns that ignore case take for a letter of ASCII.
IGNORED = {"i": "İı", "s": "ſ", "k": "K"}
BLOCKS = (
    "a",
    "é",
    " ",
    "\n",
    ".",
    "-",
    "“",
    '"',
    "1",
    ",",
    "(",
    "\u0301",
    "И",
    "数",
    "<i>",
    "&amp;",
    "a. ",
    "1, ",
)


HOSTS = (
    "kelmar.example", "www.kelmar.example:443", "bücher.example", "xn--", "a..b", "[::1]", "١.٢",
    "u:p@h.example",
    "a." * 2_000, "\U0001d160" * 60, "x" * 300, "%2e%2e", "kelmar.example.", "0x7f.1", "k\u0130lmar.example",
)  # fmt: skip
PATHS = ("", "/", "/1", "/1?utm_source=x&a=%zz#f", "/" + "\U0001d160" * 900, "/%" * 500, "?" + "a&" * 900)
SCHEMES = ("https://", "http://", "HTTPS://", "https://", "https://", "javascript:", "//", "", "ftp://")
DATES = (
    "Mon, 02 Mar 2026 06:00:00 GMT", "2026-03-02T06:00:00Z", "2 mars 2026", "0000-00-00", "99999-01-01",
    "Mon, 32 Foo 2026 99:99:99 +9999", "1e999", "-1", "٢٠٢٦-٠٣-٠٢", "2026-03-02T06:00:00+99:99", "9" * 300,
)  # fmt: skip
HEADERS = ('"abc"', 'W/"x"', "x" * 50_000, "\x1b[2J", "a\r\nb: c", "")
SEEDS = st.integers(0, 2**64 - 1)


@cache
def _siblings() -> dict[str, str]:
    """By letter or digit, what a pattern takes for it that ignores case or asks for ``\\d``."""
    found: dict[str, set[str]] = {}
    for point in range(0x80, sys.maxunicode + 1):
        each = chr(point)
        if (number := unicodedata.decimal(each, None)) is not None:
            found.setdefault(str(number), set()).add(each)
        elif each.isalpha():
            for letter in {*each.lower(), *each.upper(), *each.casefold()}:
                if letter.isascii() and letter.isalpha():
                    found.setdefault(letter.lower(), set()).add(each)
    return {letter: "".join(sorted(several)) for letter, several in found.items()}


def spoilt(chance: Random) -> str:
    """A sentence with letters and digits put for others that fold to them, and oddities between."""
    said = list(chance.choice(SENTENCES))
    siblings = _siblings()
    if chance.random() < 0.5:
        one = chance.choice([each for each in said if each.lower() in siblings] or ["a"])
        other = chance.choice(IGNORED.get(one.lower(), siblings.get(one.lower(), one)))
        said = [other if each.lower() == one.lower() else each for each in said]
    for _ in range(chance.randrange(7)):
        at = chance.randrange(len(said))
        others = siblings.get(said[at].lower())
        if others and chance.random() < 0.6:
            said[at] = chance.choice(others)
        else:
            said.insert(at, chance.choice(ODDITIES))
    return "".join(said)


def anything(chance: Random, most: int = 60) -> str:
    """Any characters at all, surrogates too."""
    return "".join(map(chr, chance.choices(range(sys.maxunicode + 1), k=chance.randrange(most + 1))))


def long_run(chance: Random, most: int = 20_000) -> str:
    """One or two short pieces again and again: what makes a pattern go back and forth."""
    unit = "".join(chance.choices((*BLOCKS, *ODDITIES), k=chance.choice((1, 2, 2, 3))))
    return (unit * (chance.randrange(most) // len(unit) + 1))[:most]


def said(chance: Random) -> str:
    """A title or a body: mostly news, spoilt."""
    pieces = []
    for _ in range(chance.randrange(1, 7)):
        kind = chance.random()
        if kind < 0.7:
            pieces.append(spoilt(chance))
        elif kind < 0.8:
            pieces.append(anything(chance))
        elif kind < 0.98:
            pieces.append("".join(chance.choices(ODDITIES, k=chance.randrange(12))))
        else:
            pieces.append(long_run(chance, 3_000))
    return " ".join(pieces)


def url(chance: Random) -> str:
    """A link of an entry."""
    host = chance.choice((*HOSTS, anything(chance, 20)))
    path = chance.choice((*PATHS, anything(chance, 30)))
    return chance.choice(SCHEMES) + host + path


def date(chance: Random) -> str:
    """As feeds write them, and not."""
    return chance.choice((*DATES, anything(chance, 20)))


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a document: what hypothesis draws."""

    kind: str
    encoding: str
    entries: int
    cut: bool
    foreign: bool
    seed: int

    def body(self) -> bytes:
        """The bytes of the document."""
        chance = Random(self.seed)
        entries = [
            (said(chance), said(chance), url(chance), said(chance), date(chance)) for _ in range(self.entries)
        ]
        text = {"rss": _rss, "atom": _atom, "json": _json}[self.kind](entries)
        wide = self.encoding in ("utf-8", "utf-16", "utf-16-be", "utf-32")
        body = text.encode(self.encoding, "surrogatepass" if wide and self.seed % 2 else "replace")
        at = chance.randrange(len(body) + 1)
        if self.foreign:
            body = body[:at] + chance.randbytes(chance.randrange(9)) + body[at:]
        return body[:at] if self.cut else body


def documents(most: int = 4) -> st.SearchStrategy[Shape]:
    """Feed documents in their formats and encodings, or something like them."""
    return st.builds(
        Shape,
        st.sampled_from(("rss", "atom", "json")),
        st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1", "utf-7")),
        st.integers(0, most),
        st.sampled_from((False,) * 9 + (True,)),
        st.sampled_from((False,) * 4 + (True,)),
        SEEDS,
    )


Entry = tuple[str, str, str, str, str]


def _as_xml(text: str) -> str:
    """Half of the time markup is escaped, half of the time it is not."""
    return escape(text) if len(text) % 2 else text


def _rss(entries: list[Entry]) -> str:
    items = "".join(
        f"<item><title>{_as_xml(title)}</title><description>{_as_xml(body)}</description>"
        f"<link>{_as_xml(link)}</link><guid>{_as_xml(name[:80])}</guid><author>{_as_xml(name[:60])}</author>"
        f"<category>{_as_xml(name[:40])}</category><pubDate>{_as_xml(when)}</pubDate></item>"
        for title, body, link, name, when in entries
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{items}</channel></rss>"


def _atom(entries: list[Entry]) -> str:
    items = "".join(
        f"<entry><title type='html'>{_as_xml(title)}</title><content type='html'>{_as_xml(body)}</content>"
        f"<link href={quoteattr(link)}/><id>{_as_xml(name[:80])}</id>"
        f"<author><name>{_as_xml(name[:60])}</name></author><updated>{_as_xml(when)}</updated></entry>"
        for title, body, link, name, when in entries
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{items}</feed>"


def _json(entries: list[Entry]) -> str:
    items = [
        {
            "id": name,
            "url": link,
            "title": title,
            "content_html": body,
            "date_published": when,
            "tags": [name],
        }
        for title, body, link, name, when in entries
    ]
    # Lone surrogates are written as they are, or escaped.
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items},
        ensure_ascii=len(entries) % 2 == 0,
    )


def header(seed: int) -> str:
    """A value of a response header as aiohttp gives it: bytes that are no UTF-8 are surrogates."""
    chance = Random(seed)
    drawn = chance.randbytes(chance.randrange(40)).decode("utf-8", "surrogateescape")
    return chance.choice((*HEADERS, drawn, drawn, anything(chance, 40)))
