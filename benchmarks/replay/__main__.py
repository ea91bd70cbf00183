"""``make bench-replay``: how fast a lane runs the log again, and what the live lane feels of it.

In one run, on a stack of its own: the rate at which live works off a backlog; the rates at which a replay
works off the same records from ``articles.raw`` and from ``articles.enriched``, not throttled, beside a
live lane that has nothing to do; and how long after it was logged an article's story can be read in the
live lane, with and without a replay beside it that is throttled as replays are by default.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rich.console import Console
from rich.table import Table

from benchmarks.own_stack import own_stack, say
from benchmarks.replay.entries import STREAM, Item, articles, from_stream, generated
from benchmarks.replay.raw_log import RawLog
from benchmarks.replay.watching import Shown, Working
from flink_jobs.runs import SOURCES, Source, job_title
from flink_jobs.settings import TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from replay.run.asked import BYTES_PER_S, Asked
from replay.run.log import Replay
from replay.run.replays import Replays
from schemas.records import Article
from tidewire import tally
from tidewire.jobs import ids
from tidewire.places import broker, codec, reader
from tidewire.profile import Profile
from tidewire.replaying import replays_of
from tidewire.roles import demo_environment
from tidewire.running import start
from tidewire.settle import Settling, settle
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_RAW, STORIES
from topics.lane import LIVE, Lane
from topics.reading import beginnings, end_offsets

WARM = 40
SETTLE_S = 600.0
LAST_ONES_S = 30.0
NO_NEWSWIRE = 1


@dataclass(frozen=True)
class Sizes:
    """``entries`` in the backlog; then ``per_s`` for ``seconds``, twice."""

    entries: int
    per_s: float
    seconds: float


@dataclass(frozen=True)
class Latency:
    """Seconds from logged to readable, of ``found`` articles among those ``written``."""

    written: int
    found: int
    p50_s: float
    p95_s: float


class Bench:
    """The measurements, in the order in which they are made."""

    def __init__(self, replays: Replays, sizes: Sizes) -> None:
        self._replays = replays
        self._sizes = sizes
        self._raw = RawLog(broker(), codec())
        self._backlog = articles(_items(sizes.entries))
        # Of their own, so that each tells of something new.
        self._fresh = articles(generated())

    def live(self) -> float:
        """Articles a second at which live works off the backlog."""
        self._write_and_await(self._fresh_ones(WARM))
        working = self._write_and_await(self._backlog)
        say(f"{working.count} articles at {working.rate:.1f}/s")
        return working.rate

    def replayed(self, source: Source) -> float:
        """Articles a second at which a lane does."""
        lane = Lane(source.replace("articles.", "from-"))
        replay = self._recorded(Asked(lane=lane, source=source, bytes_per_s=None))
        run = replay.runs[-1]
        assert run.start is not None
        assert run.bounds is not None
        begins = {**beginnings(broker(), source), **run.start.offsets}
        say(f"from {source}: {dict(begins)} to {dict(run.bounds.offsets)}")
        with Working(broker(), lane, source, begins, run.bounds.offsets, None) as working:
            self._run(replay)
            working.await_quiet()
        self._replays.drop(lane, say)
        say(f"{working.count} articles at {working.rate:.1f}/s")
        return working.rate

    def latency(self, beside: Replay | None = None) -> Latency:
        """Of entries that come steadily, as long as the replay beside them goes on."""
        since = time.time_ns() // 1_000_000
        jobs = self._replays.jobs.rest

        def goes_on() -> bool:
            # The job that embeds, which is what live could feel; it runs longest.
            return beside is None or jobs.active(job_title("stories", beside.lane)) is not None

        with Shown(broker(), codec(), end_offsets(broker(), STORIES), since) as shown:
            written = self._raw.pace(self._fresh, self._sizes.per_s, self._sizes.seconds, goes_on)
            shown.await_count(written, LAST_ONES_S)
        seconds = list(shown.seconds.values())
        say(f"{written} written, {len(seconds)} shown")
        return Latency(
            written, len(seconds), statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        )

    def beside_a_replay(self) -> Latency:
        """The same while a lane runs the raw log again, throttled as by default."""
        replay = self._recorded(Asked(lane=Lane("beside"), bytes_per_s=BYTES_PER_S))
        replay, _ = self._replays.running.begin(replay, say)
        found = self.latency(replay)
        self._replays.drop(replay.lane, say)
        return found

    def settle(self) -> None:
        """Waits until agents and index have done their part, so that nothing else is measured with it."""
        jobs = dict(ids(self._replays.jobs))
        asked = Settling(
            broker(), codec(), self._replays.jobs.rest, jobs, reader(), TimeSettings(), StoriesSettings()
        )
        settle(asked, LIVE, tally.take(broker(), codec(), LIVE).last_entry_at, SETTLE_S, say)

    def _write_and_await(self, wanted: Iterator[Article]) -> Working:
        begins, outputs = end_offsets(broker(), ARTICLES_RAW), end_offsets(broker(), ARTICLES_ENRICHED)
        self._raw.write(wanted)
        ends = end_offsets(broker(), ARTICLES_RAW)
        with Working(broker(), LIVE, ARTICLES_RAW, begins, ends, outputs) as working:
            working.await_all()
        return working

    def _fresh_ones(self, number: int) -> Iterator[Article]:
        return (next(self._fresh) for _ in range(number))

    def _recorded(self, asked: Asked) -> Replay:
        _, replay = self._replays.plan(asked, {})
        return self._replays.record(asked, replay)

    def _run(self, replay: Replay) -> None:
        replay, running = self._replays.running.begin(replay, say)
        self._replays.running.await_end(replay, running, say)


def main() -> int:
    sizes = _sizes()
    with own_stack() as stack:
        # Producers without a feed: they write the ticks.
        start(stack, Profile(environment=demo_environment(NO_NEWSWIRE)), say)
        bench = Bench(replays_of(stack), sizes)
        rates = {"live": bench.live()}
        bench.settle()
        for source in SOURCES:
            rates[source] = bench.replayed(source)
        alone = bench.latency()
        beside = bench.beside_a_replay()
    _print(sizes, rates, alone, beside)
    return 0


def _sizes() -> Sizes:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    asked.add_argument("--entries", type=int, default=3_000, help="in the backlog (%(default)s)")
    asked.add_argument("--per-s", type=float, default=5.0, help="entries a second, then (%(default)s)")
    asked.add_argument("--seconds", type=float, default=30.0, help="for so long (%(default)s)")
    given = asked.parse_args()
    return Sizes(given.entries, given.per_s, given.seconds)


def _items(number: int) -> Iterator[Item]:
    if STREAM.exists():
        return from_stream(number)
    say(f"{STREAM} is not there: entries are generated")
    return islice(generated(seed=11), number)


def _print(sizes: Sizes, rates: dict[str, float], alone: Latency, beside: Latency) -> None:
    table = Table("what", "articles/s", "over live", box=None)
    for name, rate in rates.items():
        table.add_row(name, f"{rate:.1f}", f"{rate / rates['live']:.2f}")
    lags = Table("live, logged to readable", "entries", "found", "p50 s", "p95 s", box=None)
    for name, each in (("alone", alone), ("beside a replay", beside)):
        lags.add_row(name, str(each.written), str(each.found), f"{each.p50_s:.2f}", f"{each.p95_s:.2f}")
    console = Console()
    console.print(table)
    console.print(lags)
    line = {
        "bench": "replay",
        "entries": sizes.entries,
        "live_per_s": rates["live"],
        "from_raw_vs_live": rates[ARTICLES_RAW] / rates["live"],
        "from_enriched_vs_live": rates[ARTICLES_ENRICHED] / rates["live"],
        "live_p95_s": alone.p95_s,
        "live_p95_beside_s": beside.p95_s,
        "live_p95_ratio": beside.p95_s / alone.p95_s,
    }
    print(
        json.dumps({name: round(each, 3) if isinstance(each, float) else each for name, each in line.items()})
    )


if __name__ == "__main__":
    sys.exit(main())
