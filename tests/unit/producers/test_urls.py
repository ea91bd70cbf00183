"""One spelling for each page."""

import pytest

from producers.urls import canonical_url, is_site_root, registrable_domain


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://News.Example:80/a/../b", "http://news.example/b"),
        ("https://news.example/a?b=2&a=1#top", "https://news.example/a?a=1&b=2"),
        ("https://news.example/a?utm_source=rss&utm_medium=x&id=7", "https://news.example/a?id=7"),
        ("https://news.example/a?id=7&fbclid=abc", "https://news.example/a?id=7"),
        ("https://news.example/a?xtor=RSS-3208", "https://news.example/a"),
        ("https://news.example/a?empty=", "https://news.example/a?empty="),
        ("https://news.example", "https://news.example/"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("mailto:a@b.example", ""),
        ("javascript:alert(1)", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_canonical_urls(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_a_site_s_front_page_is_known() -> None:
    assert is_site_root("https://news.example/")
    assert not is_site_root("https://news.example/?p=12")
    assert not is_site_root("https://news.example/a")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbc.co.uk/news", "bbc.co.uk"),
        ("https://www.news.example", "news.example"),
        ("http://127.0.0.1:8080/x", "127.0.0.1"),
        ("http://localhost/x", "localhost"),
        ("http://[::1]/", "::1"),
        ("nonsense", ""),
    ],
)
def test_the_publisher_s_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain
