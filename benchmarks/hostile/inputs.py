"""The worst inputs that are known, one for each limit of docs/limits.md, and the function that meets them.

Each is made where it is used, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.evaluate import evaluate
from agents.extract import extract
from agents.sources import sources_of
from agents.work import Work
from desks import load_desks
from language.clean import clean
from language.names import names
from language.numbers import numbers
from language.sketches import sketch
from producers.parse import Unreadable, read
from producers.urls import canonical_url
from schemas.identity import content_hash
from schemas.limits import TEXT_CHARACTERS
from schemas.records import Assignment, Story, StoryArticle
from schemas.strings import sanitised

URL = "https://a.example/feed"
DAY = 1_767_225_600_000


@dataclass(frozen=True, slots=True)
class Case:
    """``run`` does the work; ``like`` names the ordinary input that it is held against."""

    limit: str
    what: str
    like: str
    run: Callable[[], object]


def document(body: bytes) -> object:
    """A parse that may end with a refusal."""
    try:
        return read(body, URL)
    except Unreadable as error:
        return error


def item(markup: bytes) -> bytes:
    """An RSS document of one entry."""
    return (
        b"<rss version='2.0'><channel><item><title>t</title><description><![CDATA["
        + markup
        + (b"]]></description></item></channel></rss>")
    )


def brief(sentence: Callable[[int], str]) -> object:
    """The brief without a model of forty articles of two owners, full of one kind of sentence."""
    articles = []
    for number in range(40):
        text = f"Port news {number}\n" + " ".join(sentence(number * 40 + at) for at in range(40))
        articles.append(
            StoryArticle(
                article_id=f"a{number}",
                version=1,
                content_hash=content_hash(text),
                title=f"Port news {number}",
                excerpt=text[:1_200],
                publisher=f"p{number % 2}.example",
                family=f"p{number % 2}",
                language="en",
                published_at=DAY + number,
                logged_at=DAY + number,
            )
        )
    story = Story(story_id="s", revision=1, opened_at=DAY, updated_at=DAY, articles=tuple(articles))
    desk = load_desks()[0]
    given = Assignment(story_id="s", desk=desk.name, story=story, assigned_at=DAY)
    work = Work(given, desk, sources_of(story))
    return evaluate(work, extract(work), "bench", 0)


def cases() -> tuple[Case, ...]:
    """In the order of the page of limits."""
    long = TEXT_CHARACTERS
    return (
        Case(
            "DOCUMENT_ENTRIES",
            "1,300,000 empty items",
            "document",
            lambda: document(b"<rss><channel>" + b"<item/>" * 1_300_000),
        ),
        Case(
            "document",
            "200,000 namespaces",
            "document",
            lambda: document(b"<rss " + b"".join(b"xmlns:n%d='u' " % n for n in range(200_000)) + b"/>"),
        ),
        Case(
            "document",
            "800,000 attributes",
            "document",
            lambda: document(item(b"<a " + b"a='' " * 800_000 + b">")),
        ),
        Case("document", "JSON, 2,000,000 deep", "document", lambda: document(b"[" * 2_000_000)),
        Case("MARKUP_DEPTH", "100,000 nested divs", "markup", lambda: clean("<div>" * 100_000 + "x")),
        Case(
            "MARKUP_TAGS", "100,000 formatting tags left open", "markup", lambda: clean("<b><i>x" * 100_000)
        ),
        Case(
            "style",
            "height: 0height: 0…, 30 kB",
            "markup",
            lambda: clean(f'<p style="{"height: 0" * 3_000}">x</p>'),
        ),
        Case(
            "URL_CHARACTERS",
            "2,000 characters that grow",
            "url",
            lambda: canonical_url("https://a.example/" + "\U0001d160" * 1_900),
        ),
        Case(
            "HOST_CHARACTERS",
            "a host of 3.8 kB",
            "url",
            lambda: canonical_url("https://" + "a." * 1_900 + "example/"),
        ),
        Case(
            "strings",
            "150,000 combining marks",
            "text",
            lambda: sanitised("a" + "\u0301\u0323" * (long // 2), long),
        ),
        Case(
            "TEXT_CHARACTERS",
            "digits and separators",
            "text",
            lambda: numbers("1,234.5 " * (long // 8), "en"),
        ),
        Case("TEXT_CHARACTERS", "one word", "text", lambda: names("A" * long, "en")),
        Case("TEXT_CHARACTERS", "capitals", "text", lambda: names("Ana Sorel " * (long // 10), "en")),
        Case("TEXT_CHARACTERS", "two letters", "text", lambda: sketch("ab " * (long // 3))),
        Case(
            "CLAIMS_COMPARED",
            "1,560 sentences with figures",
            "brief",
            lambda: brief(lambda n: f"Some {10 + n % 89} men left port Vell in May."),
        ),
        Case("brief", "quotation marks", "brief", lambda: brief(lambda n: f"“A{n} b said,” he said. “")),
    )
