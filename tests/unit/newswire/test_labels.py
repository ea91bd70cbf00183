"""The labels agree with the counts that are stated and with what playing the sample serves."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from newswire.labels import Labels, load_labels
from newswire.ledger import Ledger, Unit
from newswire.model import DAY
from newswire.player import Player
from newswire.programme import Sample, load_sample
from schemas.identity import article_id_for_entry, article_id_for_url, feed_id

BASE = "http://127.0.0.1:18090"
NOW = 1_800_000_000_000


@pytest.fixture(scope="module")
def labels() -> Labels:
    return load_labels(BASE)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return load_sample(BASE)


@pytest.fixture(scope="module")
def played(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The ledger of a run in which every feed is polled after every step."""
    player = Player(sample, Ledger(tmp_path_factory.mktemp("state") / "ledger.jsonl", sample.name))
    player.open(NOW)
    for step in sample.steps:
        for name in [step.feed] if step.feed else sample.feeds():
            player.answer(name, NOW + step.number * 500, {}, poll=True)
        if not player.finished:
            player.release(NOW + step.number * 500)
    assert player.unpolled() == []
    return player.ledger


def test_the_stated_counts_are_those_of_the_units(labels: Labels) -> None:
    assert labels.counted() == labels.expected
    expected = labels.expected
    assert expected.served == expected.raw + expected.dead_letters
    assert expected.raw == expected.unique + expected.duplicates


def test_playing_the_sample_serves_exactly_the_labelled_units(labels: Labels, played: Ledger) -> None:
    served = {(unit.feed, unit.guid, unit.version): (unit.unit, unit.fingerprint) for unit in played.units}
    labelled = {
        (unit.feed.name, unit.guid, unit.version): (unit.unit, unit.fingerprint) for unit in labels.units
    }
    documents = {key for key, (unit, _) in labelled.items() if unit is Unit.DOCUMENT}
    assert served.keys() == labelled.keys()
    assert all(served[key] == labelled[key] for key in labelled.keys() - documents)
    assert len(played.units) == labels.expected.served


def test_units_are_served_in_the_order_of_the_labels(labels: Labels, played: Ledger) -> None:
    after_opening = [(unit.feed, unit.guid, unit.version) for unit in played.units if unit.step > 0]
    labelled = [(unit.feed.name, unit.guid, unit.version) for unit in labels.units if not unit.backfill]
    assert after_opening == labelled


def test_dates_are_what_the_labels_say(labels: Labels, played: Ledger) -> None:
    late = {(unit.feed.name, unit.guid) for unit in labels.units if unit.late}
    for unit in played.units:
        if unit.unit is Unit.DOCUMENT:
            continue
        cases = next(
            each.cases for each in labels.units if (each.feed.name, each.guid) == (unit.feed, unit.guid)
        )
        assert (unit.published_at is None) == ("undated" in cases)
        if unit.published_at is not None:
            age = unit.served_at - unit.published_at
            assert (age > 3_600_000) == ((unit.feed, unit.guid) in late)
            assert (age < 0) == ("future" in cases)
            assert (age > 7 * DAY) == ("backfill" in cases)
            assert age > 3_600_000 or age < 8_000


def test_copies_of_one_article_have_one_id_and_one_story(labels: Labels) -> None:
    stories: defaultdict[str, set[str]] = defaultdict(set)
    for unit in labels.units:
        if unit.unit is Unit.ENTRY:
            stories[unit.article_id].add(unit.story)
    assert all(len(each) == 1 for each in stories.values())
    assert set(labels.story_by_article().values()) == set(labels.story_by_entry().values())


def test_three_entries_of_one_address_get_three_ids(labels: Labels) -> None:
    shared = [unit for unit in labels.units if "shared-url" in unit.cases]
    assert len({unit.url for unit in shared}) == 1
    feed = feed_id(f"{BASE}/feeds/daily-beacon")
    assert [unit.article_id for unit in shared] == [
        article_id_for_url(shared[0].url),
        article_id_for_entry(feed, shared[1].guid),
        article_id_for_entry(feed, shared[2].guid),
    ]


def test_an_entry_at_the_front_page_gets_an_id_of_its_own(labels: Labels) -> None:
    (unit,) = [unit for unit in labels.units if "site-root" in unit.cases]
    assert unit.article_id == article_id_for_entry(feed_id(f"{BASE}/feeds/island-observer"), unit.guid)


def test_duplicates_and_variants_share_an_id_across_feeds(labels: Labels) -> None:
    by_article: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for unit in labels.units:
        if unit.version == 1 and unit.article_id:
            by_article[unit.article_id].append((unit.fingerprint, unit.duplicate))
    pairs = [each for each in by_article.values() if len(each) > 1]
    same = [pair for pair in pairs if pair[0][0] == pair[1][0]]
    assert all(pair[1][1] for pair in same)
    assert len(same) == labels.expected.duplicates
    assert len(pairs) - len(same) == sum("variant" in unit.cases for unit in labels.units)


def test_ids_depend_on_the_address_only_where_they_must(labels: Labels) -> None:
    elsewhere = {(u.feed.name, u.guid): u.article_id for u in load_labels("http://127.0.0.1:9").units}
    moved = {unit.cases for unit in labels.units if elsewhere[unit.feed.name, unit.guid] != unit.article_id}
    assert moved == {("shared-url",), ("site-root",)}


def test_a_wrong_count_would_be_noticed(labels: Labels, tmp_path: Path) -> None:
    fewer = Labels(labels.units[1:], labels.expected)
    assert fewer.counted() != fewer.expected
