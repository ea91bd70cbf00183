"""``make bench-replay``: how fast a lane runs the log again, and what that costs the live lane.

The baseline of every figure is the live lane of the same run: the rate at which it works off a
backlog, and its seconds from logged to visible in a story. Starts a stack of its own in a temporary
folder on free ports; nothing but the log is fed, so no feed and no model takes part.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.replay.stream import DATA, Log, entries
from benchmarks.replay.watching import Watch
from schemas.records import Article, Kind
from tidewire.places import broker, codec, stack_settings
from tidewire.profile import Profile, save
from tidewire.roles import demo_environment, reading_roles
from tidewire.stack import ports
from tidewire.stack.settings import StackSettings
from tidewire.stack.stack import Stack
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, STORIES
from topics.lane import LIVE, Lane
from topics.reading import end_offsets, read_range

COUNT = int(os.environ.get("BENCH_ARTICLES", "3000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
# Live is measured at a rate that leaves it room, as a stream that is not a backlog does.
PER_S = float(os.environ.get("BENCH_RATE", "5"))
GIVE_UP_S = 600.0
LAST_S = 20.0


def main() -> int:
    names = [name for name in StackSettings.model_fields if name.endswith("_port")]
    with tempfile.TemporaryDirectory(prefix="tidewire-bench-") as home:
        os.environ["TIDEWIRE_HOME"] = home
        for name, port in zip(names, ports.free(len(names)), strict=True):
            os.environ[f"TIDEWIRE_STACK_{name.upper()}"] = str(port)
        stack = Stack(stack_settings(), lambda step: print(f"{step.program}: {step.state}", file=sys.stderr))
        try:
            found = _measure(stack)
        finally:
            stack.down()
    _print(found)
    return 0


def _measure(stack: Stack) -> dict[str, float]:
    environment = demo_environment(1)
    save(stack.settings.home, Profile(environment=environment))
    stack.up()
    stack.add_roles(reading_roles(stack.settings, environment))
    log = Log(broker(), codec())
    log.tick()
    _tw("jobs", "submit")
    twice = 2 * round(SECONDS * PER_S)
    articles = entries(COUNT + twice)
    found = {"live": _backlog(log, articles[:COUNT])}
    alone = articles[COUNT : COUNT + twice // 2]
    found["alone_p50_s"], found["alone_p95_s"] = _stream(log, alone)
    for name, source in (("raw", ARTICLES_RAW), ("enriched", ARTICLES_ENRICHED)):
        found[name] = _replayed(f"from-{name}", source)
    found["beside_p50_s"], found["beside_p95_s"] = _beside(log, articles[COUNT + twice // 2 :])
    return found


def _tw(*arguments: str) -> None:
    done = subprocess.run(_command(*arguments), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")


def _command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / "tidewire"), *arguments]


def _backlog(log: Log, articles: list[Article]) -> float:
    """Entries a second of the live lane, all of them there at once."""
    watch = Watch(broker(), codec(), LIVE)
    with watch.looking():
        log.write(articles)
        _until(watch, len({each.article_id for each in articles}), log)
    _say(f"live: {watch.rate():.1f} entries/s of a backlog of {watch.count}")
    return watch.rate()


def _until(watch: Watch, count: int, log: Log) -> None:
    """Until so many are visible; ticks go on meanwhile, as producers write them."""
    deadline = time.monotonic() + GIVE_UP_S
    while watch.count < count:
        log.tick()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{watch.count} of {count} became visible in {GIVE_UP_S:.0f} s")
        time.sleep(2)


def _replayed(name: str, source: str) -> float:
    """Entries a second of a lane that runs the whole of a topic again, unthrottled."""
    watch = Watch(broker(), codec(), Lane(name))
    where = f"{source}:earliest"
    with watch.looking():
        _tw("replay", "start", "--lane", name, "--yes", "--limit", "0", "--from-offset", where)
    _say(f"{name}: {watch.rate():.1f} entries/s, {watch.count} in all")
    _tw("replay", "drop", "--yes", name)
    return watch.rate()


def _beside(log: Log, articles: list[Article]) -> tuple[float, float]:
    """Seconds to a story of the live lane, while a lane runs all again at the default limit."""
    name = "beside"
    watch = Watch(broker(), codec(), Lane(name))
    command = _command("replay", "start", "--lane", name, "--yes")
    with watch.looking(), subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        while not watch.count and running.poll() is None:
            time.sleep(0.2)
        began, first = time.time(), watch.count
        found = _stream(log, articles)
        lasted = watch.seen[-1][0] - began
        _say(f"{name}: {watch.count - first} entries of the lane in {lasted:.0f} s beside the live ones")
        if running.wait():
            raise RuntimeError(f"`replay start --lane {name}` ended with {running.returncode}")
    if lasted < SECONDS / 2:
        raise RuntimeError(f"the replay ran for {lasted:.0f} s of {SECONDS:.0f}: give it more BENCH_ARTICLES")
    return found


def _stream(log: Log, articles: list[Article]) -> tuple[float, float]:
    """Writes entries at a steady rate; median and 95th percentile of the seconds from logged to seen."""
    watch = Watch(broker(), codec(), LIVE, STORIES, end_offsets(broker(), STORIES))
    with watch.looking():
        began = last_tick = time.time()
        for number, article in enumerate(articles):
            log.write_one(article)
            while time.time() < began + number / PER_S:
                if time.time() - last_tick >= 1.0:
                    last_tick = time.time()
                    log.tick()
                time.sleep(0.02)
        ends = time.time() + LAST_S
        while time.time() < ends:
            log.tick()
            time.sleep(1)
    return _seconds({each.article_id for each in articles}, watch)


def _seconds(wanted: set[str], watch: Watch) -> tuple[float, float]:
    reading = codec()
    logged: dict[str, float] = {}
    for each in read_range(broker(), ARTICLES_RAW):
        article = reading.decode(each.value or b"", Article)
        if article.kind is Kind.ENTRY and article.article_id in wanted:
            logged.setdefault(article.article_id, each.timestamp_ms / 1000)
    # What the backlog had already brought is no arrival.
    found = [
        seen - logged[each] for each, seen in watch.shown.items() if each in logged and seen >= logged[each]
    ]
    if len(found) < 0.9 * len(wanted):
        raise RuntimeError(f"{len(found)} of {len(wanted)} entries came into a story")
    return statistics.median(found), statistics.quantiles(found, n=20)[-1]


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _print(found: dict[str, float]) -> None:
    table = Table("", "entries/s", "of live", "to a story p50 s", "p95 s", box=None)
    live = found["live"]
    table.add_row("live", f"{live:.1f}", "1", f"{found['alone_p50_s']:.2f}", f"{found['alone_p95_s']:.2f}")
    for name in ("raw", "enriched"):
        table.add_row(f"lane from {name}", f"{found[name]:.1f}", f"{found[name] / live:.2f}", "", "")
    table.add_row(
        "live, a lane beside it", "", "", f"{found['beside_p50_s']:.2f}", f"{found['beside_p95_s']:.2f}"
    )
    Console().print(table)
    print(
        json.dumps(
            {
                "bench": "replay",
                "articles": COUNT,
                "recorded": DATA.is_file(),
                "from_raw_vs_live": round(found["raw"] / live, 3),
                "from_enriched_vs_live": round(found["enriched"] / live, 3),
                "live_p95_ratio": round(found["beside_p95_s"] / found["alone_p95_s"], 3),
                **{name: round(value, 2) for name, value in found.items()},
            }
        )
    )


if __name__ == "__main__":
    sys.exit(main())
