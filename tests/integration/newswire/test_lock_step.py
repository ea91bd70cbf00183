"""Lock step against the real log, with real producers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from newswire.labels import Counts, load_labels
from newswire.ledger import Unit
from newswire.logged import Logged
from newswire.pacing import LogUnreadable
from producers.catalogue import publish
from schemas.codec import Codec, from_dict
from schemas.identity import feed_id
from schemas.records import Article, DeadLetter, FeedSpec, Kind
from schemas.registry import Registry
from tests.integration.newswire.conftest import CHECKOUT, Newswire, until
from topics.catalogue import ARTICLES_RAW, DEAD_LETTERS
from topics.reading import read_range
from topics.writing import Writer

Make = Callable[..., Newswire]
LATENESS_MS = 20_000  # the demo's


def test_the_log_is_counted_by_feed_as_it_grows(kafka: Any) -> None:
    codec = Codec(Registry(kafka.registry))
    urls = {name: f"http://127.0.0.1:1/{name}" for name in ("one", "two")}
    logged, writer = Logged(kafka.broker, codec, urls), Writer(kafka.broker, codec)

    def holds(counts: dict[str, int]) -> bool:
        try:
            return logged.read() == counts
        except LogUnreadable:
            return False

    def article(feed: str, number: int, kind: Kind = Kind.ENTRY) -> Article:
        return Article(
            article_id=f"a{number}", version=1, kind=kind, feed_id=feed_id(urls[feed]), observed_at=1
        )

    writer.send(ARTICLES_RAW, "a1", article("one", 1))
    writer.send(ARTICLES_RAW, "tick", article("one", 2, Kind.TICK))
    writer.send(ARTICLES_RAW, "a3", Article(article_id="a3", kind=Kind.ENTRY, feed_id="other", observed_at=1))
    writer.flush()
    until(lambda: holds({"one": 1}), lambda: "one entry")
    writer.send(ARTICLES_RAW, "a4", article("one", 4))
    writer.send(DEAD_LETTERS, "two", DeadLetter(source=feed_id(urls["two"]), failed_at=1))
    writer.flush()
    until(lambda: holds({"one": 2, "two": 1}), lambda: "two entries and a dead letter")
    assert holds({"one": 2, "two": 1})
    logged.close()


def test_the_sample_in_lock_step_ends_with_the_labelled_counts(
    kafka: Any, newswire: Make, tmp_path: Path
) -> None:
    where = kafka.variables()
    server = newswire("--mode", "lock", **where)
    codec = Codec(Registry(kafka.registry))
    catalogue = server.get("/catalogue.json").json()
    specs = [from_dict(FeedSpec, {**entry, "feed_id": feed_id(entry["url"])}) for entry in catalogue]
    publish(kafka.broker, codec, specs)
    with producers(server, tmp_path, where):
        until(lambda: bool(server.status()["done"]), lambda: str(server.status()), deadline_s=240)
    labels = load_labels(server.base)
    ours = {spec.feed_id for spec in specs}
    logged = [
        (each.timestamp_ms, codec.decode(each.value or b"", Article))
        for each in read_range(kafka.broker, ARTICLES_RAW)
    ]
    entries = [(at, each) for at, each in logged if each.kind is Kind.ENTRY and each.feed_id in ours]
    letters = [codec.decode(each.value or b"", DeadLetter) for each in read_range(kafka.broker, DEAD_LETTERS)]
    late: dict[tuple[str, int, str], bool] = {}
    for at, each in sorted(entries, key=by_time):
        key = (each.article_id, each.version, each.content_hash)
        late.setdefault(key, each.published_at is not None and each.published_at < at - LATENESS_MS)
    assert labels.expected == Counts(
        served=server.summary()["served"],
        raw=len(entries),
        unique=len(late),
        duplicates=len(entries) - len(late),
        late=sum(late.values()),
        dead_letters=sum(each.source in ours for each in letters),
    )
    in_order = [unit for unit in labels.units if unit.unit is Unit.ENTRY and not unit.backfill]
    assert [
        (each.article_id, each.version) for _, each in sorted(entries, key=by_time) if not each.backfill
    ] == [(unit.article_id, unit.version) for unit in in_order]


def by_time(entry: tuple[int, Article]) -> int:
    return entry[0]


@contextmanager
def producers(server: Newswire, home: Path, where: dict[str, str]) -> Iterator[None]:
    """A worker that polls fast, as the demo's does."""
    environment = {
        **where,
        "PATH": str(Path(sys.executable).parent),
        "TIDEWIRE_HOME": str(home),
        "TIDEWIRE_PRODUCERS_ALLOW_HOSTS": server.base.removeprefix("http://"),
        "TIDEWIRE_PRODUCERS_MIN_INTERVAL_S": "0.3",
        "TIDEWIRE_PRODUCERS_MAX_INTERVAL_S": "0.3",
        "TIDEWIRE_PRODUCERS_COMMIT_INTERVAL_S": "0.1",
        "TIDEWIRE_PRODUCERS_PER_HOST": "32",
        "TIDEWIRE_PRODUCERS_NEW_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_REVISIONS_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_FAMILY_NEW_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_FAMILY_REVISIONS_PER_HOUR": "100000",
    }
    with (home / "producers.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "producers", "--slot", "91"], env=environment, cwd=CHECKOUT, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0, (home / "producers.log").read_text()
