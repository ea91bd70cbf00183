"""Identity, versions and order of entries."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from producers.normalise import MAX_TEXT_CHARS, Context, Normalised, normalise
from producers.parse import Document, Entry
from producers.seen import Memory
from schemas.identity import article_id_for_entry, article_id_for_url, content_hash
from schemas.records import FeedSeen, FeedSpec, Kind, Standing

NOW = 1_800_000_000_000
DAY = 86_400_000
SPEC = FeedSpec(
    feed_id="feed-1", url="http://a.example/feed", publisher="a.example", country="no", desk="world"
)

ELSEWHERE = replace(SPEC, feed_id="feed-2", url="http://b.example/feed", publisher="b.example")


def entry(name: str = "1", position: int = 0, **changes: Any) -> Entry:
    plain = Entry(
        guid=f"guid-{name}",
        url=f"http://a.example/{name}",
        title=f"Title {name}",
        body=f"Body {name}.",
        authors=("A. Writer",),
        categories=("Harbours",),
        published_at=NOW - DAY,
        position=position,
    )
    return replace(plain, **changes)


class Feed:
    """A feed polled again and again, its memory carried along as the log would."""

    def __init__(self, spec: FeedSpec = SPEC) -> None:
        self.spec = spec
        self.seen: FeedSeen | None = None
        self.polls = 0
        self.cleaning_version = 1
        self.now_ms = NOW

    def poll(self, *entries: Entry, language: str = "en") -> Normalised:
        memory = Memory.of(self.spec.feed_id, self.seen, self.cleaning_version, self.now_ms, 30 * DAY)
        context = Context(self.spec, self.spec.url, self.polls == 0, self.now_ms, 7 * DAY)
        document = Document(language, "http://a.example/", 0.0, entries, "fastfeedparser")
        result = normalise(document, memory, context)
        self.seen = memory.record() or self.seen
        self.polls += 1
        self.now_ms += 1_000
        return result


def keys(result: Normalised) -> list[tuple[str, int, str]]:
    return [(each.article_id, each.version, each.title) for each in result.articles]


def test_an_entry_becomes_an_article() -> None:
    (article,) = Feed().poll(entry(url="http://a.example/1?utm_source=rss#x")).articles
    assert article.kind is Kind.ENTRY
    assert article.url == "http://a.example/1"
    assert article.article_id == article_id_for_url("http://a.example/1")
    assert article.text == "Title 1\nBody 1."
    assert article.content_hash == content_hash(article.text)
    assert (article.version, article.backfill, article.published_at) == (1, False, NOW - DAY)
    assert (article.publisher, article.family, article.country) == ("a.example", "a.example", "no")
    assert (article.language, article.desk, article.observed_at) == ("en", "world", NOW)


def test_the_same_entry_again_is_nothing() -> None:
    feed = Feed()
    feed.poll(entry())
    assert feed.poll(entry()) == Normalised((), ())
    assert feed.poll(entry(published_at=NOW, authors=("Someone Else",), position=5)) == Normalised((), ())


def test_a_change_of_text_is_a_version_and_a_revert_is_another() -> None:
    feed = Feed()
    texts = ["Body 1.", "Body 1, corrected.", "Body 1."]
    versions = [feed.poll(entry(body=text)).articles[0] for text in texts]
    assert [each.version for each in versions] == [1, 2, 3]
    assert len({each.article_id for each in versions}) == 1
    assert versions[0].content_hash == versions[2].content_hash != versions[1].content_hash


def test_one_url_and_text_in_two_feeds_of_an_owner_are_two_records_with_one_key() -> None:
    other = replace(SPEC, feed_id="feed-2")
    ours, theirs = Feed().poll(entry()).articles[0], Feed(other).poll(entry(guid="theirs")).articles[0]
    assert (ours.article_id, ours.version, ours.content_hash) == (
        theirs.article_id,
        theirs.version,
        theirs.content_hash,
    )
    assert ours.feed_id != theirs.feed_id
    assert ours.standing is theirs.standing is Standing.OWN


def test_what_another_feed_shows_of_a_url_is_a_sighting_with_an_id_of_its_own() -> None:
    feed = Feed(ELSEWHERE)
    (first,) = feed.poll(entry()).articles
    (changed,) = feed.poll(entry(body="Corrected.")).articles
    seen_there = article_id_for_entry("feed-2", "http://a.example/1")
    assert [(each.article_id, each.version, each.standing) for each in (first, changed)] == [
        (seen_there, 1, Standing.SIGHTING),
        (seen_there, 2, Standing.SIGHTING),
    ]
    assert (first.publisher, first.url) == ("b.example", "http://a.example/1")


def remembered(feed: Feed, *entries: Entry, by_url: str) -> None:
    """The feed's memory as the rule before gave it: the id of a URL, whoever showed it."""
    feed.poll(*entries)
    assert feed.seen is not None
    lines = [
        replace(each, article_id=UUID(article_id_for_url(by_url)).bytes, standing=Standing.UNKNOWN)
        for each in feed.seen.entries
    ]
    feed.seen = replace(feed.seen, entries=tuple(lines))


