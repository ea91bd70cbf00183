"""A Tidewire in a folder of its own, driven by its command line as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import httpx2

from flink_jobs.rest import FlinkRest
from flink_jobs.settings import TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from newswire.outlets import load_outlets
from reader.client import ReaderClient
from replay.compare.comparison import Comparison, Outputs, compare
from replay.compare.outputs import last_tick, read_outputs
from schemas.codec import Codec
from schemas.identity import feed_id
from schemas.registry import Registry
from stack import contents, ports
from stack.leftovers import marked
from stack.settings import StackSettings
from stack.stack import Stack
from tidewire import tally
from tidewire.roles import demo_environment
from tidewire.settle import Settling, settle
from topics.lane import LIVE, Lane
from topics.settings import BrokerSettings

COMMAND_TIMEOUT_S = 600.0
SETTLE_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 180.0


class Home:
    """``env`` is what its commands run with; nothing of the caller's Tidewire reaches it. A test of much
    gives it more time."""

    command_timeout_s = COMMAND_TIMEOUT_S
    settle_timeout_s = SETTLE_TIMEOUT_S

    def __init__(self, folder: Path, newswire_port: int) -> None:
        names = [name for name in StackSettings.model_fields if name.endswith("_port")]
        chosen = dict(zip(names, ports.free(len(names)), strict=True))
        self.folder = folder
        self.newswire = f"http://127.0.0.1:{newswire_port}"
        lived = {"owner_pid": os.getpid(), "one_compiler": True}
        self.settings = StackSettings.model_validate({"home": folder, **lived, **chosen})
        self.stack = Stack(self.settings)
        own = {f"TIDEWIRE_STACK_{name.upper()}": str(port) for name, port in chosen.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWIRE_")}
        self.env = {
            **inherited,
            **own,
            "TIDEWIRE_HOME": str(folder),
            "TIDEWIRE_STACK_OWNER_PID": str(os.getpid()),
            "TIDEWIRE_NEWSWIRE_PORT": str(newswire_port),
            "TIDEWIRE_STACK_ONE_COMPILER": "1",
            "COLUMNS": "200",
        }
        self.times = TimeSettings(lateness_ms=20_000, window_skew_ms=2_000)
        demo = demo_environment(newswire_port)
        self.stories = StoriesSettings(
            first_debounce_ms=int(demo["TIDEWIRE_STORIES_FIRST_DEBOUNCE_MS"]),
            debounce_ms=int(demo["TIDEWIRE_STORIES_DEBOUNCE_MS"]),
        )

    def tw(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Runs a command; its exit status must be ``status``."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.env,
            capture_output=True,
            text=True,
            timeout=self.command_timeout_s,
        )
        assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).parent / "tidewire"), *arguments]

    @contextmanager
    def running(self, *arguments: str) -> Iterator[IO[str]]:
        """Runs a command until the block ends, then asks it to stop; gives its standard output."""
        log = self.folder.with_suffix(".log")
        with (
            log.open("w") as errors,
            subprocess.Popen(
                self.command(*arguments), env=self.env, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as process,
        ):
            assert process.stdout is not None
            try:
                yield process.stdout
            finally:
                process.terminate()
                ended = process.wait(STOP_TIMEOUT_S)
        assert ended == 0, log.read_text()[-3000:]

    def said(self) -> str:
        """The end of what the running command told of its progress."""
        return self.folder.with_suffix(".log").read_text()[-3000:]

    @property
    def broker(self) -> BrokerSettings:
        return contents.broker(self.settings)

    @cached_property
    def codec(self) -> Codec:
        return Codec(Registry(contents.registry(self.settings)))

    @property
    def reader(self) -> ReaderClient:
        return ReaderClient(self.settings.reader_url)

    def tally(self, lane: Lane = LIVE, feeds: frozenset[str] | None = None) -> tally.Tally:
        return tally.take(self.broker, self.codec, lane, feeds)

    def newswire_feeds(self) -> frozenset[str]:
        """Ids of the sample's own feeds."""
        return frozenset(feed_id(f"{self.newswire}{feed.path}") for feed in load_outlets().feeds.values())

    def outputs(self, lane: Lane = LIVE) -> Outputs:
        return read_outputs(self.broker, self.codec, lane)

    def settle(self, lane: Lane, jobs: dict[str, str]) -> None:
        """Waits until everything logged so far has had its effect in a lane."""
        asked = Settling(
            self.broker,
            self.codec,
            FlinkRest(self.settings.flink_url, identity=self.settings.keys.identity),
            jobs,
            self.reader,
            self.times,
            self.stories,
        )
        settle(asked, lane, self.tally(lane).last_entry_at, self.settle_timeout_s)

    def compared(self, lane: Lane, until: int | None = None) -> Comparison:
        """The live lane beside another, up to a logged time (ms); default the last tick."""
        logged = until or last_tick(self.broker, self.codec)
        windows = logged - self.times.lateness_ms - self.times.window_skew_ms
        live, other = (self.outputs(each).up_to(logged, windows) for each in (LIVE, lane))
        assert live.stories
        assert live.briefs
        assert live.indicators
        return compare(live, other)

    def jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.tw("jobs", "list", "--json").stdout)
        return found

    def active_jobs(self, lane: Lane) -> dict[str, str]:
        suffix = "" if lane.is_live else f" (lane {lane.name})"
        wanted = {f"tidewire {name}{suffix}": name for name in ("articles", "stories")}
        return {
            wanted[job["name"]]: job["id"]
            for job in self.jobs()
            if job["name"] in wanted and job["state"] == "RUNNING"
        }

    def kill(self, program: str) -> None:
        """kill -9 of one process; its supervisor starts it again."""
        pid = self.stack.status().program(program).pid
        assert pid is not None, f"{program} is not running"
        os.kill(pid, signal.SIGKILL)

    def newswire_status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = httpx2.get(f"{self.newswire}/status", trust_env=False, timeout=10).json()
        except httpx2.TransportError:
            return {"step": -1, "done": False}
        return found

    def processes(self) -> list[str]:
        """Whatever still runs of this home."""
        return [" ".join(process.cmdline()) for process in marked(str(self.folder))]


def story_by_article(members: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """From the members of each story."""
    return {article: story for story, articles in members.items() for article in articles}


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 300.0) -> None:
    """Asks again until it is so; fails naming ``what``."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(0.1)
