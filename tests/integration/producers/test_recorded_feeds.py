"""Feeds recorded from the web through the parser as workers run it, against feedparser's counts."""

import asyncio
import io
from pathlib import Path

import feedparser
import psutil
import pytest

from producers.parse import Document, Unreadable
from producers.reading import DocumentReader
from producers.settings import ParseSettings

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "feeds" / "recorded"
XML = RECORDED.parents[1] / "payloads" / "xml" / "xmltestdata"
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the shared data folder is not here"),
]
URL = "http://a.example/feed"
TEXT = b"<description>" + b"word &lt;b&gt;bold&lt;/b&gt; " * 400 + b"</description>"
LARGE = b"<rss><channel>" + (b"<item><title>t</title>" + TEXT + b"</item>") * 1_200 + b"</channel></rss>"
SMALL = b"<rss><channel><item><title>t</title></item></channel></rss>"


async def read(reader: DocumentReader, body: bytes) -> Document | Unreadable:
    try:
        return await reader.read(body, URL, "")
    except Unreadable as error:
        return error


def read_all(bodies: list[bytes], settings: ParseSettings) -> list[Document | Unreadable]:
    async def run() -> list[Document | Unreadable]:
        async with DocumentReader(settings) as reader:
            return list(await asyncio.gather(*(read(reader, body) for body in bodies)))

    return asyncio.run(run())


def reason_for(body: bytes, ours: Document | Unreadable, reference: int) -> str:
    """Why the counts differ; empty when there is no reason that we accept."""
    if isinstance(ours, Unreadable):
        return ""
    if body.lstrip().startswith(b"{") and reference == 0:
        return "JSON Feed: feedparser reads none in this version"
    if len(ours.entries) > reference and body.count(b"<item") + body.count(b"<entry") >= len(ours.entries):
        return "broken markup: fastfeedparser recovers entries that feedparser drops"
    return ""


def test_recorded_feeds_give_the_entries_that_feedparser_finds(capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(RECORDED.iterdir())
    bodies = [path.read_bytes() for path in paths]
    results = read_all(bodies, ParseSettings(parse_processes=2))
    table, unexplained, entries = [], [], 0
    for path, body, ours in zip(paths, bodies, results, strict=True):
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        reference = len(parsed.entries)
        found = len(ours.entries) if isinstance(ours, Document) else -1
        entries += max(found, 0)
        if found != reference:
            reason = reason_for(body, ours, reference)
            table.append(f"{path.name:32} {found:>5} {reference:>10}  {reason or ours}")
            unexplained += [] if reason else [path.name]
    with capsys.disabled():
        print(f"\n{len(paths)} recorded feeds, {entries} entries; counts that differ:")
        print("\n".join([f"{'feed':32} {'ours':>5} {'feedparser':>10}  reason", *table]))
    assert unexplained == []
    assert len(paths) >= 100


def test_recorded_feeds_give_usable_entries() -> None:
    documents = read_all([path.read_bytes() for path in sorted(RECORDED.iterdir())], ParseSettings())
    entries = [e for document in documents if isinstance(document, Document) for e in document.entries]
    with_text = sum(bool(entry.title or entry.body) for entry in entries)
    dated = sum(entry.published_at is not None for entry in entries)
    assert with_text >= 0.999 * len(entries)
    assert dated >= 0.95 * len(entries)
    # Two of these feeds have no links at all.
    linked = [any(e.url.startswith("http") for e in d.entries) for d in documents if isinstance(d, Document)]
    assert linked.count(False) <= 5


def test_xml_bombs_end_as_unreadable_documents() -> None:
    paths = sorted(path for path in XML.iterdir() if path.suffix == ".xml")
    bombs = [path.read_bytes() for path in paths]
    for result in read_all(bombs, ParseSettings(parse_timeout_s=30)):
        assert isinstance(result, Unreadable)


def test_a_document_that_takes_too_long_is_ended_and_the_next_one_read() -> None:
    first, second = read_all([LARGE, SMALL], ParseSettings(parse_timeout_s=0.5))
    assert isinstance(first, Unreadable)
    assert str(first) == "not read within 0.5 s"
    assert isinstance(second, Document)


def test_a_document_that_takes_too_much_memory_is_ended_and_the_next_one_read() -> None:
    bomb = b"<rss><channel>" + b"<item><title>t</title></item>" * 1_000_000
    first, second = read_all([bomb, SMALL], ParseSettings(parse_memory_bytes=300 * 1024**2))
    assert isinstance(first, Unreadable)
    assert isinstance(second, Document)


def test_parsers_that_died_between_documents_are_replaced() -> None:
    async def run() -> Document:
        async with DocumentReader(ParseSettings()) as reader:
            await reader.read(SMALL, URL, "")
            (parser,) = (p for p in psutil.Process().children() if "producers.reading" in p.cmdline())
            parser.kill()
            parser.wait(10)
            return await reader.read(SMALL, URL, "")

    assert len(asyncio.run(run()).entries) == 1
