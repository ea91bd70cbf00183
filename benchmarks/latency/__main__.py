"""``make bench-latency``: from an entry served to its story in the index, at 1 and 10 entries a second.

Beside it, as the baseline of the same run, the time from served to logged in ``articles.raw``:
what polling takes of it. Starts a stack of its own in a temporary folder on free ports.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

from rich.console import Console
from rich.table import Table

from benchmarks.latency.feed import FEEDS, Server
from benchmarks.latency.sightings import Sightings
from benchmarks.own_stack import own_stack, say
from producers.catalogue.publishing import publish
from schemas.identity import feed_id
from schemas.records import Article, FeedSpec, Kind
from stack import ports
from tidewire.places import broker, codec
from tidewire.profile import Profile
from tidewire.roles import demo_environment
from tidewire.running import start
from topics.catalogue import ARTICLES_RAW
from topics.reading import read_range

RATES = (1.0, 10.0)
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
LOOK_EVERY_S = 0.2
COUNT_EVERY_S = 2.0
WARM_S = 180.0
GIVE_UP_S = 60.0
GOAL_P95_S = 6.0


def main() -> int:
    (feed_port,) = ports.free(1)
    server = Server(feed_port)
    server.start()
    with own_stack() as stack:
        start(stack, Profile(environment=demo_environment(feed_port)), say, lambda: _feeds(server))
        _warm(server)
        rows = {rate: _measure(server, rate) for rate in RATES}
    _print(rows)
    return 0


def _feeds(server: Server) -> None:
    publish(
        broker(),
        codec(),
        [
            FeedSpec(
                feed_id=feed_id(server.url(number)), url=server.url(number), title=f"Bench {number}",
                publisher=f"bench{number}.example", family=f"bench{number}", language="en", desk="world",
            )
            for number in range(FEEDS)
        ],
    )  # fmt: skip


def _warm(server: Server) -> None:
    """The first entries wait for the jobs to start; they are not measured."""
    for _ in range(FEEDS):
        server.add()
    titles = {entry.title for entry in server.entries}
    sightings = Sightings()
    deadline = time.monotonic() + WARM_S
    while True:
        sightings.look()
        if titles <= sightings.found().keys():
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the first entries are in no story of the index after {WARM_S:.0f} s")
        time.sleep(1)


def _measure(server: Server, rate: float) -> dict[str, float]:
    first = len(server.entries)
    sightings = Sightings()
    began = time.time()
    total = int(rate * SECONDS)
    last_look = last_count = 0.0
    while True:
        now = time.time()
        while len(server.entries) - first < min(total, (now - began) * rate):
            server.add()
        if now - last_look >= LOOK_EVERY_S:
            last_look = now
            sightings.look()
        wanted = server.entries[first:]
        if len(wanted) == total and now - last_count >= COUNT_EVERY_S:
            last_count = now
            if {entry.title for entry in wanted} <= sightings.found().keys():
                break
        if now - began > SECONDS + GIVE_UP_S:
            break
        time.sleep(0.02)
    return _latencies(server, first, sightings.found())


def _latencies(server: Server, first: int, found: dict[str, float]) -> dict[str, float]:
    measured = [entry for entry in server.entries[first:] if entry.served_at and entry.title in found]
    if len(measured) < 2:
        raise RuntimeError(f"{len(measured)} of {len(server.entries) - first} entries came to the index")
    logged = _logged()
    whole = [found[entry.title] - (entry.served_at or 0) for entry in measured]
    polling = [logged[entry.title] - (entry.served_at or 0) for entry in measured]
    return {
        "entries": len(server.entries) - first,
        "found": len(measured),
        "p50_s": statistics.median(whole),
        "p95_s": _p95(whole),
        "raw_p50_s": statistics.median(polling),
        "raw_p95_s": _p95(polling),
    }


def _logged() -> dict[str, float]:
    reading = codec()
    return {
        article.title: each.timestamp_ms / 1000
        for each in read_range(broker(), ARTICLES_RAW)
        for article in (reading.decode(each.value or b"", Article),)
        if article.kind is Kind.ENTRY
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _print(rows: dict[float, dict[str, float]]) -> None:
    table = Table("entries/s", "entries", "found", "p50 s", "p95 s", "in raw p50 s", "in raw p95 s", box=None)
    for rate, row in rows.items():
        table.add_row(
            f"{rate:g}", f"{row['entries']:.0f}", f"{row['found']:.0f}",
            *(f"{row[name]:.2f}" for name in ("p50_s", "p95_s", "raw_p50_s", "raw_p95_s")),
        )  # fmt: skip
    Console().print(table)
    line = {
        f"rate_{rate:g}": {name: round(value, 3) for name, value in row.items()} for rate, row in rows.items()
    }
    goal = all(row["p95_s"] <= GOAL_P95_S for row in rows.values())
    print(json.dumps({"bench": "latency", "goal_p95_s": GOAL_P95_S, "goal_met": goal, **line}))


if __name__ == "__main__":
    sys.exit(main())
