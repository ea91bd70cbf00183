"""A takedown reaches every spelling of what it names, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.covering import publisher, url_pattern
from schemas.takedown import Takedown, Takedowns


@dataclass(frozen=True)
class Shown:
    """An article as a takedown sees it."""

    url: str = ""
    publisher: str = "aggregator.example.net"
    article_id: str = "a"


SEGMENTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/?#%\\"), min_size=1, max_size=8
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: not name.startswith(("utm_", "at_"))
)
HOSTS = st.sampled_from(
    ["example.org", "news.example.co.uk", "münchen.example.de", "新聞.example.jp", "m.com"]
)


@st.composite
def spellings(draw: st.DrawFn) -> list[str]:
    """One page, spelt twice."""
    host, segments = draw(HOSTS), draw(st.lists(SEGMENTS.filter(lambda each: each.strip(".")), max_size=3))
    query = draw(st.dictionaries(NAMES, SEGMENTS, max_size=3))
    return [_spelt(draw, host, segments, query) for _ in range(2)]


def _spelt(draw: st.DrawFn, host: str, segments: list[str], query: dict[str, str]) -> str:
    one = st.sampled_from
    if draw(st.booleans()):
        host = host.encode("idna").decode()
    host = draw(one(["", "www.", "m.", "amp.", "www2."])) + host + draw(one(["", "."]))
    host = draw(one([host, host.upper(), host.title()]))
    scheme = draw(one(["http://", "https://", "HTTPS://"]))
    user, port = draw(one(["", "user@", "user:pass@word@"])), draw(one(["", ":80", ":443", ":8443", ":"]))
    safe = draw(one(["", "/", "!$&'()*+,;=:@"]))
    encode = draw(
        one([lambda each: quote(each, safe=safe), lambda each: "".join(f"%{b:02X}" for b in each.encode())])
    )
    path = "".join(draw(one(["/", "//"])) + encode(each) for each in segments) + draw(one(["/", "/"]))
    pairs = [f"{name}={quote(value, safe='')}" for name, value in query.items()]
    pairs = draw(st.permutations([*pairs, *draw(one([[], ["utm_source=rss"], ["fbclid=1"]]))]))
    tail = f"?{'&'.join(pairs)}" if pairs else ""
    return f"{scheme}{user}{host}{port}{path}{tail}{draw(one(['', '#top']))}"


@given(spellings())
def test_a_takedown_of_one_spelling_covers_every_other(spelt: list[str]) -> None:
    said, shown = spelt
    takedown = Takedown(url_prefix=said.partition("#")[0])
    assert takedown.covers(Shown(shown)), (said, shown)
    assert Takedowns([takedown]).of(Shown(shown)) == takedown


@given(spellings())
def test_a_publisher_covers_what_any_feed_shows_of_it(spelt: list[str]) -> None:
    said, shown = spelt
    takedown = Takedown(publisher=said)
    assert takedown.covers(Shown(shown)), (said, shown)


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("https://example.org/live/", "https://example.org/lively"),
        ("https://example.org/live/", "https://notexample.org/live/1"),
        ("https://example.org/live/", "https://example.org.evil.net/live/1"),
        ("https://example.org/live/", "https://evil.net/https://example.org/live/1"),
        ("https://example.org/live/", "https://evil.net/?u=https://example.org/live/1"),
        ("https://example.org/live/", "https://example.org@evil.net/live/1"),
        ("https://example.org/live/", "https://sport.example.org/live/1"),
        ("https://example.org/Live/", "https://example.org/live/1"),
        ("https://example.org/?id=1", "https://example.org/?id=12"),
        ("https://m.com/", "https://com/"),
        ("no URL", "https://example.org/"),
    ],
)
def test_what_is_another_page_is_not_covered(prefix: str, url: str) -> None:
    # A prefix that ends within a value covers what goes on from there, as it always did.
    covered = url.startswith(prefix)
    assert Takedown(url_prefix=prefix).covers(Shown(url)) is covered


@pytest.mark.parametrize(
    "url",
    ["https://example.org.evil.net/", "https://myexample.org/", "https://evil.net/example.org/", "", "x"],
)
def test_another_publisher_is_not_covered(url: str) -> None:
    assert not Takedown(publisher="example.org").covers(Shown(url, publisher="evil.net"))


@pytest.mark.parametrize(
    "said", ["example.org", "Example.ORG.", "www.example.org", "https://u:p@www.example.org:8/x"]
)
def test_a_publisher_is_named_in_any_spelling(said: str) -> None:
    known = publisher(said)
    assert known is not None
    assert known.domain == "example.org"
    for name in ("example.org", "EXAMPLE.org.", "www.example.org"):
        assert Takedown(publisher=said).covers(Shown(publisher=name))


@pytest.mark.parametrize("said", ["com", "co.uk", "localhost", "127.0.0.1", "", "A Newspaper"])
def test_what_many_publishers_share_covers_only_its_own_name(said: str) -> None:
    assert publisher(said) is None
    assert Takedown(publisher=said).covers(Shown(publisher=said)) or not said
    assert not Takedown(publisher=said).covers(Shown("https://example.co.uk/"))


def test_what_a_takedown_covered_as_it_is_written_it_covers() -> None:
    for prefix in ("https://p.example/l'or/", "https://p.example/a?b=c", "https://p.example/%zz/\udcff"):
        assert Takedown(url_prefix=prefix).covers(Shown(f"{prefix}and more"))


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for said in (text, f"https://{text}", f"https://example.org/{text}?{text}"):
        takedowns = Takedowns([Takedown(url_prefix=said or "x"), Takedown(publisher=said or "x")])
        takedowns.of(Shown(f"http://example.org/{text}", publisher=text))


def test_the_expressions_are_such_as_java_reads_too() -> None:
    known = publisher("münchen.example.de")
    assert known is not None
    for pattern in (url_pattern("https://münchen.example.de/ä b/?x=1+2&y"), known.name, known.url):
        groups = set(re.findall(r"\(\?[^:=)]*[:=]", pattern))
        assert groups <= {"(?:", "(?=", "(?i:", "(?iu:"}
        assert not re.search(r"\\[A-Zbdwp]", pattern)


@pytest.mark.parametrize(
    "host", ["example%2eorg", "www%2Eexample.org", "a.b%2eexample%2Eorg", "%65xample%2eorg", "example%2eorg."]
)
def test_a_host_whose_dots_are_encoded_is_that_host(host: str) -> None:
    shown = Shown(f"https://{host}/a")
    assert Takedown(publisher="example.org").covers(shown)
    assert not Takedown(publisher="ample.org").covers(shown)
    bare = host.removeprefix("www%2E")
    assert Takedown(url_prefix=f"https://{bare.replace('%2e', '.')}/a").covers(Shown(f"https://{bare}/a/"))
