"""The broker: one Kafka node that is its own controller."""

from __future__ import annotations

import base64
import subprocess
import uuid
from pathlib import Path

from stack.keys import Keys, read
from stack.programs import ONE_COMPILER, Program
from stack.settings import LOOPBACK, StackSettings
from telemetry.environment import given
from topics.settings import MECHANISM, PROTOCOL, USER

HEAP = ("-Xmx512m", "-Xms256m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
DAY_MS = 86_400_000

LOG4J = """\
Configuration:
  status: warn
  Appenders:
    Console:
      name: out
      PatternLayout: { pattern: "%d{ISO8601} %-5p %c{1} - %m%n" }
  Loggers:
    Root: { level: warn, AppenderRef: { ref: out } }
    Logger:
      - { name: kafka.server.KafkaRaftServer, level: info }
      - { name: org.apache.kafka.common.utils.AppInfoParser, level: info }
      - { name: org.apache.kafka.common.config.AbstractConfig, level: error }
"""


def folder(settings: StackSettings) -> Path:
    return settings.home / "kafka"


def configuration(settings: StackSettings) -> dict[str, str | int]:
    """`server.properties`: loopback only, one replica, transactions as long as Flink's sinks ask for."""
    client = f"CLIENT://{LOOPBACK}:{settings.kafka_port}"
    controller = f"CONTROLLER://{LOOPBACK}:{settings.controller_port}"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{settings.controller_port}",
        "listeners": f"{client},{controller}",
        "advertised.listeners": client,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": f"CLIENT:{PROTOCOL},CONTROLLER:{PROTOCOL}",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "sasl.mechanism.controller.protocol": MECHANISM,
        "log.dirs": str(folder(settings) / "data"),
        "auto.create.topics.enable": "false",
        "default.replication.factor": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "group.initial.rebalance.delay.ms": 0,
        # A worker that dies is replaced after this; with the consumer protocol the broker decides
        "group.consumer.session.timeout.ms": 6_000,
        "group.consumer.min.session.timeout.ms": 6_000,
        "group.consumer.heartbeat.interval.ms": 1_000,
        "group.consumer.min.heartbeat.interval.ms": 1_000,
        # An open transaction whose producer died holds every reader up until it is aborted
        # The first look at transactions past their time comes this long after the coordinator starts.
        # Sooner, on a broker that was killed, their abort markers go out before it can take them: they
        # are lost, and the transaction stays open for ever (docs/decisions/abort-after-start.md).
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": 10_000,
        "transaction.max.timeout.ms": DAY_MS,
        # Flink's sinks take a new transactional id at every commit: forget the spent ones soon
        "transactional.id.expiration.ms": DAY_MS // 6,
        # a stack that was down for weeks goes on where it was
        "offsets.retention.minutes": 90 * 24 * 60,
        "log.segment.bytes": 128 * 1024 * 1024,
        "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
    }


def password(keys: Keys) -> dict[str, str]:
    """Both listeners ask for it, and the broker gives it to itself. On loopback only root listens in."""
    module, secret = "org.apache.kafka.common.security.plain.PlainLoginModule", read(keys.kafka_password)
    login = f'{module} required username="{USER}" password="{secret}" user_{USER}="{secret}";'
    return {f"listener.name.{name}.plain.sasl.jaas.config": login for name in ("client", "controller")}


def files(settings: StackSettings) -> dict[Path, str]:
    """Raises OSError when the stack's keys are not there."""
    configured = {**configuration(settings), **password(settings.keys)}
    properties = "".join(f"{name}={value}\n" for name, value in configured.items())
    return {
        folder(settings) / "server.properties": properties,
        folder(settings) / "log4j2.yaml": LOG4J,
    }


def _java(settings: StackSettings, main: str, *arguments: str) -> tuple[str, ...]:
    return (
        str(settings.java),
        *HEAP,
        *([ONE_COMPILER] if settings.one_compiler else []),
        f"-Dlog4j2.configurationFile={folder(settings) / 'log4j2.yaml'}",
        "-cp",
        f"{settings.jars / 'kafka'}/*",
        main,
        *arguments,
    )


def program(settings: StackSettings) -> Program:
    temporary = str(folder(settings) / "tmp")
    java, *rest = _java(settings, "kafka.Kafka", str(folder(settings) / "server.properties"))
    return Program(
        name="kafka",
        argv=(java, f"-Djava.io.tmpdir={temporary}", *rest),
        clear=(temporary,),
        directory=str(folder(settings)),
        env={"MALLOC_ARENA_MAX": "2"},
        stop_wait_s=45,
    )


def cluster_id(settings: StackSettings) -> str:
    """The 22 characters of an id made from the home's path."""
    return base64.urlsafe_b64encode(uuid.uuid5(uuid.NAMESPACE_URL, str(settings.home)).bytes).decode()[:22]


def format_storage(settings: StackSettings) -> bool:
    """Prepares the data folder the first time; False when it was prepared already.

    Raises RuntimeError with the tool's words when it fails.
    """
    if (folder(settings) / "data" / "meta.properties").exists():
        return False
    properties = str(folder(settings) / "server.properties")
    arguments = ["format", f"--cluster-id={cluster_id(settings)}", "-c", properties, "--ignore-formatted"]
    command = _java(settings, "kafka.tools.StorageTool", *arguments, "--feature", "transaction.version=2")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=given())
    if done.returncode != 0:
        raise RuntimeError(f"Kafka's storage could not be prepared: {done.stdout}{done.stderr}")
    return True
