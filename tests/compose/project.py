"""One compose project of its own: its own ports, secrets, volumes and image tags."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2

from flink_jobs.rest import FlinkRest
from flink_jobs.settings import TimeSettings
from flink_jobs.stories.settings import StoriesSettings
from reader.client import ReaderClient
from replay.compare.comparison import Outputs
from replay.compare.outputs import read_outputs
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from stack import ports
from tidewire import tally
from tidewire.settle import Settling, settle
from topics.lane import LIVE
from topics.settings import BrokerSettings

DEPLOY = Path(__file__).parents[2] / "deploy"
TAG = "test"
BUILD_TIMEOUT_S = 1_800.0
UP_TIMEOUT_S = 600.0
SETTLE_TIMEOUT_S = 400.0
PUBLISHED = ("READER", "KAFKA", "REGISTRY", "FLINK_REST", "FLINK_UI", "NEWSWIRE")
IDENTITY = "/var/lib/tidewire-keys/identity.pem"


def sample_settings() -> dict[str, str]:
    """The lines of sample.env."""
    lines = (line for line in (DEPLOY / "sample.env").read_text().splitlines() if "=" in line)
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


@dataclass(frozen=True)
class Container:
    """What the engine says of one; ``pid`` is the host's."""

    id: str
    service: str
    pid: int
    restarts: int
    state: str
    health: str
    inspected: dict[str, Any]


