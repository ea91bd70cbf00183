"""Whatever the format and the encoding, a reader gets the entries that were written."""

from __future__ import annotations

import json
from dataclasses import replace

import fastfeedparser
import feedparser
import pytest
from w3lib.html import remove_tags, replace_entities

from newswire.model import Body, Dating, Entry, Feed, Format, Outlet, Wording
from newswire.render import Dated, content_type, render, torn

AT = 1_800_000_000_000
OUTLET = Outlet("Öutlet & Söhne", "https://outlet.example", "outlet.example", "F", "de", "de", "B", "")
FEED = Feed("f", OUTLET, "Öutlet & Söhne", "world", Format.RSS, Body.CDATA, "utf-8", "news", 9, False)
WORDING = Wording(0, "„Äpfel“ & <Birnen> – 5 €", ("Erster Absatz: 3 < 4 & mehr.", "Zweiter « œuvre »."))
COMBINATIONS = [
    *((Format.RSS, body) for body in Body if body is not Body.XHTML),
    *((Format.RDF, body) for body in Body if body is not Body.XHTML),
    *((Format.ATOM, body) for body in Body),
]


def entry(guid: str = "tag:outlet.example,2026:a") -> Entry:
    url = "https://outlet.example/news/a?x=1&y=2"
    return Entry("f", guid, url, "s", "de", (WORDING,), Dating(), False, "Ada Ö.", ("Obst & Gemüse",), ())


def plain(markup: str) -> str:
    return " ".join(replace_entities(remove_tags(markup.replace("</p>", "</p> "))).split())


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "iso-8859-1"])
@pytest.mark.parametrize(("format_", "body"), COMBINATIONS)
def test_feedparser_reads_back_what_was_written(format_: Format, body: Body, encoding: str) -> None:
    feed = replace(FEED, format=format_, body=body, encoding=encoding)
    document = render(feed, [Dated(entry(), WORDING, AT)], "http://127.0.0.1/feeds/f", AT)
    parsed = feedparser.parse(document, response_headers={"content-type": content_type(feed)})
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.feed.title == "Öutlet & Söhne"
    (item,) = parsed.entries
    assert item.id == "tag:outlet.example,2026:a"
    assert item.link == "https://outlet.example/news/a?x=1&y=2"
    assert replace_entities(item.title) == WORDING.title
    assert item.author == "Ada Ö."
    assert [tag.term for tag in item.tags] == ["Obst & Gemüse"]
    assert {"published", "updated"} & set(item.keys())
    text = item.content[0].value if "content" in item else item.summary
    assert plain(text) == " ".join(WORDING.paragraphs)


@pytest.mark.parametrize("body", [Body.CDATA, Body.PLAIN])
def test_json_holds_what_was_written(body: Body) -> None:
    feed = replace(FEED, format=Format.JSON, body=body)
    document = render(feed, [Dated(entry(), WORDING, AT)], "http://127.0.0.1/f", AT)
    (item,) = fastfeedparser.parse(document)["entries"]
    assert (item["id"], item["title"]) == ("tag:outlet.example,2026:a", WORDING.title)
    assert item["link"] == "https://outlet.example/news/a?x=1&y=2"
    assert item["published"].startswith("2027-01-15T08:00:00")
    assert plain(item["content"][0]["value"]) == " ".join(WORDING.paragraphs)


def test_json_says_nothing_where_there_is_nothing() -> None:
    feed, empty = replace(FEED, format=Format.JSON), Wording(0, "", ())
    (item,) = json.loads(render(feed, [Dated(entry(), empty, None)], "http://127.0.0.1/f", AT))["items"]
    assert (item["title"], item["content_html"]) == ("", "")
    assert "date_published" not in item


@pytest.mark.parametrize("format_", [Format.RSS, Format.RDF, Format.ATOM])
def test_an_undated_entry_has_no_date(format_: Format) -> None:
    feed = replace(FEED, format=format_)
    (item,) = feedparser.parse(
        render(feed, [Dated(entry(), WORDING, None)], "http://127.0.0.1/f", AT)
    ).entries
    assert not {"published", "updated", "date_published"} & set(item.keys())


@pytest.mark.parametrize("format_", [Format.RSS, Format.RDF, Format.ATOM])
def test_an_entry_without_anything_is_still_an_entry(format_: Format) -> None:
    feed, empty = replace(FEED, format=format_), Wording(0, "", ())
    document = render(feed, [Dated(entry(), empty, AT)], "http://127.0.0.1/f", AT)
    (item,) = feedparser.parse(document).entries
    assert not item.get("title")
    assert not item.get("summary")


def test_markup_of_its_own_is_written_as_it_is() -> None:
    wording = replace(WORDING, html="<p>Text</p><script>alert(1)</script>")
    document = render(FEED, [Dated(entry(), wording, AT)], "http://127.0.0.1/f", AT).decode()
    assert "<![CDATA[<p>Text</p><script>alert(1)</script>]]>" in document


def test_tracking_is_added_to_links() -> None:
    feed = replace(FEED, tracking=True)
    plain_entry = replace(entry(), url="https://outlet.example/news/a")
    (item,) = feedparser.parse(
        render(feed, [Dated(plain_entry, WORDING, AT)], "http://127.0.0.1/f", AT)
    ).entries
    assert item.link == "https://outlet.example/news/a?utm_source=rss&utm_medium=feed"


@pytest.mark.parametrize("format_", [Format.RSS, Format.RDF, Format.ATOM])
def test_a_torn_document_keeps_its_entries(format_: Format) -> None:
    feed = replace(FEED, format=format_)
    entries = [Dated(entry(f"tag:outlet.example,2026:{letter}"), WORDING, AT) for letter in "abc"]
    document = torn(render(feed, entries, "http://127.0.0.1/f", AT))
    assert not document.rstrip().endswith((b"</rss>", b"</feed>", b"</rdf:RDF>"))
    assert [item.id[-1] for item in feedparser.parse(document).entries] == ["a", "b", "c"]
