"""What no producer of ours wrote, yet stands in the raw log: bytes of every kind that are no article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemas.codec import HEADER, Codec, from_dict, to_dict
from schemas.identity import article_id_for_url, content_hash
from schemas.limits import ARTICLE_BYTES, LOGGED_URL_CHARACTERS
from schemas.records import Article, DeadLetter, Kind, UniqueArticle

UNKNOWN_ID = 987_654
TEXT = "Ferry runs aground\nA ferry with ninety people ran aground off the coast on Monday."
GOOD = Article(
    kind=Kind.ENTRY,
    article_id=article_id_for_url("https://hostile.test/1"),
    version=1,
    content_hash=content_hash(TEXT),
    url="https://hostile.test/1",
    publisher="hostile.test",
    family="Hostile",
    title="Ferry runs aground",
    text=TEXT,
    observed_at=1_790_000_000_000,
)


def long(number: int) -> bytes:
    """As Avro writes a number: zigzag, seven bits a byte."""
    raw, out = ((number << 1) ^ (number >> 63)) & (2**64 - 1), bytearray()
    while raw > 0x7F:
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    return bytes([*out, raw])


def foreign(codec: Codec) -> Iterator[tuple[str, bytes | None]]:
    """What is wrong, and the bytes. ``codec``: of the log's registry."""
    good = codec.encode(GOOD)
    header, body = good[: HEADER.size], good[HEADER.size :]
    unique = from_dict(UniqueArticle, {**to_dict(GOOD), "published_at": 1, "logged_at": 1})
    yield "no value", None
    yield "empty", b""
    yield "one byte", b"\x00"
    yield "no header", b'{"article_id": "1"}'
    yield "text", "no record at all, but some wörds".encode()
    yield "a header alone", header
    yield "an unknown schema", HEADER.pack(0, UNKNOWN_ID) + body
    yield "an id above what is signed", HEADER.pack(0, 2**32 - 1) + body
    yield "half an article", good[: len(good) // 2]
    yield "all but the last byte", good[:-1]
    yield "bytes left over", good + b"\x00"
    yield "another record", codec.encode(DeadLetter(source="articles.raw", failed_at=1))
    yield "a record that would resolve", codec.encode(unique)
    yield "garbage behind the header", header + b"\xff" * 40
    # Kind ENTRY, then the article id.
    yield "a string of 2 GiB", header + long(1) + long(2**31 - 1) + b"x"
    yield "a string of less than nothing", header + long(1) + long(-5) + b"x"
    yield "a string of Latin 1", header + long(1) + long(4) + b"caf\xe9" + body[3:]
    yield "a number without an end", header + long(1) + b"\xff" * 30
    yield "a kind that is none", header + long(77) + body[1:]
    authors = good.index(TEXT.encode()) + len(TEXT.encode())
    yield "a billion authors", good[:authors] + long(10**9) + long(1) + b"x"
    yield "a block of authors of no known size", good[:authors] + long(-(2**63)) + long(1) + b"x"
    yield "a surrogate in UTF-8", header + long(1) + long(3) + b"\xed\xa0\x80" + body[3:]
    yield (
        "an endless URL",
        codec.encode(replace(GOOD, url="https://hostile.test/" + "x" * LOGGED_URL_CHARACTERS)),
    )
    yield "a time before the first year", codec.encode(replace(GOOD, published_at=-(2**62)))
    yield "a time after the last year", codec.encode(replace(GOOD, observed_at=2**62))
    yield "too large", codec.encode(replace(GOOD, text="x" * ARTICLE_BYTES))
