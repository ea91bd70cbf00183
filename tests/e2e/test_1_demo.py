"""The demo, as a new user runs it: what was served is accounted for, and stays so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newswire.labels import load_labels
from replay.compare_records import Told
from schemas.records import Article
from tests.e2e.homes import Home, wait_until
from topics.admin import lanes
from topics.catalogue import ARTICLES_RAW
from topics.lane import LIVE, Lane
from topics.reading import read_range

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

CHECK = Lane("check")
KEYS = {
    "served", "raw", "unique", "duplicates", "late", "dead_letters", "stories", "assignments", "briefs",
    "indexed", "first_brief_s", "peak_rss_mb",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(new_home: Callable[[str], Home]) -> Home:
    return new_home("demo")


@pytest.fixture(scope="module")
def result(home: Home) -> dict[str, Any]:
    """The line that a demo in lock step ends with; nothing of it runs any more."""
    done = home.tw("demo", "--exit", "--json")
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
def replayed(running: Home) -> int:
    """The raw log run again in lane check; the logged time (ms) up to which it was run."""
    said = running.tw("replay", "start", "--lane", CHECK.name, "--yes")
    assert "none: it makes what the live lane made" in said.stdout + said.stderr
    (row,) = json.loads(running.tw("replay", "list", "--json").stdout)
    assert (row["lane"], row["state"]) == (CHECK.name, "finished")
    running.settle(CHECK, {})
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


def test_started_again_it_holds_what_it_held(
    running: Home, result: dict[str, Any], first_demo: dict[str, frozenset[str]]
) -> None:
    again = running.tally()
    for name in ("raw", "unique", "duplicates", "late", "dead_letters", "stories", "assignments", "briefs"):
        assert getattr(again, name) == result[name], name
    assert running.reader.get("/api/counts")["latest_briefs"] == result["indexed"]
    first_demo.update(running.outputs().members())


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


def test_the_log_run_again_in_another_lane_makes_the_same(running: Home, replayed: int) -> None:
    found = running.compared(CHECK, replayed)
    assert found.identical, found.differences
    said = json.loads(running.tw("replay", "compare", "live", CHECK.name, "--json").stdout)
    assert said["identical"]
    assert said["hashes"]["live"] == said["hashes"][CHECK.name]
    assert said["stories"]["same"] == sum(said["stories"].values()) > 0


def test_readers_are_shown_the_lane_that_was_promoted(running: Home, replayed: int) -> None:
    running.tw("replay", "promote", CHECK.name)
    assert running.reader.get("/api/counts")["lane"] == CHECK.name
    running.tw("replay", "promote", "live")
    assert running.reader.get("/api/counts")["lane"] == LIVE.name


def test_a_brief_is_made_again_from_its_provenance(running: Home) -> None:
    briefs = running.outputs().briefs
    for told in (min(briefs, key=_size), max(briefs, key=_size)):
        said = json.loads(running.tw("rebuild", told.brief_id, "--json").stdout)
        assert said["identical"], said


def _size(told: Told) -> tuple[int, str]:
    return told.revision, told.brief_id


def test_stopped_with_a_savepoint_the_jobs_go_on_from_it(
    running: Home, result: dict[str, Any], replayed: int
) -> None:
    running.tw("jobs", "savepoint")
    assert running.active_jobs(LIVE) == {}
    said = running.tw("jobs", "submit").stderr
    assert "savepoint" in said
    running.settle(LIVE, running.active_jobs(LIVE))
    assert running.tally().stories == result["stories"]
    assert running.compared(CHECK, replayed).identical


def test_a_dropped_lane_is_gone_and_live_is_not(running: Home, result: dict[str, Any], replayed: int) -> None:
    running.tw("replay", "drop", "--yes", CHECK.name)
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
