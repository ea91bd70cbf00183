"""Nobody speaks for another's page: each attack in every order of arrival, also restored in between.

Feeds are read by the producers' own code, and what they bring goes through the stories engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import permutations

import pytest

from desks.loader import Desk
from flink_jobs.stories.embedded import Embedded, Embedder, takedown
from flink_jobs.stories.engine import Output, StoryEngine
from flink_jobs.stories.settings import StoriesSettings
from producers.normalise import Context, normalise
from producers.parse import Document, Entry
from producers.seen import Memory
from schemas.identity import article_id_for_entry, article_id_for_url
from schemas.records import (
    Article,
    EnrichedArticle,
    FeedSeen,
    FeedSpec,
    Reliability,
    Standing,
    Story,
    StoryArticle,
    StoryChange,
    UniqueArticle,
)
from schemas.takedown import Takedown
from tests.support.stories import START, WordEncoder

URL = "https://www.reuters.com/world/kelmar-dockers-walk-out"
OWNED = article_id_for_url(URL)
TITLE = "Dockers walk out at Kelmar harbour"
TEXT = (
    "Dockers at Kelmar harbour walked out on Monday over wages, the union leader Ines Varga said. "
    "About 1,200 workers joined the walkout and container traffic stopped before noon."
)
CORRECTED = TEXT.replace("1,200", "2,100") + " An earlier version of this report misstated the number."
LIE = TEXT.replace("About 1,200 workers joined the walkout", "Nobody joined the walkout")
ELSEWHERE = (
    "Veltara buys wind farm operator Nordhaven",
    "Veltara shares rose after it bought Nordhaven on Friday.",
)
OWN = (
    "Kelmar harbour walkout stops container traffic",
    "Container traffic at Kelmar harbour stopped when dockers joined a walkout over wages on Monday, "
    "said harbour master Otto Lind. The port authority called for talks.",
)
DESKS = (Desk(name="world", file_hash="w", title="T", mandate="M", audience="A"),)
TAKEDOWN_FIELDS = ("article_id", "content_hash", "publisher", "url", "text")
EMBEDDER = Embedder(WordEncoder())
Said = tuple[str, str, str, str]


class Newsroom:
    """Feeds that say one thing after another; ``restart``: the engine is restored after every record."""

    def __init__(self, restart: bool = False) -> None:
        self.seen: dict[str, FeedSeen | None] = {}
        self.engine = self._new()
        self.restart = restart
        self.kept: dict[str, bytes] = {}
        self.outputs: list[Output] = []
        self.at = START
        self._keys: set[tuple[str, int, str]] = set()

    def _new(self) -> StoryEngine:
        return StoryEngine(StoriesSettings(first_debounce_ms=0, debounce_ms=0), DESKS)

    def says(self, publisher: str, url: str, title: str, text: str, feed: str = "") -> list[Article]:
        """A poll that finds one entry. The feed of reuters.com is of grade A, the others of grade E."""
        name = feed or publisher
        grade = Reliability.A if publisher == "reuters.com" else Reliability.E
        spec = FeedSpec(
            feed_id=f"feed-{name}",
            url=f"https://{publisher}/{feed}",
            publisher=publisher,
            reliability=grade,
            desk="world",
        )
        memory = Memory.of(spec.feed_id, self.seen.get(name), 1, self.at, 30 * 86_400_000)
        entry = Entry(f"guid of {url}", url, title, text, (), (), self.at, 0)
        document = Document("en", f"https://{publisher}/", 0.0, (entry,), "fastfeedparser")
        context = Context(spec, spec.url, False, self.at, 7 * 86_400_000)
        found = normalise(document, memory, context)
        self.seen[name] = memory.record() or self.seen.get(name)
        assert not found.dead_letters
        for article in found.articles:
            self.log(article)
        return list(found.articles)

    def log(self, article: Article) -> None:
        self.at += 60_000
        key = (article.article_id, article.version, article.content_hash)
        if key in self._keys:
            return
        self._keys.add(key)
        self._process(EMBEDDER.embed(_unique(article, self.at)))

    def takes_down(self, **what: str) -> None:
        self.at += 60_000
        record = Takedown(reason="court order", **what).record(self.at)
        values = {name: getattr(record, name) for name in TAKEDOWN_FIELDS}
        times = dict.fromkeys(("published_at", "observed_at", "logged_at"), self.at)
        self._process(takedown(UniqueArticle(**values, **times)))

    def _process(self, item: Embedded) -> None:
        self.outputs += self.engine.process(item)
        for key, value in self.engine.puts():
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value
        if self.restart:
            self.engine = self._new()
            self.engine.restore(self.kept.items())
            assert self.engine.puts() == []

    @property
    def stories(self) -> list[Story]:
        """The last revision of each that is open."""
        last = {each.story_id: each for each in self.outputs if isinstance(each, Story)}
        ended = (StoryChange.CLOSED, StoryChange.MERGED)
        return [each for each in last.values() if each.change not in ended]

    def shown(self, article_id: str) -> tuple[Story, StoryArticle]:
        """An article, and the one open story that shows it."""
        ((story, member),) = [
            (story, member)
            for story in self.stories
            for member in story.articles
            if member.article_id == article_id
        ]
        return story, member


def _unique(article: Article, logged_at: int) -> UniqueArticle:
    names = {each.name for each in fields(UniqueArticle)} & {each.name for each in fields(Article)}
    values = {name: getattr(article, name) for name in names} | {"logged_at": logged_at}
    return UniqueArticle(**{**values, "published_at": article.published_at or logged_at})


def orders(*feeds: Sequence[Said]) -> Iterator[tuple[Said, ...]]:
    """Every way in which what the feeds say can come; each says its own in order."""
    turns = [number for number, said in enumerate(feeds) for _ in said]
    for order in sorted(set(permutations(turns))):
        rest = [iter(said) for said in feeds]
        yield tuple(next(rest[number]) for number in order)


def reuters(*texts: str) -> list[Said]:
    return [("reuters.com", URL, TITLE, text) for text in texts]


def evil(*texts: str, url: str = URL, title: str = TITLE) -> list[Said]:
    return [("evil.example", url, title, text) for text in texts]


def planet(*texts: str) -> list[Said]:
    return [("planet.example", URL, TITLE, text) for text in texts]


SEEN_BY_EVIL = article_id_for_entry("feed-evil.example", URL)
SEEN_BY_PLANET = article_id_for_entry("feed-planet.example", URL)


def played(order: Iterable[Said], restart: bool) -> Newsroom:
    room = Newsroom(restart)
    for said in order:
        room.says(*said)
    return room


def is_reuters(member: StoryArticle, text: str) -> None:
    assert (member.publisher, member.family, member.reliability) == ("reuters.com", "reuters.com", "A")
    assert member.excerpt == f"{TITLE}\n{text}"
    assert (member.duplicate_of, member.standing) == (None, Standing.OWN)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("lies", [[TEXT], [LIE], [TEXT, LIE], [LIE, TEXT, LIE]])
def test_another_s_article_cannot_be_corrected(lies: list[str], restart: bool) -> None:
    for order in orders(reuters(TEXT), evil(*lies), planet(TEXT[:90])):
        room = played(order, restart)
        story, member = room.shown(OWNED)
        is_reuters(member, TEXT)
        assert (member.version, member.revision) == (1, 0)
        ours = [each for each in room.outputs if isinstance(each, EnrichedArticle)]
        assert {each.publisher for each in ours if each.article_id == OWNED} == {"reuters.com"}
        assert not any(each.variant for each in ours)
        for seen in (SEEN_BY_EVIL, SEEN_BY_PLANET):
            where, sighting = room.shown(seen)
            assert (where.story_id, sighting.duplicate_of) == (story.story_id, OWNED)
            assert (sighting.standing, sighting.reliability) == (Standing.SIGHTING, "E")
        assert story.independent_count == 1
        assert story.family_count == 3


@pytest.mark.parametrize("restart", [False, True])
def test_the_first_to_show_a_page_is_its_original_until_the_owner_comes(restart: bool) -> None:
    room = played([*evil(TEXT), *planet(TEXT)], restart)
    assert room.shown(SEEN_BY_PLANET)[1].duplicate_of == SEEN_BY_EVIL
    before, original = room.shown(SEEN_BY_EVIL)
    assert original.duplicate_of is None
    played_on = len(room.outputs)
    room.says(*reuters(TEXT)[0])
    revisions = [each for each in room.outputs[played_on:] if isinstance(each, Story)]
    assert [(each.revision, each.change) for each in revisions] == [(before.revision + 1, StoryChange.GREW)]
    assert {each.article_id: each.duplicate_of for each in revisions[0].articles} == {
        SEEN_BY_EVIL: OWNED,
        SEEN_BY_PLANET: OWNED,
        OWNED: None,
    }
    assert revisions[0].independent_count == 1


@pytest.mark.parametrize("restart", [False, True])
def test_a_correction_cannot_be_held_back(restart: bool) -> None:
    lies = [LIE + " Update." * number for number in range(6)]
    for at in range(len(lies) + 1):
        for first in range(at + 1):
            order = [*evil(*lies)]
            order[at:at] = reuters(CORRECTED)
            order[first:first] = reuters(TEXT)
            room = played(order, restart)
            _, member = room.shown(OWNED)
            is_reuters(member, CORRECTED)
            assert (member.version, member.revision) == (2, 1)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("text", [TEXT, LIE])
def test_a_takedown_of_one_publisher_leaves_the_other_s_article(text: str, restart: bool) -> None:
    down: Said = ("", "", "", "")
    for order in orders(reuters(TEXT), evil(text), planet(TEXT), [down]):
        room = Newsroom(restart)
        for said in order:
            room.takes_down(publisher="evil.example") if said == down else room.says(*said)
        story, member = room.shown(OWNED)
        is_reuters(member, TEXT)
        assert {each.article_id for each in story.articles} == {OWNED, SEEN_BY_PLANET}
        assert story.independent_count == 1


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("what", [{"article_id": OWNED}, {"url_prefix": "https://www.reuters.com/"}])
def test_a_takedown_of_the_owner_s_takes_what_shows_it(what: dict[str, str], restart: bool) -> None:
    down: Said = ("", "", "", "")
    other: list[Said] = [("other.example", "https://other.example/1", *OWN)]
    for order in orders(reuters(TEXT), evil(TEXT), other, [down]):
        room = Newsroom(restart)
        for said in order:
            room.takes_down(**what) if said == down else room.says(*said)
        articles = [each.article_id for story in room.stories for each in story.articles]
        assert articles == [article_id_for_url("https://other.example/1")]


@pytest.mark.parametrize("restart", [False, True])
def test_a_page_is_not_drawn_into_a_story_by_what_others_show_under_its_address(restart: bool) -> None:
    host: list[Said] = [("host.example", "https://host.example/1", *ELSEWHERE)]
    for order in orders(reuters(TEXT), evil(ELSEWHERE[1], title=ELSEWHERE[0]), host):
        room = played(order, restart)
        story, member = room.shown(OWNED)
        is_reuters(member, TEXT)
        assert [each.article_id for each in story.articles] == [OWNED]
        elsewhere, sighting = room.shown(SEEN_BY_EVIL)
        assert elsewhere.story_id != story.story_id
        assert sighting.duplicate_of != OWNED


@pytest.mark.parametrize("restart", [False, True])
def test_feeds_of_one_owner_are_one_article_and_none_undoes_what_another_said_later(
    restart: bool,
) -> None:
    world = [("reuters.com", URL, TITLE, text) for text in (TEXT, TEXT + " More.", CORRECTED)]
    short = [("reuters.com", URL, TITLE, text, "top") for text in (TEXT[:90], TEXT[:90] + " More.")]
    room = Newsroom(restart)
    for said in (world[0], short[0], world[1], world[2], short[1]):
        room.says(*said)
    story, member = room.shown(OWNED)
    assert member.excerpt == f"{TITLE}\n{CORRECTED}"
    assert member.version == 3
    assert len(story.articles) == 1


@pytest.mark.parametrize("restart", [False, True])
def test_who_took_an_id_under_the_old_rule_gives_it_back(restart: bool) -> None:
    """Records from before standing was asked: any feed had the id of any URL."""
    room = Newsroom(restart)
    taken = {"article_id": OWNED, "standing": Standing.UNKNOWN}
    (first,) = Newsroom().says(*evil(ELSEWHERE[1], title=ELSEWHERE[0])[0])
    for version in range(1, 8):
        text = f"{ELSEWHERE[0]}\n{ELSEWHERE[1]} {version}"
        room.log(replace(first, **taken, version=version, text=text, content_hash=f"{version:032x}"))
    for text in (TEXT, CORRECTED):
        room.says(*reuters(text)[0])
    story, member = room.shown(OWNED)
    is_reuters(member, CORRECTED)
    assert (story.family_count, len(room.stories)) == (1, 1)
