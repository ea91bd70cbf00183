"""The hostile tenth of a newswire: three feeds, each of whose entries or answers once stopped something.

Their texts are about nothing that the sample newswire tells, so that what the other nine tenths make of
theirs can be compared entry by entry.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

from tests.hostile.served import Answer, http
from tests.hostile.strategies import Shape, spoilt

WORDS = (
    "Some 5 m\u0131llion people", "3 b\u0130llion crowns", "on Fr\u0131day", "by next We\u017fdnesday",
    "12 \u212aelvin", "\u0665 m\u0131ll\u0131on", "1e999 dollars", "9" * 300 + " votes", "5 \u0131n 6",
    "\u00bd m\u0131ll\u0131on",
)  # fmt: skip
QUADRATIC = "“" * 400 + "a. " * 4_000
STYLE = f'<p style="height: 0{"height: 0" * 3_000}">Lichens of the Orsk plateau.</p>'
LONG_URL = "https://orsk-lichens.example/" + "\U0001d160" * 3_900
LONG_HOST = "https://" + "a." * 1_900 + "example/"
ESCAPES = "\x1b[2J\x1b]0;owned\x07 [red]Lichens[/red] \u202egnissim"


NAMES = ("lichens", "bombs", "reasons")
# A tenth of the sample newswire's.
ENTRIES = 26


def answers(stolen: Sequence[str]) -> dict[str, Answer]:
    """By path; ``stolen`` are URLs of entries of honest feeds."""
    entries = _entries(stolen)
    lichens = _rss(entries)
    documents = [*_bombs(), *(Shape("rss", "utf-8", 2, False, True, seed).body() for seed in range(6))]
    bad = b'ETag: "\xff\xfe\xed\xa0\x80"\r\nLast-Modified: \xc3\x28\r\nX-Long: ' + b"x" * 6_000 + b"\r\n"
    redirect = b"Location: /\xff\xfe\x1b[31m\r\n"
    reasons = [http(b"", b"", b"500 \x1b[2J\xff\xfe owned"), http(b"", redirect, b"302 F\xf6und\xff")]
    return {
        "/lichens.xml": lambda asked: http(lichens, bad),
        "/bombs.xml": lambda asked: http(documents[min(asked, len(documents) - 1)]),
        "/reasons.xml": lambda asked: reasons[asked % 2],
    }


def catalogue(base: str) -> str:
    """For ``./tw feeds import``."""
    return json.dumps([
        {
            "url": f"{base}/{name}.xml", "title": ESCAPES + name, "publisher": "orsk-lichens.example",
            "family": "Orsk", "language": "en", "desk": "lichens", "reliability": "E",
        }
        for name in NAMES
    ])  # fmt: skip


def _entries(stolen: Sequence[str]) -> list[tuple[str, str, str]]:
    """Title, body and URL of each."""
    chance = Random(11)
    links = [LONG_URL, LONG_HOST, "https://user:secret@orsk-lichens.example/a", *stolen]
    bodies = [QUADRATIC, STYLE, *(f"Lichens of Orsk: {each}, botanists wrote. " * 20 for each in WORDS)]
    return [
        (
            f"Orsk lichens {at} {ESCAPES if at % 5 == 0 else spoilt(chance)[:40]}",
            bodies[at % len(bodies)] + "\u0301" * at,
            links[at] if at < len(links) else f"https://orsk-lichens.example/{at}",
        )
        for at in range(ENTRIES)
    ]


def _bombs() -> list[bytes]:
    deep = b"<div>" * 100_000
    many = b"<a " + b"".join(b"a%d='' " % at for at in range(100_000)) + b">"
    spaces = b"".join(b"xmlns:n%d='u' " % at for at in range(50_000))
    return [
        b"<rss><channel>" + b"<item/>" * 300_000 + b"</channel></rss>",
        _rss_of(b"<title>Orsk</title><description><![CDATA[" + deep + b"]]></description>"),
        _rss_of(b"<title>Orsk</title><description><![CDATA[" + many + b"]]></description>"),
        b"<rss " + spaces + b"><channel><item><title>Orsk</title></item></channel></rss>",
        b"[" * 200_000,
        b"\x00\xff" * 1_000,
    ]


def _rss(entries: Sequence[tuple[str, str, str]]) -> bytes:
    return _rss_of(
        *(
            f"<title><![CDATA[{title}]]></title><description><![CDATA[{body}]]></description>"
            f"<link><![CDATA[{link}]]></link>".encode()
            for title, body, link in entries
        )
    )


def _rss_of(*items: bytes) -> bytes:
    return b"<rss version='2.0'><channel><title>Orsk</title>" + b"".join(
        b"<item>" + each + b"</item>" for each in items
    ) + b"</channel></rss>"  # fmt: skip
