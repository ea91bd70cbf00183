"""The demo, as a new user runs it, with three hostile feeds beside it: what was served is accounted for, and
stays so; and what becomes of it is what would be if those three were not there."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newswire.labels import load_labels
from replay.compare.records import Told
from schemas.identity import feed_id
from schemas.records import Article, DeadLetter
from tests.e2e.homes import Home, wait_until
from tests.hostile import tenth
from tests.hostile.served import HostileServer
from topics.admin import lanes
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS
from topics.decoding import records
from topics.lane import LIVE, Lane
from topics.reading import read_range

pytestmark = [pytest.mark.first_run, pytest.mark.e2e, pytest.mark.timeout(1500)]

CLEAN = Lane("clean")
KEYS = {
    "served", "raw", "unique", "duplicates", "late", "dead_letters", "stories", "assignments", "briefs",
    "indexed", "first_brief_s", "peak_rss_mb",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(new_home: Callable[[str], Home]) -> Home:
    return new_home("demo")


@pytest.fixture(scope="module")
def hostile(home: Home) -> Iterator[HostileServer]:
    """Three feeds, one of which claims URLs of the newswire's own entries: its first's and its last's."""
    urls = [unit.url for unit in load_labels(home.newswire).articles() if unit.url]
    with HostileServer(tenth.answers([urls[0], urls[-1]])) as server:
        home.env["TIDEWIRE_PRODUCERS_ALLOW_HOSTS"] = server.host
        yield server


