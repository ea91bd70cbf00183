"""The stream on the sample newswire: start everything, watch it, and count what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import psutil

from flink_jobs.settings import TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.submit import Jobs
from producers.catalogue.publishing import listed, publish
from reader.client import ReaderClient, ReaderDown, ReaderProblem
from replay.run.waiting import until
from schemas.codec import from_dict
from schemas.identity import feed_id
from schemas.records import FeedSpec, FeedState
from stack.settings import LOOPBACK
from stack.stack import Stack, StackError
from tidewire import jobs as flink
from tidewire import tally
from tidewire.places import broker, codec, reader
from tidewire.profile import Newswire, Profile, load, save
from tidewire.roles import demo_environment
from tidewire.settle import Settling, settle
from topics.catalogue import FEEDS_STATE
from topics.decoding import latest
from topics.lane import LIVE

SETTLE_TIMEOUT_S = 300.0
AWAY_TIMEOUT_S = 120.0
WATCH_EVERY_S = 1.0
MEGABYTE = 1 << 20
SAMPLE = "sample"

Say = Callable[[str], None]


class DemoStopped(RuntimeError):
    """The newswire cannot go on."""


@dataclass(frozen=True)
class Glance:
    """What the table shows at one moment."""

    newswire: dict[str, Any]
    counts: dict[str, Any]
    stories: list[dict[str, Any]]
    briefs: list[dict[str, Any]]


def demo_profile(mode: str, seconds: float, play: str, port: int) -> Profile:
    """What a demo's home is started as."""
    return Profile(
        environment=demo_environment(port),
        newswire=Newswire.model_validate({"mode": mode, "seconds": seconds, "play": play, "port": port}),
    )


def adopt(home: Path, profile: Profile) -> bool:
    """Makes a home a demo's; whether it was this demo's before.

    Raises StackError for one in which something else was gathered.
    """
    before = load(home)
    gathered = (home / "kafka").exists()
    if before == profile:
        return gathered
    if gathered:
        was = "another demo" if before.newswire else "your own feeds"
        raise StackError(
            f"{home} holds {was}. Give the demo a home of its own with TIDEWIRE_HOME=folder, "
            "or start over with `./tw demo --fresh`, which deletes what is there"
        )
    save(home, profile)
    return False


