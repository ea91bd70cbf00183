"""The compose file against what the local stack says, and against its own promises."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack import kafka
from stack.settings import StackSettings
from tidewire.roles import demo_environment

DEPLOY = Path(__file__).parents[3] / "deploy"
ONCE = {"volumes", "keys", "init", "feeds"}
EIGHT_GB = 8 * 1024


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def variables(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def test_memory_limits_add_up_to_eight_gigabytes(services: dict[str, dict[str, Any]]) -> None:
    limits = {name: int(service["mem_limit"].removesuffix("m")) for name, service in services.items()}
    # What runs once has no other of its kind beside it.
    once = max(limits[name] for name in ONCE)
    assert sum(limits[name] for name in limits.keys() - ONCE) + once <= EIGHT_GB, limits


def test_every_service_that_stays_has_a_health_check_and_comes_back(
    services: dict[str, dict[str, Any]],
) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if name not in ONCE:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_only_loopback_ports_are_published(services: dict[str, dict[str, Any]]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert [port.rpartition(":")[2] for port in published] == ["18086", "18080"]
    over = yaml.safe_load((DEPLOY / "compose.ports.yaml").read_text())["services"]
    published += [port for service in over.values() for port in service["ports"]]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_flink_and_its_clients_share_one_certificate(services: dict[str, dict[str, Any]]) -> None:
    mount = "keys:/var/lib/tidewire-keys:ro"
    with_keys = {name for name, each in services.items() if mount in each.get("volumes", [])}
    assert with_keys == {"jobmanager", "taskmanager", "keeper", "flink-ui"}
    for name in with_keys:
        assert services[name]["environment"]["TIDEWIRE_FLINK_URL"].startswith("https://jobmanager:"), name


def test_roots_are_read_only_and_users_are_not_root_where_the_image_allows(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {name for name, service in services.items() if not service.get("read_only")} == {"kafka"}
    assert {name for name, service in services.items() if service.get("user") == "root"} == {"volumes"}


def test_images_are_pinned_in_one_file(services: dict[str, dict[str, Any]]) -> None:
    pins = variables(DEPLOY / ".env")
    images = {service["image"] for service in services.values()}
    assert all("${" in image for image in images)
    for name in ("KAFKA_IMAGE", "REGISTRY_IMAGE", "QDRANT_IMAGE", "PYTHON_IMAGE"):
        assert re.search(r":v?\d+\.\d+", pins[name]), name


def test_the_broker_is_configured_as_on_the_local_stack(services: dict[str, dict[str, Any]]) -> None:
    said = services["kafka"]["environment"]
    differ = {
        "node.id", "listeners", "advertised.listeners", "log.dirs", "controller.quorum.voters",
        # Without a login: docs/security.md says who can reach it.
        "inter.broker.listener.name", "listener.security.protocol.map", "sasl.enabled.mechanisms",
        "sasl.mechanism.inter.broker.protocol", "sasl.mechanism.controller.protocol",
    }  # fmt: skip
    for name, value in kafka.configuration(StackSettings(home=DEPLOY / "nowhere")).items():
        if name not in differ:
            assert str(said[f"KAFKA_{name.upper().replace('.', '_')}"]) == str(value), name
    assert len(variables(DEPLOY / ".env")["KAFKA_CLUSTER_ID"]) == 22


def test_the_sample_is_played_with_the_demos_settings() -> None:
    said = variables(DEPLOY / "sample.env")
    expected = demo_environment(18090)
    expected["TIDEWIRE_PRODUCERS_ALLOW_HOSTS"] = "newswire:18090"
    assert {name: value for name, value in said.items() if name in expected} == expected
    assert said.keys() - expected.keys() == {"COMPOSE_PROFILES", "TIDEWIRE_SETTINGS"}


def test_no_secret_is_in_an_environment(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert not [key for key in service.get("environment", {}) if key.endswith(("_KEY", "_TOKEN"))], name
    assert services["qdrant"]["secrets"] == services["reader"]["secrets"] == ["index_api_key"]


def test_secrets_are_given_to_those_they_are_for(services: dict[str, dict[str, Any]]) -> None:
    given = {name: service["secrets"] for name, service in services.items() if "secrets" in service}
    assert given == {
        "agents": ["anthropic_api_key"],
        "qdrant": ["index_api_key"],
        "reader": ["index_api_key"],
    }


def test_logins_of_feeds_are_written_by_who_imports_and_read_by_who_polls(
    services: dict[str, dict[str, Any]],
) -> None:
    folder = "/var/lib/tidewire-logins"
    mounts = {
        name: [each.partition(":")[2] for each in service.get("volumes", []) if folder in each]
        for name, service in services.items()
    }
    assert {name: each for name, each in mounts.items() if each} == {
        "keeper": [folder],
        "producers": [f"{folder}:ro"],
    }
    for name in ("keeper", "producers"):
        said = services[name]["environment"]["TIDEWIRE_PRODUCERS_LOGINS_FILE"]
        assert said == f"{folder}/feed-logins.json", name
    # A volume takes owner and mode from the image: the folder is there, the roles' own.
    assert re.search(
        rf"install -d -m 0700 -o tidewire -g tidewire [^\n]*{folder}\n", (DEPLOY / "Dockerfile").read_text()
    )
