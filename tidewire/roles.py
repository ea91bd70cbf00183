"""The Python processes of a local Tidewire, and the settings of the demo's compressed days."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from stack.programs import Role
from stack.settings import LOOPBACK, StackSettings
from telemetry.environment import PROXIES
from topics.lane import LIVE, Lane

PRODUCER_SLOTS = 1
# Who is given which secrets. The model's key, and the proxies on the way to it, are the agents' alone.
LOG_SECRETS = ("TIDEWIRE_KAFKA_", "TIDEWIRE_REGISTRY_")
AGENTS_SECRETS = (
    *LOG_SECRETS,
    *PROXIES,
    "ANTHROPIC_",
    "TIDEWIRE_AGENTS_",
    "TIDEWIRE_MODEL_",
    "TIDEWIRE_TOOLS_",
    "TIDEWIRE_WRITER_",
)
READER_SECRETS = (*LOG_SECRETS, "TIDEWIRE_READER_", "TIDEWIRE_INDEX_")


def demo_environment(newswire_port: int) -> dict[str, str]:
    """Days take seconds on the sample newswire, and so must everything that waits.

    Lateness and window sizes are in proportion; feeds are asked several times a second, and the
    address guard lets this one loopback address through. A quota of an hour would be one of many days.
    """
    return {
        "TIDEWIRE_TIME_LATENESS_MS": "20000",
        "TIDEWIRE_TIME_WINDOW_SKEW_MS": "2000",
        "TIDEWIRE_ARTICLES_WINDOWS_S": "[10, 30, 60]",
        "TIDEWIRE_STORIES_FIRST_DEBOUNCE_MS": "1000",
        "TIDEWIRE_STORIES_DEBOUNCE_MS": "4000",
        "TIDEWIRE_PRODUCERS_MIN_INTERVAL_S": "0.3",
        "TIDEWIRE_PRODUCERS_MAX_INTERVAL_S": "0.3",
        "TIDEWIRE_PRODUCERS_MAX_SERVER_DELAY_S": "0",
        "TIDEWIRE_PRODUCERS_COMMIT_INTERVAL_S": "0.2",
        "TIDEWIRE_PRODUCERS_TICK_INTERVAL_S": "1",
        "TIDEWIRE_PRODUCERS_PER_HOST": "16",
        "TIDEWIRE_PRODUCERS_NEW_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_REVISIONS_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_FAMILY_NEW_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_FAMILY_REVISIONS_PER_HOUR": "100000",
        "TIDEWIRE_PRODUCERS_ALLOW_HOSTS": f"{LOOPBACK}:{newswire_port}",
    }


def producer_roles(env: Mapping[str, str], slots: int = PRODUCER_SLOTS) -> tuple[Role, ...]:
    """The workers that poll; each slot is one transactional id."""
    return tuple(
        Role(f"producers-{slot}", _module("producers", "--slot", str(slot)), env, LOG_SECRETS)
        for slot in range(slots)
    )


def reading_roles(settings: StackSettings, env: Mapping[str, str]) -> tuple[Role, ...]:
    """The agents of the live lane, and the reader."""
    reader = Role(
        "reader",
        _module("reader"),
        env,
        READER_SECRETS,
        ready_url=f"{settings.reader_url}/health",
        port_variable="TIDEWIRE_STACK_READER_PORT",
    )
    return agents_role(LIVE, env), reader


def agents_role(lane: Lane, env: Mapping[str, str]) -> Role:
    """The agents of a lane."""
    name = "agents" if lane.is_live else f"agents-{lane.name}"
    return Role(name, _module("agents"), {**env, "TIDEWIRE_LANE": lane.name}, AGENTS_SECRETS)


def newswire_role(mode: str, seconds: float, play: str, state: Path, port: int) -> Role:
    """The feed server that plays the sample, or a folder of recorded feeds."""
    argv = _module(
        "newswire", "serve", "--port", str(port), "--mode", mode, "--seconds", str(seconds),
        "--play", play, "--state", str(state),
    )  # fmt: skip
    return Role("newswire", argv, ready_url=f"http://{LOOPBACK}:{port}/status")


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)
