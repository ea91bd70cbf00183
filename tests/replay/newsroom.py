"""A home whose raw log a test writes itself: the stack, live jobs, agents and reader, but no feeds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemas.codec import to_dict
from schemas.identity import hash_of
from schemas.records import Record
from tests.e2e.homes import Home
from tests.integration.flink_jobs.sample import Feed
from tidewire.profile import Profile, save
from tidewire.roles import demo_environment, reading_roles
from topics.admin import lanes
from topics.catalogue import ARTICLES_RAW, TOPICS
from topics.groups import groups
from topics.lane import LIVE, Lane
from topics.reading import read_range
from topics.wire import open_transactions

# What differs between two runs of the same: when a brief was made, and the mark of a warm-up, which an
# assignment's story may bear though the assignment does not.
VOLATILE = frozenset({"generated_at", "at", "trace_id", "warmup"})
# Longer than a checkpoint, a brief after it, and a point after that.
STILL_S = 8.0


class Newsroom(Home):
    """Use it as `Home`; ``feed`` writes to its raw log."""

    feed: Feed

    def open(self, seed: int = 7) -> None:
        """Brings everything up and starts the live jobs."""
        environment = demo_environment(1)
        save(self.folder, Profile(environment=environment))
        self.stack.up()
        self.stack.add_roles(reading_roles(self.settings, environment))
        self.feed = Feed(self.broker, self.codec, seed)
        self.feed.tick()
        self.tw("jobs", "submit")

    def settled(self, *others: Lane) -> None:
        """Live, and other lanes that follow it, have made everything of what the log holds, and time
        stands still."""
        lanes = (LIVE, *others)
        with self._ticking():
            for lane in lanes:
                self.settle(lane, self.active_jobs(lane))
        before: list[dict[str, str]] = []
        now = [self.hashes(lane) for lane in lanes]
        while now != before:
            time.sleep(STILL_S)
            before, now = now, [self.hashes(lane) for lane in lanes]

    @contextmanager
    def _ticking(self) -> Iterator[None]:
        done = threading.Event()

        def tick() -> None:
            while not done.wait(0.5):
                self.feed.tick()

        thread = threading.Thread(target=tick)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def replay(self, lane: str, *options: str, status: int = 0) -> str:
        """Runs one to its end; all that it said."""
        done = self.tw("replay", "start", "--lane", lane, "--yes", *options, status=status)
        return done.stdout + done.stderr

    def listed(self) -> dict[str, dict[str, Any]]:
        return {row["lane"]: row for row in json.loads(self.tw("replay", "list", "--json").stdout)}

    def drop_all(self, live: dict[str, str]) -> None:
        """Lanes need slots: they are dropped, and live is then what its hashes say."""
        for lane in self.listed():
            self.tw("replay", "drop", "--yes", lane)
        assert self.hashes() == live

    def raw_bytes(self) -> int:
        """What the raw log takes on disk, compressed as its readers get it."""
        return sum(each.stat().st_size for each in self.folder.rglob(f"{ARTICLES_RAW}-*/*.log"))

    def differing(self, lane: str) -> dict[str, Any]:
        """What `./tw replay compare` says of a lane that is not as live."""
        said = self.tw("replay", "compare", "live", lane, "--json", status=1).stdout
        found: dict[str, Any] = json.loads(said)
        return found

    def hashes(self, lane: Lane = LIVE) -> dict[str, str]:
        """By topic of the lane: a hash over all committed records and their places."""
        return {
            name: hash_of(
                sorted(
                    [each.partition, each.offset, hash_of((each.value or b"").hex())]
                    for each in read_range(self.broker, lane.topic(name))
                )
            )
            for name, topic in TOPICS.items()
            if not topic.shared
        }

    def traces(self, lane: Lane) -> dict[str, list[str]]:
        """Whatever there is of a lane."""
        places = [path for path in self.folder.rglob(lane.name) if path.is_dir()]
        return {
            "lanes": [each.name for each in lanes(self.broker) if each == lane],
            "groups": [each for each in groups(self.broker) if f".{lane.name}." in each],
            "transactions": [each for each in open_transactions(self.broker) if f"-{lane.name}-" in each],
            "folders": [str(path.relative_to(self.folder)) for path in places],
            "jobs": list(self.active_jobs(lane)),
            "processes": [each for each in self.processes() if f"agents-{lane.name}" in each],
            "views": [
                each["name"] for each in self.reader.get("/api/lanes")["lanes"] if each["name"] == lane.name
            ],
        }


def content(record: Record) -> str:
    """All of a record but what is volatile."""
    return hash_of(_lasting(to_dict(record)))


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(each) for name, each in value.items() if name not in VOLATILE}
    return [_lasting(each) for each in value] if isinstance(value, list | tuple) else value


@contextmanager
def opened(folder: Path) -> Iterator[Newsroom]:
    """A newsroom in a new home; nothing of it runs afterwards."""
    room = Newsroom(folder / "home", 1)
    try:
        room.open()
        yield room
    finally:
        room.stack.down()
