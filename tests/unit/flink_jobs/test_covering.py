"""Flink's SQL leaves out what Python says is covered: the same expressions, in Java's engine."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.covering import matches, publisher, url_pattern

PREFIXES = (
    "https://example.org/live/",
    "http://www.münchen.example.de/ä b/",
    "https://example.org/a?b=c d&id=1",
)
URLS = (
    "https://example.org/live/1",
    "http://user:pass@M.Example.org.:8080//live",
    "https://example.org/lively",
    "https://example.org.evil.net/live/",
    "https://MÜNCHEN.example.de/%C3%A4%20b/",
    "https://xn--mnchen-3ya.example.de/ä b/x",
    "https://example.org/a?id=1&b=c+d&utm_source=rss",
    "https://example.org/a?id=12&b=c+d",
    "https://example.org/%6Cive/?x",
    "",
)


pytestmark = [
    # PyFlink starts a Java process that ends with this one.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def java() -> Any:
    from pyflink.java_gateway import get_gateway

    return get_gateway().jvm.java.util.regex.Pattern


@pytest.mark.parametrize("prefix", PREFIXES)
def test_java_finds_what_python_matches(java: Any, prefix: str) -> None:
    known = publisher(prefix)
    assert known is not None
    for pattern in (url_pattern(prefix), known.url, known.name):
        compiled = java.compile(pattern)
        found = {url: bool(compiled.matcher(url).find()) for url in URLS}
        assert found == {url: matches(pattern, url) for url in URLS}
