"""``make bench-latency``: from an entry served to its story in the index, at 1 and 10 entries a second.

Beside it, as the baseline of the same run, the time from served to committed in ``articles.raw``:
what the polling transaction takes of it. Starts a stack of its own in a temporary folder on free ports.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time

from rich.console import Console
from rich.table import Table

from benchmarks.latency.feed import FEEDS, Server
from producers.catalogue.publishing import publish
from schemas.identity import feed_id
from schemas.records import Article, FeedSpec, Kind
from tidewire.places import broker, codec, reader, stack_settings
from tidewire.profile import Profile
from tidewire.roles import demo_environment
from tidewire.running import start
from tidewire.stack import ports
from tidewire.stack.settings import StackSettings
from tidewire.stack.stack import Stack
from topics.catalogue import ARTICLES_RAW
from topics.reading import read_range

RATES = (1.0, 10.0)
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
LOOK_EVERY_S = 0.2
GIVE_UP_S = 60.0
GOAL_P95_S = 6.0


def main() -> int:
    names = [name for name in StackSettings.model_fields if name.endswith("_port")]
    *chosen, feed_port = ports.free(len(names) + 1)
    with tempfile.TemporaryDirectory(prefix="tidewire-bench-") as home:
        os.environ["TIDEWIRE_HOME"] = home
        for name, port in zip(names, chosen, strict=True):
            os.environ[f"TIDEWIRE_STACK_{name.upper()}"] = str(port)
        stack = Stack(stack_settings(), lambda step: print(f"{step.program}: {step.state}", file=sys.stderr))
        server = Server(feed_port)
        server.start()
        try:
            start(stack, Profile(environment=demo_environment(feed_port)), _say, lambda: _feeds(server))
            _warm(server)
            rows = {rate: _measure(server, rate) for rate in RATES}
        finally:
            stack.down()
    _print(rows)
    return 0


def _say(message: str) -> None:
    print(message, file=sys.stderr)


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
    deadline = time.monotonic() + 180
    while not titles <= _searchable():
        if time.monotonic() > deadline:
            raise TimeoutError(
                "the first entries are not in the index after 180 s; see the logs of the stack"
            )
        time.sleep(LOOK_EVERY_S)


def _searchable() -> set[str]:
    return {story["title"] for story in reader().get("/api/stories", {"limit": 100})["stories"]}


def _measure(server: Server, rate: float) -> dict[str, float]:
    first = len(server.entries)
    found: dict[str, float] = {}
    began = time.time()
    total = int(rate * SECONDS)
    last_look = 0.0
    while True:
        now = time.time()
        while len(server.entries) - first < min(total, (now - began) * rate):
            server.add()
        if now - last_look >= LOOK_EVERY_S:
            last_look = now
            seen = _searchable()
            at = time.time()
            for title in seen:
                found.setdefault(title, at)
        wanted = server.entries[first:]
        if len(wanted) == total and all(entry.title in found for entry in wanted):
            break
        if now - began > SECONDS + GIVE_UP_S:
            break
        time.sleep(0.02)
    return _latencies(server, first, found)


def _latencies(server: Server, first: int, found: dict[str, float]) -> dict[str, float]:
    measured = [entry for entry in server.entries[first:] if entry.served_at and entry.title in found]
    logged = _logged()
    whole = sorted(found[entry.title] - (entry.served_at or 0) for entry in measured)
    polling = sorted(logged[entry.title] - (entry.served_at or 0) for entry in measured)
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
