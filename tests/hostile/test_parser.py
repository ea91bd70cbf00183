"""Hostile documents through the real parsers' processes, with an honest feed beside them."""

from __future__ import annotations

import asyncio

import pytest

from producers.parse import Document, Unreadable
from producers.reading import DocumentReader
from producers.settings import ParseSettings

pytestmark = pytest.mark.integration
HONEST = b"<rss><channel><item><title>t</title></item></channel></rss>"


def rss(inside: bytes) -> bytes:
    return b"<rss><channel>" + inside + b"</channel></rss>"


HOSTILE = {
    "entries": rss(b"<item/>" * 1_300_000),
    "namespaces": rss(b"".join(b"<a xmlns:a%d='b'/>" % n for n in range(200_000))),
    "attributes": rss(b"<item " + b" ".join(b"a%d='1'" % n for n in range(800_000)) + b"/>"),
    "depth": b"<rss>" + b"<div>" * 200_000,
    "entities": b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
    + rss(b"<item><title>&b;</title></item>"),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_what_holds_too_much_is_refused_and_harms_nobody(body: bytes) -> None:
    async def run() -> Document:
        async with DocumentReader(ParseSettings()) as reader:
            with pytest.raises(Unreadable):
                await reader.read(body, "http://evil.example/feed", "")
            return await reader.read(HONEST, "http://a.example/feed", "")

    assert len(asyncio.run(run()).entries) == 1


def test_publishers_whose_documents_hang_share_one_parser() -> None:
    slow = rss(
        (b"<item><title>t</title><description>" + b"&lt;p&gt;x" * 400 + b"</description></item>") * 2_000
    )

    async def run() -> Document:
        async with DocumentReader(ParseSettings(parse_timeout_s=2)) as reader:
            for _ in range(2):
                hostile = [
                    asyncio.create_task(reader.read(slow, f"http://a{n}.evil{n}.example/feed", ""))
                    for n in range(4)
                ]
                told = await asyncio.gather(*hostile, return_exceptions=True)
                assert all(isinstance(each, Unreadable) for each in told)
            again = [
                asyncio.create_task(reader.read(slow, f"http://a{n}.evil{n}.example/feed", ""))
                for n in range(4)
            ]
            await asyncio.sleep(0)
            document = await reader.read(HONEST, "http://a.example/feed", "")
            # The honest one did not wait for the four.
            assert sum(each.done() for each in again) <= 1
            await asyncio.gather(*again, return_exceptions=True)
            return document

    assert len(asyncio.run(run()).entries) == 1
