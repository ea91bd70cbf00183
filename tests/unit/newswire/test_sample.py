"""The sample is as large, as varied and as carefully labelled as it must be."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from newswire.files import read_yaml
from newswire.model import Answer, Entry, Format, SampleError
from newswire.outlets import SAMPLE, Outlets, load_outlets
from newswire.programme import Sample, load_sample
from newswire.stories import load_stories
from tests.support.plays import OUTLETS, small_sample

CASES = {
    *("wire", "edit", "revert", "redate", "late", "undated", "future", "backfill"),
    *("duplicate", "variant", "shared-url", "site-root", "hostile", "blank"),
}


@pytest.fixture(scope="module")
def outlets() -> Outlets:
    return load_outlets()


@pytest.fixture(scope="module")
def sample() -> Sample:
    return load_sample("http://127.0.0.1:18090")


@pytest.fixture(scope="module")
def entries(sample: Sample) -> list[Entry]:
    return list(sample.entries.values())


def test_outlets_languages_and_owners(outlets: Outlets) -> None:
    found = {feed.outlet.name: feed.outlet for feed in outlets.feeds.values()}
    assert len(found) >= 12
    assert len({outlet.language for outlet in found.values()}) >= 4
    assert sum(count > 1 for count in Counter(outlet.family for outlet in found.values()).values()) >= 4
    assert all(outlet.publisher.endswith(".example") for outlet in found.values())
    assert {feed.desk for feed in outlets.feeds.values()} == {"world", "business"}
    assert {feed.format for feed in outlets.feeds.values()} == set(Format)
    assert {feed.encoding for feed in outlets.feeds.values()} > {"utf-8", "windows-1252", "iso-8859-1"} - {
        "utf-8"
    }


def test_stories_entries_and_days(entries: list[Entry]) -> None:
    stories = {entry.story for entry in entries if "blank" not in entry.cases}
    assert len(stories) >= 40
    assert 200 <= len(entries) <= 250
    assert {entry.at // 86_400_000 for entry in entries} == set(range(6))
    languages: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        languages[entry.story].add(entry.language)
    assert sum(len(each) >= 3 for each in languages.values()) >= 12


def test_steps_fit_a_demo_and_interleave_stories(sample: Sample, entries: list[Entry]) -> None:
    assert 200 <= len(sample.steps) <= 260
    by_title = {wording.title: entry.story for entry in entries for wording in entry.wordings}
    stories = [by_title[step.what] for step in sample.steps if step.what in by_title]
    changes = sum(one != other for one, other in itertools.pairwise(stories))
    assert changes > 0.6 * len(stories)


def test_every_case_is_there_and_labelled_as_it_is(entries: list[Entry]) -> None:
    assert {case for entry in entries for case in entry.cases} == CASES
    for entry in entries:
        fingerprints = [wording.fingerprint for wording in entry.wordings]
        changed = [one != other for one, other in itertools.pairwise(fingerprints)]
        assert ("edit" in entry.cases) == any(changed), entry.guid
        assert ("revert" in entry.cases) == (len(set(fingerprints)) < 1 + sum(changed)), entry.guid
        assert ("redate" in entry.cases) == (not all(changed)), entry.guid
        assert ("undated" in entry.cases) == entry.dating.undated, entry.guid
        assert ("late" in entry.cases) == ((entry.dating.age or 0) > 0), entry.guid
        assert ("future" in entry.cases) == ((entry.dating.age or 0) < 0), entry.guid
        assert ("backfill" in entry.cases) == entry.opening, entry.guid
        assert ("blank" in entry.cases) == entry.wordings[0].blank, entry.guid
        assert ("hostile" in entry.cases) == (entry.wordings[0].html is not None), entry.guid


def test_cases_occur_in_several_feeds_and_languages(entries: list[Entry]) -> None:
    late = [entry for entry in entries if "late" in entry.cases]
    assert {entry.language for entry in late} == {"en", "de", "es", "fr"}
    assert len({entry.feed for entry in entries if "edit" in entry.cases}) >= 5
    assert len({entry.feed for entry in entries if "undated" in entry.cases}) >= 2


def test_feeds_break_move_and_die(outlets: Outlets) -> None:
    assert {turn.answer for turn in outlets.turns} == set(Answer)
    dead = [turn for turn in outlets.turns if turn.answer is Answer.GONE]
    assert [turn.feed for turn in dead] == ["island-observer"]


def test_nothing_comes_from_a_feed_that_does_not_answer(sample: Sample) -> None:
    silent = {Answer.NOT_FOUND, Answer.GONE, Answer.RESET, Answer.GARBAGE}
    for step in sample.steps[1:]:
        if sample.document(step.feed, step.number).answer in silent:
            assert step.what.startswith("answers: "), step


def test_articles_are_as_long_as_news_in_feeds(entries: list[Entry]) -> None:
    lengths = [len(entry.wordings[0].text.split()) for entry in entries if "blank" not in entry.cases]
    assert min(lengths) >= 30
    assert max(lengths) <= 150
    assert 60 <= sum(lengths) / len(lengths) <= 120


def test_wordings_are_written_once(entries: list[Entry]) -> None:
    copies = {"wire", "duplicate", "blank"}
    own = Counter(entry.wordings[0].text for entry in entries if not copies & set(entry.cases))
    assert max(own.values()) == 1


def test_addresses_are_canonical_and_belong_to_the_outlet(entries: list[Entry], outlets: Outlets) -> None:
    from producers.urls import canonical_url

    for entry in entries:
        assert entry.url.startswith(f"{outlets.feeds[entry.feed].outlet.site}/")
        assert canonical_url(entry.url) == entry.url


def test_the_port_strike_can_be_searched_for(entries: list[Entry]) -> None:
    assert any("port strike" in entry.wordings[0].text.lower() for entry in entries)


def test_every_story_file_says_what_its_stories_are_about() -> None:
    for path in (SAMPLE / "stories").glob("*.yaml"):
        for story in read_yaml(path):
            assert story["about"].endswith("."), story["story"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("feed: nobody, at: d1 01:00, title: T, text: T", "tale.yaml: tale/x: 'nobody'"),
        ("feed: main, at: noon, title: T, text: T", "tale.yaml: tale/x: 'noon' is no moment"),
        ("feed: main, at: d1 01:00, titel: T", "tale.yaml: tale/x: no such field: titel"),
        (
            "feed: main, at: d1 01:00, wire: tale/one, replace: {not there: x}",
            "'not there' is not in the text",
        ),
        ("feed: main, at: d1 01:00, title: T, edits: [{at: d1 00:30, title: U}]", "an edit is not later"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, wrong: str, message: str) -> None:
    small_sample(tmp_path)
    path = tmp_path / "stories" / "tale.yaml"
    path.write_text(path.read_text() + f"    - {{id: x, {wrong}}}\n")
    with pytest.raises(SampleError, match=message):
        load_stories(load_outlets(tmp_path).feeds, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  family: Family\n", "", "outlet Outlet lacks 'family'"),
        ("format: atom", "format: xls", "feed dying: 'xls' is not a valid Format"),
        ("answer: gone", "answer: maybe", "a turn of feed dying: 'maybe'"),
        ("name: dying", "name: main", "two feeds are called main"),
    ],
)
def test_a_wrong_outlet_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in OUTLETS
    (tmp_path / "outlets.yaml").write_text(OUTLETS.replace(old, new))
    with pytest.raises(SampleError, match=message):
        load_outlets(tmp_path)
