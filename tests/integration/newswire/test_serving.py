"""The server over real HTTP: validators, every kind of answer, and a ledger that outlives a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import feedparser
import httpx2
import pytest

from newswire.labels import load_labels
from newswire.outlets import load_outlets
from newswire.recorded import load_recorded
from tests.integration.newswire.conftest import CHECKOUT, Newswire, until

RECORDED = CHECKOUT.parent / "shared" / "data" / "feeds" / "recorded"
Make = Callable[..., Newswire]


def poll_all(server: Newswire, tags: dict[str, str]) -> None:
    """One round over every feed as a polite client makes it."""
    for name in load_outlets().feeds:
        headers = {"If-None-Match": tags[name]} if name in tags else {}
        try:
            reply = server.client.get(f"/feeds/{name}", headers=headers, follow_redirects=True)
        except httpx2.RemoteProtocolError:
            continue
        if reply.status_code == 200:
            tags[name] = reply.headers["ETag"]


def test_validators_answer_304_and_head_carries_them(newswire: Make) -> None:
    server = newswire("--mode", "clock", "--seconds", "3600")
    first = server.get("/feeds/fenland-examiner")
    assert first.status_code == 200
    assert first.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert len(feedparser.parse(first.content).entries) == 2
    assert server.get("/feeds/fenland-examiner", If_None_Match=first.headers["ETag"]).status_code == 304
    since = first.headers["Last-Modified"]
    unchanged = server.get("/feeds/fenland-examiner", If_Modified_Since=since)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert server.get("/feeds/fenland-examiner", If_Modified_Since="not a date").status_code == 200
    head = server.client.head("/feeds/fenland-examiner")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == first.headers["ETag"]
    assert server.get("/feeds/nobody").status_code == 404


def test_the_whole_time_line_by_the_clock_and_what_is_left_of_feeds_that_end(newswire: Make) -> None:
    server = newswire("--mode", "clock", "--seconds", "15")
    tags: dict[str, str] = {}

    def done() -> bool:
        poll_all(server, tags)
        return bool(server.status()["done"])

    until(done, lambda: str(server.status()), deadline_s=120)
    assert server.get("/feeds/island-observer").status_code == 410
    moved = server.get("/feeds/echo-des-rives")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/moved/echo-des-rives")
    assert server.get("/moved/echo-des-rives").status_code == 200
    lines = [json.loads(line) for line in server.get("/ledger").text.splitlines()]
    served = [line for line in lines if line["line"] == "served"]
    labelled = {(unit.feed.name, unit.guid) for unit in load_labels(server.base).units}
    assert {(line["feed"], line["guid"]) for line in served} <= labelled
    assert server.summary()["served"] == len(served) > 150


def test_a_kill_loses_no_line_and_counts_nothing_twice(newswire: Make) -> None:
    server = newswire("--mode", "clock", "--seconds", "20")
    tags: dict[str, str] = {}

    def under_way() -> bool:
        poll_all(server, tags)
        return int(server.status()["step"]) >= 60

    until(under_way, lambda: str(server.status()))
    server.end(signal.SIGKILL)
    before = (server.state / "ledger.jsonl").read_text().splitlines()
    server.start()
    assert server.status()["step"] >= json.loads(before[-1]).get("step", 60)
    quiet = server.get("/feeds/el-faro", If_None_Match=tags["el-faro"])
    assert quiet.status_code in (200, 304)
    until(lambda: (poll_all(server, tags), server.status()["done"])[1], lambda: str(server.status()))
    after = [json.loads(line) for line in (server.state / "ledger.jsonl").read_text().splitlines()]
    assert [json.dumps(line, ensure_ascii=False) for line in after[: len(before)]] == before
    keys = [(line["feed"], line["guid"], line["version"]) for line in after if line["line"] == "served"]
    assert len(keys) == len(set(keys))
    assert [line["step"] for line in after if line["line"] == "step"] == list(
        range(server.status()["steps"] + 1)
    )
    assert server.end(signal.SIGTERM) == 0


def test_the_catalogue_is_served_for_this_address(newswire: Make) -> None:
    server = newswire("--mode", "clock", "--seconds", "3600")
    entries = server.get("/catalogue.json").json()
    assert all(entry["url"].startswith(f"{server.base}/feeds/") for entry in entries)
    assert server.get("/catalogue.opml").text.count("<outline ") == len(entries)


def test_recorded_feeds_are_played_byte_for_byte(newswire: Make, tmp_path: Path) -> None:
    if not RECORDED.is_dir():
        pytest.skip(f"{RECORDED} is not there")
    folder = tmp_path / "recorded"
    folder.mkdir()
    for path in sorted(RECORDED.iterdir(), key=lambda path: path.stat().st_size)[:12]:
        (folder / path.name).write_bytes(path.read_bytes())
    server = newswire("--mode", "clock", "--play", str(folder))
    recorded = load_recorded(folder, server.state)
    for name in recorded.feeds():
        reply = server.get(f"/feeds/{name}")
        assert reply.content == (folder / name).read_bytes()
        assert server.get(f"/feeds/{name}", If_None_Match=reply.headers["ETag"]).status_code == 304
    until(lambda: bool(server.status()["done"]), lambda: str(server.status()))
    counts = {name: len(recorded.document(name, 0).items) for name in recorded.feeds()}
    assert server.summary()["by_feed"] == {name: count for name, count in sorted(counts.items()) if count}


def test_what_cannot_be_served_is_said_plainly(newswire: Make, tmp_path: Path) -> None:
    server = newswire("--mode", "clock", "--seconds", "3600")
    taken = run("--port", str(server.port), "--state", str(tmp_path / "other"))
    assert taken.returncode == 2
    assert f"port {server.port} is taken" in taken.stderr
    other = run("--port", "1", "--state", str(server.state), "--play", str(feed_folder(tmp_path)))
    assert other.returncode == 2
    assert "give --state another folder" in other.stderr


def test_the_environment_sets_what_the_command_line_does_not(newswire: Make) -> None:
    server = newswire(TIDEWIRE_NEWSWIRE_MODE="clock", TIDEWIRE_NEWSWIRE_SECONDS="3600")
    assert server.status()["mode"] == "clock"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "newswire", "serve", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False)


def feed_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "one.xml").write_text('<rss version="2.0"><channel><title>T</title></channel></rss>')
    return folder