class Demo:
    """One run on a started stack.

    ``started`` is the monotonic time from which the first brief is timed; None in a home that has
    briefs of an earlier run.
    """

    def __init__(self, stack: Stack, profile: Profile, started: float | None) -> None:
        if profile.newswire is None:
            raise ValueError("a demo plays a newswire")
        self._stack = stack
        self._newswire = f"http://{LOOPBACK}:{profile.newswire.port}"
        # A recorded folder's entries are counted by another reader, so its ledger need not be matched.
        self._exact = profile.newswire.play == SAMPLE
        self._started = started
        self._reader: ReaderClient = reader()
        self._peak = 0
        self.first_brief_s: float | None = None

    def played(self) -> bool:
        """Whether the time line was over before this run began."""
        return self._started is None and bool(self._status()["done"])

    def publish_feeds(self) -> None:
        """The newswire's catalogue into the log."""
        publish(broker(), codec(), self._feeds)

    @cached_property
    def _feeds(self) -> list[FeedSpec]:
        """The newswire's; others may be watched beside them."""
        answer = httpx2.get(f"{self._newswire}/catalogue.json", trust_env=False, timeout=30)
        answer.raise_for_status()
        return feeds_of(answer.json())

    def _counted(self) -> tally.Tally:
        return tally.take(broker(), codec(), LIVE, frozenset(each.feed_id for each in self._feeds))

    def glance(self) -> Glance:
        """Asks the newswire and the reader. Raises DemoStopped when the time line stalls."""
        status = self._status()
        if status["stalled"]:
            raise DemoStopped(status["stalled"])
        counts = self._reader.get("/api/counts")
        if counts["latest_briefs"] and self.first_brief_s is None and self._started is not None:
            self.first_brief_s = time.monotonic() - self._started
        stories = self._reader.get("/api/stories", {"limit": 8})["stories"]
        briefs = self._reader.get("/api/briefs", {"limit": 6})["briefs"]
        return Glance(status, counts, stories, briefs)

    def watch(self, show: Callable[[Glance], None], say: Say) -> None:
        """Shows what happens until the time line is done.

        A part that dies is started again by its supervisor, so no answer for a while is only said.
        Raises DemoStopped when it stays away.
        """
        answered = time.monotonic()
        while True:
            self.weigh()
            try:
                seen = self.glance()
            except (ReaderDown, ReaderProblem, httpx2.TransportError) as error:
                say(f"waiting: {error}")
                if time.monotonic() - answered > AWAY_TIMEOUT_S:
                    raise DemoStopped(f"no answer for {AWAY_TIMEOUT_S:.0f} s: {error}") from error
            else:
                answered = time.monotonic()
                show(seen)
                if seen.newswire["done"]:
                    return
            time.sleep(WATCH_EVERY_S)

    def weigh(self) -> None:
        """Keeps the largest memory seen, this process included."""
        mine = psutil.Process().memory_info().rss
        self._peak = max(self._peak, self._stack.status().resident + mine)

    def settle(self, jobs: Jobs, say: Say) -> None:
        """Waits until everything served has had its effect."""
        until(self._unlogged, "producers", SETTLE_TIMEOUT_S, say)
        last_entry_at = tally.take(broker(), codec(), LIVE).last_entry_at
        asked = Settling(
            broker(),
            codec(),
            jobs.rest,
            dict(flink.ids(jobs)),
            self._reader,
            TimeSettings(),
            StoriesSettings(),
        )
        settle(asked, LIVE, last_entry_at, SETTLE_TIMEOUT_S, say)
        self.weigh()
        if self.first_brief_s is None:
            self.glance()

    def _unlogged(self) -> str:
        """What was served and is not in the log yet."""
        if self._exact:
            served = self._served()
            counted = self._counted()
            left = served - counted.raw - counted.dead_letters
            return f"{left} entries to log" if left else ""
        feeds = {feed.feed_id for feed in listed(broker(), codec())}
        left = len(feeds - set(latest(broker(), codec(), FEEDS_STATE, FeedState)))
        return f"{left} feeds to poll" if left else ""

    def _status(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx2.get(f"{self._newswire}/status", trust_env=False, timeout=30).json()
        return found

    def _served(self) -> int:
        summary = httpx2.get(f"{self._newswire}/ledger/summary", trust_env=False, timeout=30).json()
        return int(summary["served"])

    def result(self) -> dict[str, int | float | None]:
        """What the demo came to; the keys that `--json` prints."""
        counted = self._counted()
        indexed = self._reader.get("/api/counts")["latest_briefs"]
        first = self.first_brief_s
        return {
            "served": self._served(),
            "raw": counted.raw,
            "unique": counted.unique,
            "duplicates": counted.duplicates,
            "late": counted.late,
            "dead_letters": counted.dead_letters,
            "stories": counted.stories,
            "assignments": counted.assignments,
            "briefs": counted.briefs,
            "indexed": indexed,
            "first_brief_s": None if first is None else round(first, 1),
            "peak_rss_mb": self._peak // MEGABYTE,
        }


def problems(result: dict[str, int | float | None], play: str) -> list[str]:
    """Equalities that a finished run must keep, and does not."""
    found = []
    raw, unique, duplicates = (result[name] for name in ("raw", "unique", "duplicates"))
    if play == SAMPLE and result["served"] != (raw or 0) + (result["dead_letters"] or 0):
        found.append("served is not raw + dead_letters")
    if raw != (unique or 0) + (duplicates or 0):
        found.append("raw is not unique + duplicates")
    if result["briefs"] != result["indexed"]:
        found.append("briefs is not indexed")
    return found


def feeds_of(catalogue: list[dict[str, Any]]) -> list[FeedSpec]:
    """The feeds of a JSON catalogue."""
    return [from_dict(FeedSpec, {**entry, "feed_id": feed_id(entry["url"])}) for entry in catalogue]
