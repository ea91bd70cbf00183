"""The sample read by the producers' own parser and rules: the same ids, versions and counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from language.clean import CLEANING_VERSION
from newswire.labels import load_labels
from newswire.ledger import Ledger, Unit
from newswire.outlets import load_outlets
from newswire.player import Player
from newswire.programme import load_sample
from producers.normalise import Context, normalise
from producers.parse import Unreadable, read
from producers.seen import Memory, dead_document_key
from schemas.identity import feed_id
from schemas.records import Article, FeedSeen, FeedSpec

BASE = "http://127.0.0.1:18090"
NOW = 1_800_000_000_000
WEEK = 7 * 86_400_000


class Reader:
    """One feed as a worker sees it, without HTTP and Kafka."""

    def __init__(self, name: str) -> None:
        self.url = f"{BASE}/feeds/{name}"
        publisher = load_outlets().feeds[name].outlet.publisher
        self.spec = FeedSpec(feed_id=feed_id(self.url), url=self.url, publisher=publisher, language="en")
        self.seen: FeedSeen | None = None
        self.read_once = False

    def poll(self, player: Player, name: str, now: int) -> tuple[tuple[Article, ...], int]:
        """New articles, and the number of dead letters."""
        reply = player.answer(name, now, {}, poll=True)
        memory = Memory.of(self.spec.feed_id, self.seen, CLEANING_VERSION, now, 10 * WEEK)
        if reply.status != 200:
            return (), 0
        try:
            document = read(reply.body, self.url, reply.headers["Content-Type"])
        except Unreadable:
            letters = int(memory.bury(dead_document_key(str(hash(reply.body)))))
            self.seen = memory.record() or self.seen
            return (), letters
        context = Context(self.spec, self.url, not self.read_once, now, WEEK)
        found = normalise(document, memory, context)
        self.seen, self.read_once = memory.record() or self.seen, True
        return found.articles, len(found.dead_letters)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, Article]], Counter[str]]:
    """Articles in the order of the log with their feeds' names, and dead letters by feed; every feed
    is polled twice after each of its steps."""
    sample = load_sample(BASE)
    player = Player(sample, Ledger(tmp_path_factory.mktemp("state") / "ledger.jsonl", sample.name))
    player.open(NOW)
    readers = {name: Reader(name) for name in sample.feeds()}
    articles: list[tuple[str, Article]] = []
    letters: Counter[str] = Counter()
    for step in sample.steps:
        if step.number:
            player.release(NOW + step.number * 500)
        for name in [step.feed, step.feed] if step.feed else sample.feeds():
            new, dead = readers[name].poll(player, name, NOW + step.number * 500)
            articles += [(name, article) for article in new]
            letters[name] += dead
    return articles, +letters


def test_every_labelled_unit_is_an_article_with_that_id_and_version(
    logged: tuple[list[tuple[str, Article]], Counter[str]],
) -> None:
    labels = load_labels(BASE)
    found = sorted((name, article.article_id, article.version, article.title) for name, article in logged[0])
    assert found == sorted(
        (unit.feed.name, unit.article_id, unit.version, unit.title)
        for unit in labels.units
        if unit.unit is Unit.ENTRY
    )


def test_the_texts_are_those_that_were_written(
    logged: tuple[list[tuple[str, Article]], Counter[str]],
) -> None:
    written = {(u.feed.name, u.article_id, u.version): u.text.split() for u in load_labels(BASE).units}
    for name, article in logged[0]:
        assert article.text.split() == written[name, article.article_id, article.version]


def test_the_counts_are_those_that_are_expected(
    logged: tuple[list[tuple[str, Article]], Counter[str]],
) -> None:
    articles, letters = logged
    expected = load_labels(BASE).expected
    keys = {(article.article_id, article.version, article.content_hash) for _, article in articles}
    assert len(articles) == expected.raw
    assert len(keys) == expected.unique
    assert letters.total() == expected.dead_letters
    assert letters == {"fenland-examiner": 1, "daily-beacon": 1, "capital-dispatch": 1}


def test_backfill_is_what_the_labels_call_so(
    logged: tuple[list[tuple[str, Article]], Counter[str]],
) -> None:
    marked = {article.article_id for _, article in logged[0] if article.backfill}
    assert marked == {unit.article_id for unit in load_labels(BASE).units if unit.backfill}


def test_hostile_markup_leaves_nothing_behind(
    logged: tuple[list[tuple[str, Article]], Counter[str]],
) -> None:
    texts = " ".join(article.text for _, article in logged[0])
    for trace in (
        "ignore all previous",
        "publish_brief",
        "document.cookie",
        "pixel.",
        "<script",
        "display:none",
    ):
        assert trace not in texts


def test_the_tracking_in_links_is_gone(
    logged: tuple[list[tuple[str, Article]], Counter[str]], tmp_path: Path
) -> None:
    assert not any("utm_" in article.url for _, article in logged[0])
