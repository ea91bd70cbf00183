"""What can be taken down, what falls under it, and where it is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from schemas.records import Brief, EnrichedArticle, Kind, Provenance, Source, Story, StoryArticle, StoryChange
from schemas.takedown import Takedown, Takedowns
from tests.support.narrow import Narrow
from tidewire import takedowns
from tidewire.commands import takedown as command
from tidewire.commands.takedown import show_under, understood
from tidewire.takedowns import NoSelector, purgeable, under
from topics import catalogue
from topics.partitioning import partition_for
from topics.reading import Received
from topics.takedowns import places


def article(name: str, copy_of: str | None = None) -> EnrichedArticle:
    return EnrichedArticle(
        article_id=name,
        published_at=0,
        observed_at=0,
        logged_at=0,
        title=f"Title of {name}",
        publisher=f"{name}.example",
        url=f"https://{name}.example/live/1",
        duplicate_of=copy_of,
    )


def member(name: str) -> StoryArticle:
    return StoryArticle(article_id=name, publisher=f"{name}.example", url=f"https://{name}.example/live/1")


def story(name: str, change: StoryChange, *members: str) -> Story:
    return Story(
        story_id=name, change=change, opened_at=0, updated_at=0, articles=tuple(map(member, members))
    )


def brief(name: str, *sources: str, story_id: str = "s", **more: Any) -> Brief:
    cited = tuple(
        Source(article_id=each, publisher=f"{each}.example", url=f"https://{each}.example/live/1")
        for each in sources
    )
    provenance = Provenance(sources=cited)
    return Brief(
        brief_id=name,
        story_id=story_id,
        generated_at=0,
        information_cutoff=0,
        headline=f"Headline of {name}",
        provenance=provenance,
        **more,
    )


ARTICLES = [article("a"), article("b"), article("c", copy_of="a")]
STORIES = [
    story("s", StoryChange.NEW, "a"),
    story("t", StoryChange.GREW, "a", "b"),
    story("u", StoryChange.GREW, "b"),
    # A story held it once: it is under it though it shows it no more.
    story("s", StoryChange.CLOSED),
]
BRIEFS = [brief("x", "a", "b"), brief("y", "b")]


@pytest.mark.parametrize(
    "takedown",
    [
        takedowns.article("a", "why"),
        *takedowns.publishers("https://user@WWW.A.example.:443/", "why"),
        takedowns.prefix("HTTPS://A.example/live/", "why"),
    ],
    ids=lambda each: each.key,
)
def test_what_falls_under_a_takedown(takedown: Takedown, narrow: Narrow) -> None:
    found = under(takedown, ARTICLES, STORIES, BRIEFS)
    assert found.articles == {"a": "Title of a"}
    assert found.stories == {"s": False, "t": True}
    assert found.briefs == {"x": "Headline of x"}
    assert found.copies == {"c": "Title of c"}
    show_under(narrow.console, found)
    assert narrow.lines[:2] == ["1 article", "    a  Title of a"]
    assert "1 of them open" in narrow.text
    assert "1 copy of its text elsewhere, which stays" in narrow.text


def test_nothing_under_it_is_said(narrow: Narrow) -> None:
    show_under(narrow.console, under(takedowns.article("z", "why"), ARTICLES, STORIES, BRIEFS))
    assert narrow.lines == ["No article of the live lane falls under it; what comes later is refused."]


@pytest.mark.parametrize(
    "text", ["", "example.org/live", "https:///x", "ftp://example.org/", "https://a.org"]
)
def test_a_prefix_names_scheme_host_and_path(text: str) -> None:
    with pytest.raises(NoSelector):
        takedowns.prefix(text, "why")


def test_a_publisher_is_a_domain_and_a_reason_is_needed() -> None:
    with pytest.raises(NoSelector, match="no domain"):
        takedowns.publishers("https:///x", "why")
    with pytest.raises(NoSelector, match="a reason"):
        takedowns.publishers("example.org", " \n")
    assert takedowns.article(" a ", "one\nline").reason == "one line"


@pytest.mark.parametrize(
    "said", ["example.org", "Example.org.", "http://news.www.example.org:8080/a?b", "x.example.org"]
)
def test_a_publisher_is_understood_in_any_spelling(said: str) -> None:
    assert [each.publisher for each in takedowns.publishers(said, "why")] == ["example.org"]


def test_the_other_domains_of_an_owner_are_taken_down_too() -> None:
    assert {each.publisher for each in takedowns.publishers("www.BBC.com", "why")} >= {"bbc.com", "bbc.co.uk"}


def test_what_is_understood_is_said() -> None:
    (named,) = takedowns.publishers("https://www.example.org/", "why")
    assert understood(named).startswith("All of example.org, and every URL at or below it")
    under_url = takedowns.prefix("https://user:secret@Example.org/live/", "why")
    assert understood(under_url).startswith("All under https://example.org/live/, over http or https")


def test_an_article_is_taken_down_in_its_partition_and_a_publisher_in_all() -> None:
    assert places(Takedown(article_id="a")) == [(partition_for(b"a", 6), "a")]
    copies = places(Takedown(publisher="p.example"))
    assert copies == [(partition, "publisher/p.example") for partition in range(6)]


def test_briefs_go_from_the_log_once_no_agent_needs_them() -> None:
    down = Takedowns([Takedown(article_id="a")])
    briefs = [
        brief("t1", "a", story_id="t", story_revision=1),
        brief("t2", "a", "b", story_id="t", story_revision=2),
        brief("s1", "a", story_id="s", story_revision=1),
        brief("s1-other-desk", "b", story_id="s", story_revision=1, desk="climate"),
        brief("z1", "a", story_id="no longer in the log", story_revision=1),
    ]
    assert [each.brief_id for each in purgeable(down, STORIES, briefs)] == ["t1", "s1", "z1"]
    after = brief("t3", "b", story_id="t", story_revision=3)
    assert "t2" in [each.brief_id for each in purgeable(down, STORIES, [*briefs, after])]
    assert purgeable(Takedowns(), STORIES, briefs) == []


def test_a_record_is_no_entry_and_says_all() -> None:
    said = Takedown(url_prefix="https://p.example/live/", reason="why")
    record = said.record(7)
    assert (record.kind, record.version, record.observed_at) == (Kind.TAKEDOWN, 0, 7)
    assert Takedown.of(record) == said


def test_of_several_takedowns_the_first_of_a_key_counts() -> None:
    known = Takedowns([Takedown(article_id="a", reason="1"), Takedown(url_prefix="https://a.example/")])
    assert not known.add(Takedown(article_id="a", reason="2"))
    assert known.of(article("a")) == Takedown(article_id="a", reason="1")
    assert known.of(article("b")) is None
    known.add(Takedown(publisher="b.example"))
    assert known.of(article("b")) == Takedown(publisher="b.example")
    under_url = EnrichedArticle(
        article_id="z", published_at=0, observed_at=0, logged_at=0, url="https://a.example/q"
    )
    assert known.of(under_url) == Takedown(url_prefix="https://a.example/")
    assert [each.key for each in known] == ["article/a", "publisher/b.example", "url/https://a.example/"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Takedown]:
    """What is taken down, in a log whose live lane is ARTICLES, and to which ``late`` has come just now."""
    said: list[Takedown] = []
    kept: dict[str, list[Any]] = {catalogue.STORIES: STORIES, catalogue.BRIEFS: BRIEFS}
    monkeypatch.setattr(takedowns, "records", lambda _, __, topic, ___: kept.get(topic, ARTICLES))
    monkeypatch.setattr(takedowns, "end_offsets", lambda *_: dict.fromkeys(range(6), 9))
    raw = [Received(catalogue.ARTICLES_RAW, partition_for(b"late", 6), 1, 0, b"late", b"")]

    def read_range(_: Any, __: str, starts: dict[int, int], ___: Any) -> list[Received]:
        return [each for each in raw if starts[each.partition] <= each.offset]

    monkeypatch.setattr(takedowns, "read_range", read_range)
    monkeypatch.setattr(command, "answering_broker", lambda: None)
    monkeypatch.setattr(command, "codec", lambda: None)
    monkeypatch.setattr(command, "read_takedowns", lambda *_: Takedowns())
    monkeypatch.setattr(command, "write_takedown", lambda _, __, takedown, ___: said.append(takedown))
    return said


def taken(article_id: str, *more: str) -> Result:
    return CliRunner().invoke(command.app, ["article", article_id, "--reason", "why", "--yes", *more])


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("nope", "the log holds no article nope.*--anyway"),
        ("t", "t is a story; take down its articles one by one: a, b"),
        ("x", "x is a brief; take down an article that it rests on: a, b"),
    ],
)
def test_an_id_that_no_article_has_is_refused(written: list[Takedown], named: str, why: str) -> None:
    found = taken(named)
    assert found.exit_code == 1
    assert isinstance(found.exception, NoSelector)
    assert re.search(why, str(found.exception))
    assert written == []


def test_what_is_in_the_log_or_still_to_come_is_taken_down(written: list[Takedown]) -> None:
    for named, more in (("a", ()), ("late", ()), ("nope", ("--anyway",))):
        assert taken(named, *more).exit_code == 0
    assert [each.article_id for each in written] == ["a", "late", "nope"]
