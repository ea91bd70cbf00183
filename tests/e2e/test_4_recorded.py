"""Feeds as the web serves them, malformed ones among them, through the whole pipeline."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from producers.catalogue.publishing import listed
from schemas.records import Article, DeadLetter, FeedState, Kind
from tests.e2e.homes import Home, wait_until
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS, FEEDS_STATE
from topics.decoding import latest
from topics.reading import read_range

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "feeds" / "recorded"

pytestmark = [
    pytest.mark.e2e,
    # Each feed through a real producer is in tests/integration/producers/test_recorded_feeds.py.
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded feeds are not beside the checkout"),
]


@pytest.fixture(scope="module")
def home(new_home: Callable[[str], Home]) -> Home:
    return new_home("recorded")


@pytest.fixture(scope="module")
def served(home: Home) -> dict[str, Any]:
    """The result of the run; under ``by_feed`` the URL and text hash of each entry that feedparser
    found. The services run on."""
    with home.running("demo", "--json", "--play", str(RECORDED)) as output:
        line = output.readline()
        assert line, home.said()
        ledger = httpx2.get(f"{home.newswire}/ledger", trust_env=False, timeout=60).text
    home.stack.up(services=("kafka", "registry"))
    by_feed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for unit in map(json.loads, ledger.splitlines()):
        if unit["line"] == "served":
            by_feed[unit["feed"]].append((unit["url"], unit["fingerprint"]))
    return {**json.loads(line), "by_feed": by_feed}


def test_every_feed_was_polled_and_everything_is_accounted_for(home: Home, served: dict[str, Any]) -> None:
    assert len(served["by_feed"]) >= 100
    assert served["raw"] > 2_000
    assert served["raw"] == served["unique"] + served["duplicates"]
    assert served["briefs"] == served["indexed"]
    states = latest(home.broker, home.codec, FEEDS_STATE, FeedState)
    assert {feed.feed_id for feed in listed(home.broker, home.codec)} == set(states)


def test_entries_of_each_feed_are_those_that_feedparser_counts(home: Home, served: dict[str, Any]) -> None:
    """Differences are printed, each with its reason; one without a reason fails."""
    names = {feed.feed_id: feed.title for feed in listed(home.broker, home.codec)}
    logged: Counter[str] = Counter()
    for each in read_range(home.broker, ARTICLES_RAW):
        article = home.codec.decode(each.value or b"", Article)
        if article.kind is Kind.ENTRY:
            logged[names[article.feed_id]] += 1
    letters: dict[str, list[str]] = defaultdict(list)
    for each in read_range(home.broker, DEAD_LETTERS):
        letter = home.codec.decode(each.value or b"", DeadLetter)
        letters[names[letter.source]].append(f"{letter.stage}: {letter.reason}")
    unexplained = []
    for name, entries in sorted(served["by_feed"].items()):
        counted, repeated = len(entries), len(entries) - len(set(entries))
        if counted == logged[name]:
            continue
        reasons = letters[name] + [f"{repeated} entries repeat another of the document"] * bool(repeated)
        print(f"{name}: feedparser {counted}, logged {logged[name]}: {'; '.join(reasons)}")
        if counted - repeated - len(letters[name]) != logged[name]:
            unexplained.append((name, counted, logged[name], reasons))
    assert unexplained == []


def test_nothing_keeps_running(home: Home, served: dict[str, Any]) -> None:
    home.stack.down()
    wait_until(lambda: home.processes() == [], "the last process to end", 30)