@pytest.mark.parametrize("url", ["http://a.example/1", "http://b.example/renamed"])
def test_an_id_that_a_feed_has_no_right_to_ends_with_its_next_change(url: str) -> None:
    feed = Feed(ELSEWHERE)
    remembered(feed, entry(), by_url="http://a.example/1")
    assert feed.poll(entry()) == Normalised((), ())
    (changed,) = feed.poll(entry(url=url, body="Corrected.")).articles
    assert changed.article_id != article_id_for_url("http://a.example/1")
    assert changed.version == 1
    assert feed.poll(entry(url=url, body="Again.")).articles[0].version == 2


def test_an_id_that_a_feed_has_a_right_to_goes_on() -> None:
    feed = Feed()
    remembered(feed, entry(), by_url="http://a.example/1")
    (changed,) = feed.poll(entry(body="Corrected.")).articles
    assert (changed.article_id, changed.version) == (article_id_for_url("http://a.example/1"), 2)


def test_an_entry_that_turns_from_its_own_page_to_another_s_is_a_sighting() -> None:
    feed = Feed(ELSEWHERE)
    (own,) = feed.poll(entry(url="http://b.example/1")).articles
    (turned,) = feed.poll(entry(body="Corrected.")).articles
    assert own.standing is Standing.OWN
    assert (turned.standing, turned.version) == (Standing.SIGHTING, 1)
    assert turned.article_id == article_id_for_entry("feed-2", "http://a.example/1")


@pytest.mark.parametrize("together", [True, False])
def test_of_entries_with_one_url_only_the_first_has_its_id(together: bool) -> None:
    same_url = [
        entry(str(n), 3 - n, url="http://a.example/live", published_at=NOW - DAY + n) for n in (1, 2, 3)
    ]
    feed = Feed()
    results = (
        [feed.poll(*reversed(same_url))]
        if together
        else [feed.poll(*reversed(same_url[:n])) for n in (1, 2, 3)]
    )
    assert [key for result in results for key in keys(result)] == [
        (article_id_for_url("http://a.example/live"), 1, "Title 1"),
        (article_id_for_entry("feed-1", "guid-2"), 1, "Title 2"),
        (article_id_for_entry("feed-1", "guid-3"), 1, "Title 3"),
    ]
    assert feed.poll(*same_url) == Normalised((), ())


def test_without_guids_the_text_tells_entries_with_one_url_apart() -> None:
    entries = [entry(str(n), n, guid="", url="http://a.example/live") for n in (1, 2, 3)]
    feed = Feed()
    assert len(feed.poll(*entries[:1]).articles) == 1
    assert len(feed.poll(*entries).articles) == 2
    assert feed.poll(*entries) == Normalised((), ())
    assert feed.poll(*entries[1:2]) == Normalised((), ())


def test_without_a_guid_an_edit_at_a_url_of_its_own_is_a_version() -> None:
    feed = Feed()
    feed.poll(entry(guid=""))
    (changed,) = feed.poll(entry(guid="", body="Other.")).articles
    assert changed.version == 2


@pytest.mark.parametrize("url", ["http://a.example/", "http://a.example", ""])
def test_the_site_s_root_identifies_no_entry(url: str) -> None:
    (article,) = Feed().poll(entry(url=url)).articles
    assert article.article_id == article_id_for_entry("feed-1", "guid-1")
    (bare,) = Feed().poll(entry(url=url, guid="")).articles
    assert bare.article_id == article_id_for_entry("feed-1", bare.content_hash)


def test_an_id_is_kept_when_the_url_changes() -> None:
    feed = Feed()
    (first,) = feed.poll(entry()).articles
    (second,) = feed.poll(entry(url="http://a.example/renamed", body="New.")).articles
    assert (second.article_id, second.version) == (first.article_id, 2)
    assert second.url == "http://a.example/renamed"


def test_an_entry_twice_in_one_document_counts_once_the_latest_wins() -> None:
    older, newer = entry(position=0), entry(position=1, body="Updated.", published_at=NOW)
    feed = Feed()
    (article,) = feed.poll(older, newer, newer).articles
    assert article.text.endswith("Updated.")
    assert feed.poll(older, newer) == Normalised((), ())