class Project:
    """``server``: with the Qdrant server, where its image can be had; else the reader embeds the engine."""

    def __init__(self, folder: Path, producers: int) -> None:
        self.name = f"tidewire-test-{os.getpid()}"
        self.ports = dict(zip(PUBLISHED, ports.free(len(PUBLISHED)), strict=True))
        self.producers = producers
        self._folder = folder
        keys = folder / "secrets"
        keys.mkdir(mode=0o700)
        self.key = secrets.token_hex(32)
        for name, text in (("index_api_key", self.key), ("anthropic_api_key", "")):
            (keys / name).write_text(text)
            (keys / name).chmod(0o444)
        own = {f"TIDEWIRE_COMPOSE_{name}_PORT": str(port) for name, port in self.ports.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWIRE_")}
        own |= {"TIDEWIRE_SECRETS": str(keys), "TIDEWIRE_TAG": TAG, "COMPOSE_PROGRESS": "plain"}
        self.env = {**inherited, **own}
        self.server = self._has_server()
        said = sample_settings()
        self.times = TimeSettings(
            lateness_ms=int(said["TIDEWIRE_TIME_LATENESS_MS"]),
            window_skew_ms=int(said["TIDEWIRE_TIME_WINDOW_SKEW_MS"]),
        )
        self.stories = StoriesSettings(
            first_debounce_ms=int(said["TIDEWIRE_STORIES_FIRST_DEBOUNCE_MS"]),
            debounce_ms=int(said["TIDEWIRE_STORIES_DEBOUNCE_MS"]),
        )

    def compose(self, *arguments: str, timeout_s: float = 300.0, embedded: bool | None = None) -> str:
        """Runs a command of compose in this project; its output. Fails with what it said."""
        without_server = not self.server if embedded is None else embedded
        files = ["compose.yaml", "compose.ports.yaml", *(["compose.embedded.yaml"] if without_server else [])]
        command = ["docker", "compose", "-p", self.name, "--env-file", ".env", "--env-file", "sample.env"]
        for file in files:
            command += ["-f", file]
        done = subprocess.run(
            [*command, *arguments],
            cwd=DEPLOY,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        said = f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
        assert done.returncode == 0, f"compose {arguments}: {done.returncode}\n{said}"
        return done.stdout

    def _has_server(self) -> bool:
        self.server = True
        try:
            self.compose("pull", "--quiet", "--policy", "missing", "qdrant", timeout_s=300)
        except (AssertionError, subprocess.TimeoutExpired):
            return False
        return True

    def build(self) -> None:
        self.compose("build", "init", "jobmanager", timeout_s=BUILD_TIMEOUT_S)

    def up(self) -> None:
        """Returns when everything that something waits for is healthy."""
        self.compose("up", "-d", "--scale", f"producers={self.producers}", timeout_s=UP_TIMEOUT_S)

    def down(self, *arguments: str) -> None:
        self.compose("down", *arguments, timeout_s=UP_TIMEOUT_S)

    def containers(self) -> list[Container]:
        """Every container of the project, ended ones too."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = json.loads(_docker("inspect", *ids)) if ids else []
        return [
            Container(
                id=each["Id"],
                service=each["Config"]["Labels"]["com.docker.compose.service"],
                pid=each["State"]["Pid"],
                restarts=each["RestartCount"],
                state=each["State"]["Status"],
                health=each["State"].get("Health", {}).get("Status", ""),
                inspected=each,
            )
            for each in found
        ]

    def of(self, service: str) -> Container:
        """The first container of a service."""
        return next(each for each in self.containers() if each.service == service)

    def kill(self, service: str) -> None:
        """kill -9 of its first process, from the host: the engine takes its own kill for a wish to stop."""
        container = self.of(service)
        assert container.pid, f"{service} is {container.state}"
        os.kill(container.pid, signal.SIGKILL)

    def unwell(self) -> dict[str, str]:
        """Services that stay and are not healthy, with what the engine says of them."""
        return {
            each.service: f"{each.state} {each.health}"
            for each in self.containers()
            if each.inspected["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
            and (each.state, each.health) != ("running", "healthy")
        }

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def broker(self) -> BrokerSettings:
        return BrokerSettings(bootstrap=f"127.0.0.1:{self.ports['KAFKA']}")

    @cached_property
    def codec(self) -> Codec:
        return Codec(Registry(RegistrySettings(url=f"{self.url('REGISTRY')}/apis/ccompat/v7")))

    @cached_property
    def flink(self) -> FlinkRest:
        copied = self._folder / "identity.pem"
        self.compose("cp", f"keeper:{IDENTITY}", str(copied))
        return FlinkRest(f"https://127.0.0.1:{self.ports['FLINK_REST']}", identity=copied)

    @property
    def reader(self) -> ReaderClient:
        return ReaderClient(self.url("READER"))

    def jobs(self) -> dict[str, str]:
        """Running jobs, name to id."""
        return {job.name: job.id for job in self.flink.jobs() if job.state == "RUNNING"}

    def newswire(self, path: str = "/status") -> dict[str, Any]:
        """What the newswire says; step -1 while it does not answer."""
        try:
            found: dict[str, Any] = httpx2.get(
                f"{self.url('NEWSWIRE')}{path}", trust_env=False, timeout=10
            ).json()
        except httpx2.TransportError:
            return {"step": -1, "done": False, "stalled": ""}
        return found

    def tally(self) -> tally.Tally:
        return tally.take(self.broker, self.codec, LIVE)

    def outputs(self) -> Outputs:
        return read_outputs(self.broker, self.codec, LIVE)

    def settle(self) -> None:
        """Waits until everything logged has had its effect, by jobs that run now."""
        wait_until(lambda: len(self.jobs()) == 2, "both jobs to run", 300)
        asked = Settling(
            self.broker, self.codec, self.flink, self.jobs(), self.reader, self.times, self.stories
        )  # fmt: skip
        settle(asked, LIVE, self.tally().last_entry_at, SETTLE_TIMEOUT_S)

    def logs(self) -> str:
        return self.compose("logs", "--no-color", "--timestamps")


def doubled(keys: list[Any]) -> list[Any]:
    """What is there more than once."""
    return [key for key, times in Counter(keys).items() if times > 1]


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 300.0) -> None:
    """Asks again until it is so; fails naming ``what``."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(0.5)


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout
