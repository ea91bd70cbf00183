"""One spelling for each page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.urls import canonical_url, is_site_root, registrable_domain, without_userinfo
from schemas.limits import URL_CHARACTERS
from schemas.strings import sanitised


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
        ("https://news%2eexample/a", "https://news.example/a"),
        ("https://%6Eews%2Eexample:8443/a", "https://news.example:8443/a"),
        ("https://b%C3%BCcher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://a.example%2f.news.example/a", ""),
        ("https://a.example%5C.news.example/a", ""),
        ("https://a.example%23.news.example/a", ""),
        ("https://a.example%00.news.example/a", ""),
        ("https://a.example%252e.news.example/a", ""),
        ("https://a.example%FF.news.example/a", ""),
        ("https://a.example%3A80:90/a", ""),
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


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/" + "\U0001d160" * 1_000,
        "http://" + "\U0001d160" * 250 + ".example/",
        "http://" + "ü" * 3_800 + "/",
        "http://" + "a." * 200 + "example/",
        "http://a.example/?q=" + "é" * 1_900,
        "http://a.example/" + "a" * 2_000,
    ],
)
def test_what_is_or_becomes_too_long_is_no_url(url: str) -> None:
    assert canonical_url(url) == ""


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=300))
def test_whatever_is_said_is_no_url_or_one_that_a_record_holds(said: str) -> None:
    for url in (said, f"http://{said}", f"http://a.example/{said}", f"http://a.example/?{said}"):
        canonical = canonical_url(url)
        assert len(canonical) <= URL_CHARACTERS
        assert canonical == sanitised(canonical, URL_CHARACTERS)
        assert without_userinfo(canonical) == canonical
        registrable_domain(canonical)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://user:secret@a.example/x", "https://a.example/x"),
        ("https://user@a.example", "https://a.example"),
        (" HTTPS:user:secret@a.example/x", "HTTPS:a.example/x"),
        ("https:\\\\user:secret@a.example\\x", "https:\\\\a.example\\x"),
        ("https:///user:sec@ret@a.example/x", "https:///a.example/x"),
        ("//user:secret@a.example/x", "//a.example/x"),
        ("ht\ntps://us\ter:secret@a.example/", "https://a.example/"),
        ("feed:https://user:secret@a.example/", "feed:https://a.example/"),
        ("https://user:secret\uff20a.example/", "https://a.example/"),
        ("https://a.example/@user?mail=a@b.example#@", "https://a.example/@user?mail=a@b.example#@"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tag:a@b.example,2005:1", "tag:a@b.example,2005:1"),
        ("@user/post", "@user/post"),
    ],
)
def test_nobodys_password_is_in_a_url(url: str, bare: str) -> None:
    assert without_userinfo(url) == bare
    assert "secret" not in canonical_url(url)