def test_a_guid_shared_by_several_urls_identifies_none_of_them() -> None:
    feed = Feed()
    entries = [entry(str(n), n, guid="always-the-same") for n in (1, 2, 3)]
    assert len(feed.poll(*entries).articles) == 3
    assert feed.poll(*entries) == Normalised((), ())
    assert len(feed.poll(entry("4", guid="always-the-same"), *entries).articles) == 1


def test_entries_come_oldest_first_and_undated_ones_last() -> None:
    document = [
        entry("undated-top", 0, published_at=None),
        entry("new", 1, published_at=NOW),
        entry("twin-upper", 2, published_at=NOW - 5),
        entry("twin-lower", 3, published_at=NOW - 5),
        entry("undated-bottom", 4, published_at=None),
        entry("old", 5, published_at=NOW - 9),
    ]
    titles = [each.title.removeprefix("Title ") for each in Feed().poll(*document).articles]
    assert titles == ["old", "twin-lower", "twin-upper", "new", "undated-bottom", "undated-top"]


def test_backfill_is_what_was_old_at_the_first_poll() -> None:
    feed = Feed()
    old, fresh, undated = entry("1", published_at=NOW - 8 * DAY), entry("2"), entry("3", published_at=None)
    assert {each.title: each.backfill for each in feed.poll(old, fresh, undated).articles} == {
        "Title 1": True,
        "Title 2": False,
        "Title 3": False,
    }
    (later,) = feed.poll(entry("4", published_at=NOW - 8 * DAY)).articles
    assert not later.backfill


@pytest.mark.parametrize("published", [None, 0, NOW + 365 * DAY])
def test_dates_stay_as_the_feed_said(published: int | None) -> None:
    assert Feed().poll(entry(published_at=published)).articles[0].published_at == published


def test_new_cleaning_rules_are_adopted_silently() -> None:
    feed = Feed()
    feed.poll(entry("1"), entry("2"))
    feed.cleaning_version = 2
    assert keys(feed.poll(entry("1", body="Cleaned otherwise."), entry("3"))) == [
        (article_id_for_url("http://a.example/3"), 1, "Title 3")
    ]
    (edited,) = feed.poll(entry("1", body="Edited.")).articles
    assert edited.version == 2
    assert feed.poll(entry("2", body="Cleaned otherwise too.")) == Normalised((), ())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry(title="", body=""), "neither title nor text"),
        (entry(body="x" * MAX_TEXT_CHARS), "more than the 150000 that are kept"),
    ],
)
def test_an_unusable_entry_is_one_dead_letter_for_its_content(bad: Entry, reason: str) -> None:
    feed = Feed()
    result = feed.poll(bad, entry("2"))
    assert [each.title for each in result.articles] == ["Title 2"]
    (letter,) = result.dead_letters
    assert (letter.source, letter.stage, letter.error) == ("feed-1", "normalise", "UnreadableEntry")
    assert reason in letter.reason
    assert letter.value is not None
    assert len(letter.value) <= 65_536
    assert feed.poll(bad, entry("2")) == Normalised((), ())
    assert feed.poll(replace(bad, published_at=NOW, position=7)) == Normalised((), ())
    assert len(feed.poll(replace(bad, guid="another")).dead_letters) == 1
    feed.spec = replace(feed.spec, reread=1)
    assert len(feed.poll(bad, entry("2")).dead_letters) == 1
    assert feed.poll(bad, entry("2")) == Normalised((), ())


@pytest.mark.parametrize(
    ("catalogue", "document", "language"), [("no-NO", "en", "no"), ("", "sv", "sv"), ("", "", "de")]
)
def test_the_language_is_the_catalogue_s_the_feed_s_or_the_text_s(
    catalogue: str, document: str, language: str
) -> None:
    german = entry(title="Streik im Hafen", body="Die Hafenarbeiter haben am Montag die Arbeit niedergelegt.")
    feed = Feed(replace(SPEC, language=catalogue))
    assert feed.poll(german, language=document).articles[0].language == language


def test_a_url_is_not_spelt_anew_where_polls_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def spelt(url: str) -> str:
        raise AssertionError(f"{url} was spelt canonically again")

    monkeypatch.setattr("producers.normalise.canonical_url", spelt)
    (article,) = Feed().poll(entry(url="http://a.example/1?utm_source=x", page="http://a.example/1")).articles
    assert article.url == "http://a.example/1"
