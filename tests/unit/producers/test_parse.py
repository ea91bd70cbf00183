"""Documents to entries: every format, damaged ones, and what is none."""

import json
from datetime import UTC, datetime

import pytest

from producers.parse import Unreadable, read
from schemas.limits import DOCUMENT_ENTRIES

URL = "http://a.example/feeds/all"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>T</title><link>http://a.example/</link><language>en-GB</language><ttl>60</ttl>{items}</channel></rss>"""
DATED = "<pubDate>Mon, 05 Jan 2026 10:00:00 +0100</pubDate>"
AT = round(datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp() * 1000)


def rss(*items: str) -> bytes:
    return RSS.format(items="".join(f"<item>{item}</item>" for item in items)).encode()


def test_rss() -> None:
    document = read(
        rss(
            f"<guid>g1</guid><title>One &amp;amp; only</title><link>/one</link>{DATED}"
            "<author>a@b.example (A B)</author><category>X</category><category>X</category>"
            "<description>&lt;p&gt;Sum&lt;/p&gt;</description>"
            "<content:encoded><![CDATA[<p>Full</p><p style='display:none'>hidden</p>]]></content:encoded>"
        ),
        URL,
    )
    assert (document.language, document.ttl_s, document.parser) == ("en", 3600.0, "fastfeedparser")
    (entry,) = document.entries
    assert (entry.guid, entry.url, entry.title) == ("g1", "http://a.example/one", "One & only")
    assert (entry.body, entry.categories, entry.published_at) == ("Full", ("X",), AT)
    assert "A B" in entry.authors[0]


def test_the_summary_stands_in_for_content_that_says_nothing() -> None:
    items = rss(
        "<title>A</title><description>Sum</description><content:encoded>&lt;img/&gt;</content:encoded>",
        "<title>B</title><description>Sum only</description>",
    )
    assert [entry.body for entry in read(items, URL).entries] == ["Sum", "Sum only"]


def test_atom() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl"><title>T</title>
    <entry><id>urn:1</id><title type="html">A &lt;b&gt;B&lt;/b&gt;</title><link href="http://a.example/1"/>
    <updated>2026-01-05T09:00:00Z</updated><author><name>N</name></author>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></content></entry>
    <entry><id>urn:2</id><title>Plain</title><link href="http://a.example/2"/>
    <updated>2026-01-05T09:00:00Z</updated><content type="text">a &lt;b> c</content></entry></feed>"""
    first, second = read(body, URL).entries
    assert (first.guid, first.title, first.body, first.authors) == ("urn:1", "A B", "One\nTwo", ("N",))
    assert first.published_at == AT
    assert second.body == "a <b> c"


def test_rdf() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://a.example/"><title>T</title></channel>
    <item rdf:about="http://a.example/1"><title>One</title><link>http://a.example/1</link>
    <dc:date>2026-01-05T09:00:00Z</dc:date><description>Text</description></item></rdf:RDF>"""
    (entry,) = read(body, URL).entries
    assert (entry.title, entry.url, entry.body, entry.published_at) == (
        "One",
        "http://a.example/1",
        "Text",
        AT,
    )


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "language": "de",
        "items": [
            {
                "id": 7,
                "url": "http://a.example/7",
                "title": "Sieben",
                "content_html": "<p>Text</p>",
                "date_published": "2026-01-05T09:00:00Z",
                "authors": [{"name": "N"}],
                "tags": ["x"],
            },
            {"id": "8", "content_text": "a <b> & c"},
        ],
    }
    document = read(json.dumps(feed).encode(), URL, "application/feed+json")
    first, second = document.entries
    assert document.language == "de"
    assert (first.guid, first.title, first.body, first.published_at) == ("7", "Sieben", "Text", AT)
    assert (first.authors, first.categories) == (("N",), ("x",))
    assert (second.guid, second.title, second.body) == ("8", "", "a <b> & c")


