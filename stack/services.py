"""The services of the stack in one table: what each is for, its ports, files, program and readiness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stack import flink, flink_ui, kafka, readiness, registry, zookeeper
from stack.programs import Program
from stack.settings import StackSettings


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the stack; `ports` are names of settings."""

    name: str
    title: str
    ports: tuple[str, ...]
    files: Callable[[StackSettings], dict[Path, str]]
    program: Callable[[StackSettings], Program]
    ready: Callable[[StackSettings], bool]

    def address(self, settings: StackSettings) -> str | None:
        """Where people and clients reach it."""
        known = {
            "kafka": settings.bootstrap,
            "registry": settings.registry_url,
            "jobmanager": settings.flink_url,
            "flink-ui": settings.flink_ui_url,
        }
        return known.get(self.name)


SERVICES: dict[str, Service] = {
    service.name: service
    for service in (
        Service(
            "kafka",
            "Kafka",
            ("kafka_port", "controller_port"),
            kafka.files,
            kafka.program,
            readiness.kafka,
        ),
        Service(
            "registry",
            "the schema registry",
            ("registry_port", "registry_management_port"),
            registry.files,
            registry.program,
            readiness.registry,
        ),
        Service(
            "zookeeper",
            "ZooKeeper",
            ("zookeeper_port",),
            zookeeper.files,
            zookeeper.program,
            readiness.zookeeper,
        ),
        Service(
            "jobmanager",
            "Flink's JobManager",
            ("flink_port", "jobmanager_port"),
            flink.files,
            flink.jobmanager,
            readiness.jobmanager,
        ),
        Service(
            "taskmanager",
            "Flink's TaskManager",
            (),
            flink.files,
            flink.taskmanager,
            readiness.taskmanager,
        ),
        Service(
            "flink-ui",
            "Flink's web UI",
            ("flink_ui_port",),
            flink_ui.files,
            flink_ui.program,
            flink_ui.ready,
        ),
    )
}

LOG_SERVICES = ("kafka", "registry")
ALL_SERVICES = tuple(SERVICES)

STOP_ORDER: tuple[tuple[str, ...], ...] = (
    # before its TaskManager, or it would start to recover the jobs it is about to leave
    ("flink-ui", "jobmanager"),
    ("taskmanager",),
    ("zookeeper", "registry"),
    ("kafka",),
)
