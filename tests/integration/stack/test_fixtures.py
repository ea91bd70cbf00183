"""The run's shared stack, asked by its own clients."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import httpx2
import psutil
from confluent_kafka.admin import AdminClient

from schemas.records import SCHEMA_FILES
from stack.leftovers import marked
from stack.readiness import COMPATIBILITY, http
from topics.catalogue import TOPICS


def test_log_has_every_topic_with_its_partitions(kafka: Any) -> None:
    found = AdminClient(dict(kafka.broker.client())).list_topics(timeout=10).topics
    assert {name: len(found[name].partitions) for name in TOPICS} == {
        name: topic.partitions for name, topic in TOPICS.items()
    }


def test_registry_has_every_schema_and_refuses_an_incompatible_one(kafka: Any) -> None:
    with http(kafka.stack.settings.keys.identity) as client:
        subjects = client.get(f"{kafka.registry.url}/subjects").json()
        assert len(subjects) >= len(SCHEMA_FILES)
        level = client.get(f"{kafka.registry.url}/config").json()["compatibilityLevel"]
        refused = client.post(
            f"{kafka.registry.url}/subjects/tidewire.Article/versions",
            json={"schema": '{"type": "record", "name": "Article", "namespace": "tidewire", "fields": []}'},
        )
    assert level == COMPATIBILITY
    assert refused.status_code == httpx2.codes.CONFLICT


def test_cluster_offers_its_slots(flink: Any) -> None:
    with http(flink.stack.settings.keys.identity) as client:
        managers = client.get(f"{flink.flink_url}/taskmanagers").json()["taskmanagers"]
    assert [manager["slotsNumber"] for manager in managers] == [flink.stack.settings.slots]


def test_everything_listens_on_loopback_only(flink: Any) -> None:
    pids = {process.pid for process in marked(str(flink.stack.settings.home))}
    listening = [
        connection
        for connection in psutil.net_connections("inet")
        if connection.pid in pids and connection.status == psutil.CONN_LISTEN
    ]
    ports = {connection.laddr.port for connection in listening}
    assert {port for name, port in flink.stack.settings.ports.items() if name != "reader_port"} <= ports | {
        flink.stack.settings.registry_management_port
    }
    for connection in listening:
        address = ip_address(connection.laddr.ip)
        assert (getattr(address, "ipv4_mapped", None) or address).is_loopback, connection