def test_a_guid_that_repeats_the_link_is_no_guid_of_its_own() -> None:
    (entry,) = read(rss("<guid>http://a.example/1</guid><link>http://a.example/1</link>"), URL).entries
    assert (entry.guid, entry.url) == ("", "http://a.example/1")


def test_a_permalink_guid_is_the_link_when_there_is_none() -> None:
    (entry,) = read(rss("<guid>http://a.example/1</guid><title>x</title>"), URL).entries
    assert entry.url == "http://a.example/1"


@pytest.mark.parametrize(
    "said", ["", "<pubDate>yesterday-ish</pubDate>", "<pubDate></pubDate>", "<pubDate>0001-01-01</pubDate>"]
)
@pytest.mark.parametrize("guid", ["14", "2026", "12:30", "entry-7", "march"])
def test_an_unreadable_date_is_none_and_no_guid_is_taken_for_one(said: str, guid: str) -> None:
    (entry,) = read(rss(f"<guid>{guid}</guid><title>t</title>{said}"), URL).entries
    assert entry.published_at is None


def test_a_date_that_the_guid_repeats_in_full_is_one() -> None:
    guid = "2026-01-05T09:00:00Z"
    (entry,) = read(rss(f"<guid>{guid}</guid><title>t</title><pubDate>{guid}</pubDate>"), URL).entries
    assert entry.published_at == AT


def test_a_document_s_encoding_is_its_own_word_or_the_header_s() -> None:
    latin = rss("<title>caf\u00e9</title>").decode().encode("latin-1")
    declared = latin.replace(b'version="1.0"', b'version="1.0" encoding="iso-8859-1"', 1)
    assert read(latin, URL, "text/xml; charset=ISO-8859-1").entries[0].title == "caf\u00e9"
    assert read(declared, URL, "text/xml; charset=utf-8").entries[0].title == "caf\u00e9"
    assert (
        read(rss("<title>caf\u00e9</title>"), URL, "text/xml; charset=bogus").entries[0].title == "caf\u00e9"
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.replace(b"One", b"One & two"),
        lambda body: body.replace(b"</title>", b"", 1),
        lambda body: b"\n\n  " + body,
        lambda body: body.replace(b"</channel></rss>", b""),
        lambda body: body.replace(b"One", b"One \x08"),
        lambda body: body.replace(b"One", b"One &nbsp; &eacute;"),
        lambda body: b"\xef\xbb\xbf" + body,
    ],
)
def test_damaged_documents_still_give_their_entries(damage: object) -> None:
    body = rss("<guid>1</guid><title>One</title>", "<guid>2</guid><title>Two</title>")
    document = read(damage(body), URL)  # type: ignore[operator]
    assert [entry.guid for entry in document.entries] == ["1", "2"]


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss(), URL).entries == ()
    assert (
        read(b'{"version": "https://jsonfeed.org/version/1", "title": "T", "items": []}', URL).entries == ()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"no feed",
        b"<html><body>Down</body></html>",
        b'{"error": 1}',
        b"{",
        b"\x00\x01\x02",
        b"<a/>",
        b"%PDF-1.7",
        b'{"version": "https://jsonfeed.org/version/1", "items": [1]}',
    ],
)
def test_what_is_no_feed_is_unreadable_with_a_reason(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"not a feed: .+"):
        read(body, URL)


def test_a_document_holds_a_bounded_number_of_entries() -> None:
    with pytest.raises(Unreadable, match=f"{DOCUMENT_ENTRIES + 1} entries, more than"):
        read(rss(*["<title>x</title>"] * (DOCUMENT_ENTRIES + 1)), URL)


def test_external_entities_are_not_read() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    body = rss("<guid>1</guid><title>t &x; t</title>").decode().replace("<rss", doctype + "<rss", 1)
    titles = [entry.title for entry in read(body.encode(), URL).entries]
    assert "root:" not in "".join(titles)
