"""One stack for a test process, in a temporary home on free ports, started by the first test that asks.

`make test` runs two processes. Tests of one file stay in one of them, in order, and so do the whole runs
that are compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import environ, getpid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from schemas.registry import RegistrySettings
from stack import contents, ports
from stack.services import LOG_SERVICES
from stack.settings import StackSettings
from stack.stack import Stack
from topics.settings import BrokerSettings

# How fast the machine draws examples decides nothing.
settings.register_profile("tidewire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tidewire")

HERE = Path(__file__).parent
# No test may ever ask a model that costs money: without a key nothing is asked, and nobody answers there.
environ.pop("ANTHROPIC_API_KEY", None)
environ["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"
# What takes longest first, so that both processes end at about the same time: a process takes the next group
# when it has done its own, and what is left at the end is short.
ORDER = (
    "e2e/test_1",
    "e2e/test_2",
    "integration/flink_jobs/test_jobs",
    "hostile/test_generated",
    "integration/agents/test_delivery",
    "integration/producers/test_exactly_once",
    "integration",
    "hostile",
    "e2e",
    "unit",
)
# By itself, in a target of its own: there what takes longest comes last.
LAST = "replay/test_five_thousand"
COMPARED = ORDER[:2]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders the tests, and says which have to stay in one process."""

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(HERE).as_posix() if HERE in item.path.parents else ""

    def rank(item: pytest.Item) -> int:
        named = (n for n, start in enumerate(ORDER) if folder(item).startswith(start))
        return next(named, len(ORDER) + folder(item).startswith(LAST))

    items.sort(key=rank)
    for item in items:
        group = "whole-runs" if folder(item).startswith(COMPARED) else folder(item)
        item.add_marker(pytest.mark.xdist_group(group))


@dataclass(frozen=True, slots=True)
class RunningLog:
    """Broker and registry, with the live lane's topics made and every schema registered."""

    stack: Stack
    broker: BrokerSettings
    registry: RegistrySettings

    def variables(self) -> dict[str, str]:
        """With what a program finds both and logs in."""
        return {
            "TIDEWIRE_KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "TIDEWIRE_KAFKA_PASSWORD_FILE": str(self.broker.password_file),
            "TIDEWIRE_REGISTRY_URL": self.registry.url,
            "TIDEWIRE_REGISTRY_CA": str(self.registry.ca),
        }


@dataclass(frozen=True, slots=True)
class RunningFlink:
    """The log with the Flink session cluster beside it; `environment` is what `flink run` needs."""

    stack: Stack
    broker: BrokerSettings
    registry: RegistrySettings
    flink_url: str
    environment: dict[str, str]


def stack_settings(home: object) -> StackSettings:
    """A stack of its own for a test: free ports, small logs, and an end with this process."""
    names = [name for name in StackSettings.model_fields if name.endswith("_port")]
    chosen = dict(zip(names, ports.free(len(names)), strict=True))
    return StackSettings.model_validate(
        {"home": home, "owner_pid": getpid(), "log_megabytes": 2, "one_compiler": True, **chosen}
    )


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The run's stack, not started; whatever a test started on it is stopped at the end."""
    own = Stack(stack_settings(tmp_path_factory.mktemp("stack")))
    yield own
    own.down()


@pytest.fixture(scope="session")
def kafka(stack: Stack) -> RunningLog:
    """A broker and a registry, shared by the run: use topics, keys or lanes of your own."""
    stack.up(services=LOG_SERVICES)
    return RunningLog(stack, contents.broker(stack.settings), contents.registry(stack.settings))


@pytest.fixture(scope="session")
def flink(kafka: RunningLog) -> RunningFlink:
    """The session cluster on the same log; cancel the jobs that a test submits."""
    stack = kafka.stack
    stack.up()
    environment = {**stack.environment(), **stack.flink_environment()}
    return RunningFlink(stack, kafka.broker, kafka.registry, stack.settings.flink_url, environment)