@pytest.fixture(scope="module")
def result(home: Home, hostile: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The line that a demo in lock step ends with; nothing of it runs any more."""
    listed = tmp_path_factory.mktemp("hostile") / "feeds.json"
    listed.write_text(tenth.catalogue(hostile.base))
    failed: list[BaseException] = []

    def beside() -> None:
        try:
            wait_until(lambda: home.newswire_status()["step"] >= 1, "the time line to begin")
            home.tw("feeds", "import", str(listed))
        except BaseException as error:
            failed.append(error)
            raise

    importing = threading.Thread(target=beside)
    importing.start()
    done = home.tw("demo", "--exit", "--json")
    importing.join()
    assert not failed
    assert home.processes() == []
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def running(home: Home, result: dict[str, Any]) -> Home:
    """The same home, started again."""
    home.tw("up")
    home.settle(LIVE, home.active_jobs(LIVE))
    return home


@pytest.fixture(scope="module")
def without(running: Home, hostile: HostileServer) -> int:
    """The raw log run again in lane clean, without the three feeds; up to which logged time (ms)."""
    ours = {feed_id(f"{hostile.base}/{name}.xml") for name in tenth.NAMES}
    raw = records(running.broker, running.codec, ARTICLES_RAW, Article)
    left_out = [
        part for feed in sorted(ours & {each.feed_id for each in raw}) for part in ("--without-feed", feed)
    ]
    running.tw("replay", "start", "--lane", CLEAN.name, "--yes", *left_out)
    (row,) = json.loads(running.tw("replay", "list", "--json").stdout)
    assert (row["lane"], row["state"]) == (CLEAN.name, "finished")
    running.settle(CLEAN, {})
    return int(row["end_at"])


def test_the_result_accounts_for_everything_served(result: dict[str, Any]) -> None:
    assert set(result) == KEYS
    assert result["served"] == result["raw"] + result["dead_letters"]
    assert result["raw"] == result["unique"] + result["duplicates"]
    assert result["briefs"] == result["indexed"]


def test_the_counts_are_those_of_the_labels(home: Home, result: dict[str, Any]) -> None:
    expected = load_labels(home.newswire).expected
    for name in ("served", "raw", "unique", "duplicates", "late", "dead_letters"):
        assert result[name] == getattr(expected, name), name
    assert result["stories"] >= 40
    assert result["first_brief_s"] > 0


def test_everything_fits_into_six_gigabytes(result: dict[str, Any]) -> None:
    assert 0 < result["peak_rss_mb"] <= 6_000


def test_started_again_it_holds_what_it_held(running: Home, result: dict[str, Any]) -> None:
    again = running.tally(feeds=running.newswire_feeds())
    for name in ("raw", "unique", "duplicates", "late", "dead_letters", "stories", "assignments", "briefs"):
        assert getattr(again, name) == result[name], name
    assert running.reader.get("/api/counts")["latest_briefs"] == result["indexed"]


def test_what_hostile_feeds_say_is_read_or_refused_with_a_reason(
    running: Home, hostile: HostileServer
) -> None:
    ours = {feed_id(f"{hostile.base}/{name}.xml"): name for name in tenth.NAMES}
    letters = [
        each
        for each in records(running.broker, running.codec, DEAD_LETTERS, DeadLetter)
        if each.source in ours
    ]
    assert {ours[each.source] for each in letters} >= {"bombs"}
    assert all(each.reason.isprintable() and each.reason for each in letters)
    listed = running.tw("feeds", "list").stdout
    assert "\x1b[2J" not in listed
    assert "secret" not in listed
    states = {feed["url"]: feed["state"] for feed in json.loads(running.tw("feeds", "list", "--json").stdout)}
    assert states[f"{hostile.base}/reasons.xml"]["failures"]
    assert not states[f"{hostile.base}/lichens.xml"]["failures"]


def test_nine_tenths_come_out_as_if_the_hostile_tenth_were_not_there(
    running: Home, without: int, first_demo: dict[str, frozenset[str]]
) -> None:
    """Beside a replay without the three feeds, hash by hash: every article and every window, and no story
    that holds both. A score counts how many stories are open and how many articles came since, hostile ones
    too, so what is at the threshold may fall on its other side: of stories and briefs nine in ten are equal.
    """
    first_demo.update(running.outputs(CLEAN).members())
    windows = without - running.times.lateness_ms - running.times.window_skew_ms
    live, clean = (running.outputs(each).up_to(without, windows) for each in (LIVE, CLEAN))
    honest = {each.wording for each in clean.enriched}
    both = [each for each in live.enriched if each.wording in honest]
    assert len(live.enriched) - len(both) >= tenth.ENTRIES // 2
    assert Counter(each.unscored for each in both) == Counter(each.unscored for each in clean.enriched)
    articles = {each.article_id for each in clean.enriched}
    told = {story for story, members in live.ever().items() if members <= articles}
    assert {story for story, members in live.ever().items() if members & articles} == told
    for kind in ("stories", "assignments", "briefs"):
        ours = Counter(each.content for each in getattr(live, kind) if each.story_id in told)
        theirs = Counter(each.content for each in getattr(clean, kind))
        assert ours
        assert (ours & theirs).total() >= 0.9 * max(ours.total(), theirs.total()), kind
    windows_of = {(each.key, each.content) for each in live.indicators if "lichens" not in each.scope}
    assert windows_of == {(each.key, each.content) for each in clean.indicators}


def test_search_finds_briefs_and_articles(running: Home) -> None:
    found = json.loads(running.tw("search", "port strike", "--json").stdout)["results"]
    assert {each["kind"] for each in found} >= {"brief", "article"}
    assert all("strike" in (each["title"] + each["snippet"]).lower() for each in found[:3])
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    text = running.tw("search", "port strike").stdout
    assert "score" in text
    assert "./tw brief" in text


def test_nothing_found_is_said(running: Home) -> None:
    said = running.tw("search", "strike", "--language", "zz", "--desk", "nodesk").stdout
    assert "Nothing found for strike in lane live, desk nodesk, language zz." in said


def test_a_brief_quotes_what_the_log_holds(running: Home) -> None:
    found = json.loads(running.tw("search", "port strike", "--kind", "brief", "--json").stdout)["results"]
    brief = json.loads(running.tw("brief", found[0]["id"], "--json").stdout)
    raw = {
        (each.partition, each.offset): running.codec.decode(each.value or b"", Article)
        for each in read_range(running.broker, ARTICLES_RAW)
    }
    assert brief["statements"]
    assert all(statement["citations"] for statement in brief["statements"] if statement["kind"] == "FACT")
    for reference in brief["references"]:
        article = raw[reference["partition"], reference["offset"]]
        assert article.text[reference["start"] : reference["end"]] == reference["quote"]
        assert article.url == reference["url"]
    said = running.tw("brief", found[0]["id"]).stdout
    assert f"articles.raw-{brief['references'][0]['partition']}@" in said


def test_an_unknown_brief_is_said_to_be_unknown(running: Home) -> None:
    assert "No brief nowhere" in running.tw("brief", "nowhere", status=1).stderr
    assert "No brief nowhere" in running.tw("feedback", "nowhere", "useful", status=1).stderr


def test_a_readers_word_is_shown_with_its_brief_and_counted(running: Home) -> None:
    found = json.loads(running.tw("search", "port strike", "--kind", "brief", "--json").stdout)["results"]
    ident = found[0]["id"]
    before = json.loads(running.tw("brief", ident, "--json").stdout)
    running.tw("feedback", ident, "wrong", "--statement", "1", "--note", "the port is open")

    def marks() -> list[dict[str, Any]]:
        return list(json.loads(running.tw("brief", ident, "--json").stdout)["marks"])

    wait_until(lambda: bool(marks()), "the mark to be indexed")
    (mark,) = marks()
    assert (mark["verdict"], mark["statement"], mark["note"]) == ("WRONG", 1, "the port is open")
    after = json.loads(running.tw("brief", ident, "--json").stdout)
    assert {**after, "marks": []} == before
    rows = json.loads(running.tw("feedback", "--table", "--json").stdout)["rows"]
    assert sum(row["wrong"] for row in rows) == 1
    assert sum(row["briefs"] for row in rows) >= sum(row["marked_wrong"] for row in rows) == 1


def test_status_topics_feeds_and_jobs_tell_what_there_is(running: Home) -> None:
    assert "taskmanager" in running.tw("status").stdout
    assert "articles.raw" in running.tw("topics").stdout
    feeds = json.loads(running.tw("feeds", "list", "--json").stdout)
    assert len({feed["publisher"] for feed in feeds}) >= 12
    assert any(feed["state"] and feed["state"]["failures"] for feed in feeds)
    assert set(running.active_jobs(LIVE)) == {"articles", "stories"}


def test_readers_are_shown_the_lane_that_was_promoted(running: Home, without: int) -> None:
    running.tw("replay", "promote", CLEAN.name)
    assert running.reader.get("/api/counts")["lane"] == CLEAN.name
    running.tw("replay", "promote", "live")
    assert running.reader.get("/api/counts")["lane"] == LIVE.name


def test_a_brief_is_made_again_from_its_provenance(running: Home) -> None:
    briefs = running.outputs().briefs
    for told in (min(briefs, key=_size), max(briefs, key=_size)):
        said = json.loads(running.tw("rebuild", told.brief_id, "--json").stdout)
        assert said["identical"], said


def _size(told: Told) -> tuple[int, str]:
    return told.revision, told.brief_id


def test_stopped_with_a_savepoint_the_jobs_go_on_from_it(running: Home, result: dict[str, Any]) -> None:
    before = running.outputs()
    running.tw("jobs", "savepoint")
    assert running.active_jobs(LIVE) == {}
    said = running.tw("jobs", "submit").stderr
    assert "savepoint" in said
    running.settle(LIVE, running.active_jobs(LIVE))
    assert running.tally().stories == result["stories"]
    after = running.outputs()
    for kind in ("enriched", "stories", "assignments", "briefs"):
        was, is_now = (Counter(each.content for each in getattr(side, kind)) for side in (before, after))
        assert was <= is_now, kind
    assert Counter(each.content for each in after.enriched) == Counter(
        each.content for each in before.enriched
    )


def test_a_dropped_lane_is_gone_and_live_is_not(running: Home, result: dict[str, Any], without: int) -> None:
    running.tw("replay", "drop", "--yes", CLEAN.name)
    assert json.loads(running.tw("replay", "list", "--json").stdout) == []
    assert lanes(running.broker) == [LIVE]
    assert [each["name"] for each in running.reader.get("/api/lanes")["lanes"]] == [LIVE.name]
    assert running.tally().stories == result["stories"]


def test_an_imported_feed_is_asked_and_its_trouble_is_told(running: Home, tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/gazette.xml"
    subscriptions = tmp_path / "subscriptions.opml"
    subscriptions.write_text(
        f'<opml version="2.0"><body><outline text="Gazette" type="rss" xmlUrl="{url}"/>'
        '<outline text="No feed" type="rss" xmlUrl="gopher://old.example/"/></body></opml>'
    )
    done = running.tw("feeds", "import", str(subscriptions))
    assert "1 into the catalogue, 1 skipped" in done.stdout
    assert "gopher" in done.stderr

    def trouble() -> str:
        feeds = json.loads(running.tw("feeds", "list", "--json").stdout)
        (state,) = (feed["state"] or {} for feed in feeds if feed["url"] == url)
        return state.get("reason") or ""

    wait_until(lambda: bool(trouble()), "the imported feed to be asked")
    assert "127.0.0.1:9" in trouble()
    assert "Gazette" in running.tw("feeds", "list").stdout


def test_down_leaves_nothing_and_says_so_to_a_search(running: Home) -> None:
    running.tw("down")
    assert running.processes() == []
    assert "Is the stack up?" in running.tw("search", "port strike", status=1).stderr
    assert "not running" in running.tw("status", status=1).stdout
