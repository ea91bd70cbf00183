"""Which feed may speak for which URL."""

from __future__ import annotations

import pytest

from producers.authority import standing
from producers.catalogue.publishing import with_domains
from producers.catalogue.reading import inspect_catalogue
from producers.owners import read, tables
from producers.urls import canonical_url
from schemas.records import FeedSpec, Standing


def feed(url: str, publisher: str = "", family: str = "", domains: tuple[str, ...] = ()) -> FeedSpec:
    return FeedSpec(feed_id="f", url=url, publisher=publisher, family=family, domains=domains)


REUTERS = feed("https://www.reuters.com/feed", "reuters.com")
EVIL = feed("https://evil.example/feed", "evil.example")


@pytest.mark.parametrize(
    ("spec", "url"),
    [
        (REUTERS, "https://www.reuters.com/a"),
        (REUTERS, "http://REUTERS.com.:8443/a"),
        (REUTERS, "https://user:word@reuters.com/a"),
        (REUTERS, "https://reutersagency.com/a"),
        (REUTERS, ""),
        (feed("https://feeds.bbci.co.uk/rss", "bbci.co.uk"), "https://www.bbc.com/news/1"),
        (feed("https://feeds.feedburner.com/a", "bbc.com."), "https://www.bbc.co.uk/news/1"),
        (feed("https://x.substack.com/feed", "substack.com"), "https://x.substack.com/p/1"),
        (feed("https://a.blogspot.com/feed", "blogspot.com"), "https://a.blogspot.com/1"),
        (feed("http://127.0.0.1:8000/feed", "127.0.0.1"), "http://127.0.0.1:8000/1"),
        (feed("http://127.0.0.1:8000/feed", "Bücher.DE."), "http://xn--bcher-kva.de/1"),
        (feed("https://q.example/feed", "q.example", "BBC"), "https://bbc.com/1"),
        (feed("https://q.example/feed", "q.example", "Calder", ("w.example",)), "https://www.w.example/1"),
    ],
)
def test_an_owner_speaks_for_what_it_owns(spec: FeedSpec, url: str) -> None:
    assert standing(spec, canonical_url(url)) is Standing.OWN


@pytest.mark.parametrize(
    ("spec", "url"),
    [
        (EVIL, "https://www.reuters.com/a"),
        (REUTERS, "https://reuters.com.evil.example/a"),
        (REUTERS, "https://reuters.xyz/a"),
        (REUTERS, "https://reuters.com@evil.example/a"),
        (REUTERS, "https://reuters.com%2eevil.example/a"),
        (feed("https://a.blogspot.com/feed", "a.blogspot.com"), "https://b.blogspot.com/1"),
        (feed("https://a.blogspot.com/feed", "blogspot.com"), "https://b.blogspot.com/1"),
        (feed("https://x.substack.com/feed", "substack.com"), "https://y.substack.com/p/1"),
        (feed("https://feeds.feedburner.com/a", "feedburner.com"), "https://feeds.feedburner.com/~r/b"),
        (feed("https://medium.com/feed/@a", "medium.com"), "https://medium.com/@b/1"),
        (feed("http://127.0.0.1:8000/feed", "127.0.0.1"), "http://127.0.0.1:9000/1"),
        (feed("http://localhost:8000/feed", "localhost"), "http://localhost/1"),
        (feed("https://s3.amazonaws.com/a/feed", "s3.amazonaws.com"), "https://s3.amazonaws.com/b/1"),
        (feed("https://storage.googleapis.com/a/f", "google.com"), "https://storage.googleapis.com/b/1"),
        (feed("https://a.libsyn.com/rss", "libsyn.com"), "https://b.libsyn.com/1"),
        (feed("https://github.com/a/b/releases.atom", "github.com"), "https://github.com/c/d/releases/1"),
        (feed("https://web.archive.org/f", "archive.org"), "https://web.archive.org/web/1/https://bbc.com/1"),
        (
            feed("https://a-com.cdn.ampproject.org/f", "ampproject.org"),
            "https://bbc-com.cdn.ampproject.org/1",
        ),
        (feed("https://a-com.translate.goog/f", "translate.goog"), "https://bbc-com.translate.goog/1"),
        (feed("https://q.example/feed", "com"), "https://a.com/1"),
        (feed("https://q.example/feed", "co.uk", "co.uk"), "https://bbc.co.uk/1"),
    ],
)
def test_nobody_else_does(spec: FeedSpec, url: str) -> None:
    assert standing(spec, canonical_url(url)) is Standing.SIGHTING


def test_a_family_s_publishers_are_those_of_the_whole_catalogue() -> None:
    specs = [
        feed("https://a.example/f", "a.example", "Calder"),
        feed("https://b.example/f", "b.example", "Calder"),
        feed("https://c.example/f", "c.example"),
    ]
    assert [each.domains for each in with_domains(specs)] == [("b.example",), ("a.example",), ()]


def test_the_tables_are_sound() -> None:
    assert tables().names["bbc.co.uk"] == tables().names["bbc.com"] == "BBC"
    with pytest.raises(ValueError, match=r"a\.example is listed under One and under Two"):
        read(["owners: {One: [a.example, b.example], Two: [a.example, c.example]}"])


@pytest.mark.parametrize(
    ("url", "site", "publisher"),
    [
        ("https://evil.example/feed", "https://www.reuters.com/", "evil.example"),
        ("https://feeds.bbci.co.uk/news/rss.xml", "https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://feeds.feedburner.com/kelmar", "https://kelmar.example/", "kelmar.example"),
        ("https://kelmar.example/feed", "", "kelmar.example"),
    ],
)
def test_a_site_that_a_list_names_is_believed_where_the_feed_is_its_own(
    url: str, site: str, publisher: str
) -> None:
    outline = f'<outline type="rss" text="x" xmlUrl="{url}" htmlUrl="{site}"/>'
    (feed,) = inspect_catalogue(f'<opml version="2.0"><body>{outline}</body></opml>'.encode()).feeds
    assert feed.publisher == publisher
