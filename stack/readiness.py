"""Asking each service whether it does its work, and waiting until it does."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from stack.errors import NotReady
from stack.settings import LOOPBACK, StackSettings
from telemetry import mutual
from topics.settings import BrokerSettings

POLL_S = 0.1
ASK_TIMEOUT_S = 5.0
COMPATIBILITY = "FULL_TRANSITIVE"

silent = logging.getLogger("stack.silent")
silent.addHandler(logging.NullHandler())
silent.propagate = False


def http(identity: Path | None = None) -> httpx2.Client:
    """A client for loopback: whatever proxy the environment names is none of its business."""
    verify = True if identity is None else mutual.context(identity)
    return httpx2.Client(timeout=ASK_TIMEOUT_S, trust_env=False, verify=verify)


def kafka(settings: StackSettings) -> bool:
    """The broker has a controller and leads every partition it knows, which it says by giving its end."""
    broker = BrokerSettings(
        bootstrap=settings.bootstrap, password_file=settings.keys.kafka_password, log_level=0
    )
    client = AdminClient({**broker.client(), "socket.timeout.ms": 5000}, logger=silent)
    try:
        metadata = client.list_topics(timeout=2.0)
        if metadata.controller_id not in metadata.brokers:
            return False
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        ends = client.list_offsets(
            {
                TopicPartition(name, partition): latest
                for name, topic in metadata.topics.items()
                for partition in topic.partitions
            },
            request_timeout=ASK_TIMEOUT_S,
        )
        for end in ends.values():
            end.result()
    except KafkaException:
        return False
    return True


def registry(settings: StackSettings) -> bool:
    """The registry answers and refuses incompatible schemas; that setting is made if it is missing."""
    url = f"{settings.registry_url}/config"
    try:
        with http(settings.keys.identity) as client:
            answer = client.get(url)
            if answer.status_code == 200 and answer.json().get("compatibilityLevel") == COMPATIBILITY:
                return client.get(f"{settings.registry_url}/subjects").status_code == 200
            client.put(url, json={"compatibility": COMPATIBILITY})
    except httpx2.HTTPError:
        pass  # not up yet: asked again
    return False


def zookeeper(settings: StackSettings) -> bool:
    """ZooKeeper serves, by its own word."""
    try:
        with socket.create_connection((LOOPBACK, settings.zookeeper_port), timeout=ASK_TIMEOUT_S) as asked:
            asked.sendall(b"srvr")
            answer = b"".join(iter(lambda: asked.recv(4096), b""))
    except OSError:
        return False
    return b"Mode: standalone" in answer


def jobmanager(settings: StackSettings) -> bool:
    """The JobManager leads and answers."""
    return answers(f"{settings.flink_url}/overview", settings.keys.identity)


def taskmanager(settings: StackSettings) -> bool:
    """The JobManager knows a TaskManager with every slot of the stack."""
    try:
        with http(settings.keys.identity) as client:
            answer = client.get(f"{settings.flink_url}/overview")
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200 and int(answer.json()["slots-total"]) >= settings.slots


def answers(url: str, identity: Path | None = None) -> bool:
    try:
        with http(identity) as client:
            return client.get(url).is_success
    except httpx2.HTTPError:
        return False


def wait(name: str, ready: Callable[[], bool], failed: Callable[[], str | None], timeout_s: float) -> float:
    """Asks `ready` until it is true; the seconds that took.

    Raises NotReady as soon as `failed` gives a reason, or after `timeout_s`.
    """
    start = time.monotonic()
    while not ready():
        reason = failed()
        waited = time.monotonic() - start
        if reason is None and waited > timeout_s:
            reason = f"did not get ready within {timeout_s:.0f} s"
        if reason is not None:
            raise NotReady(f"{name} {reason}")
        time.sleep(POLL_S)
    return time.monotonic() - start
