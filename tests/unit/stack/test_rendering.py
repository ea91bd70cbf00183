"""What the stack writes and runs, without running it."""

from __future__ import annotations

import configparser
import json
import shlex
from pathlib import Path

import pytest
import yaml

from stack import flink, kafka, keys, registry, zookeeper
from stack.programs import (
    Program,
    Role,
    render_launch,
    render_program,
    render_supervisor,
    role_program,
    watch_program,
)
from stack.services import SERVICES, STOP_ORDER
from stack.settings import LOOPBACK, StackSettings


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    made = StackSettings(home=tmp_path / "home of 100%", kafka_port=1, flink_port=2, zookeeper_port=3)
    keys.make(made.keys.folder)
    return made


def test_kafka_listens_on_loopback_only(settings: StackSettings) -> None:
    listeners = str(kafka.configuration(settings)["listeners"]).split(",")
    assert [listener.split("://")[1].rpartition(":")[0] for listener in listeners] == [LOOPBACK, LOOPBACK]


def test_kafka_allows_transactions_as_long_as_flinks_sinks_ask_for(settings: StackSettings) -> None:
    assert kafka.configuration(settings)["transaction.max.timeout.ms"] == 86_400_000


def test_cluster_id_is_the_homes_own_and_stays(settings: StackSettings, tmp_path: Path) -> None:
    assert len(kafka.cluster_id(settings)) == 22
    assert kafka.cluster_id(settings) == kafka.cluster_id(settings)
    assert kafka.cluster_id(settings) != kafka.cluster_id(StackSettings(home=tmp_path / "other"))


def test_flink_configuration_is_yaml_that_binds_to_loopback(settings: StackSettings) -> None:
    text = flink.files(settings)[flink.conf(settings) / "config.yaml"]
    values = yaml.safe_load(text)
    assert values == {**flink.configuration(settings), **flink.tls(settings.keys)}
    for where in ("rest.enabled", "rest.authentication-enabled", "internal.enabled"):
        assert values[f"security.ssl.{where}"] is True
    assert values["web.submit.enable"] is values["web.cancel.enable"] is False
    addresses = {
        name: value for name, value in values.items() if name.endswith(("-host", "address", ".host"))
    }
    assert set(addresses.values()) == {LOOPBACK}
    assert len(addresses) == 6


def test_taskmanager_memory_adds_up_to_what_java_may_take(settings: StackSettings) -> None:
    memory = flink.TaskManagerMemory(
        framework_heap=1, task_heap=2, framework_off_heap=4, task_off_heap=8, network=16, metaspace=32
    )
    assert memory.jvm()[:4] == ("-Xmx3m", "-Xms3m", "-XX:MaxDirectMemorySize=28m", "-XX:MaxMetaspaceSize=32m")


def test_options_for_modules_that_the_runtime_lacks_are_left_out() -> None:
    options = "--add-exports=java.rmi/a=X --add-exports=jdk.compiler/b=X --add-opens=java.base/c=X"
    release = 'JAVA_VERSION="21.0.8"\nMODULES="java.base java.rmi"\n'
    assert flink.known_options(options, release) == ("--add-exports=java.rmi/a=X --add-opens=java.base/c=X")


def test_class_path_ends_with_the_distribution(settings: StackSettings) -> None:
    names = [Path(entry).name for entry in flink.class_path(settings).split(":")]
    assert names[-1].startswith("flink-dist")
    assert names[:-1] == sorted(names[:-1])


def test_library_links_follow_the_wanted_jars(tmp_path: Path) -> None:
    jars = tmp_path / "jars"
    (jars / "flink").mkdir(parents=True)
    (jars / "flink" / "connector.jar").touch()
    settings = StackSettings(home=tmp_path, jars=jars)
    flink.link_library(settings)
    (flink.library(settings) / "old.jar").symlink_to(tmp_path / "gone.jar")
    flink.link_library(settings)
    names = {link.name for link in flink.library(settings).iterdir()}
    assert "connector.jar" in names
    assert "old.jar" not in names
    assert any(name.startswith("flink-dist") for name in names)


def test_registry_and_zookeeper_listen_on_loopback_only(settings: StackSettings) -> None:
    environment = registry.environment(settings)
    assert environment["QUARKUS_HTTP_HOST"] == environment["QUARKUS_MANAGEMENT_HOST"] == LOOPBACK
    text = zookeeper.files(settings)[zookeeper.folder(settings) / "zoo.cfg"]
    assert f"clientPortAddress={LOOPBACK}\n" in text


def test_supervisor_reads_back_the_paths_it_was_given(settings: StackSettings) -> None:
    program = Program("pro", ("a",), "/", {})
    parser = configparser.ConfigParser()
    parser.read_string(render_program(program, settings))
    section = parser["program:pro"]
    assert shlex.split(section["command"])[-1] == str(settings.folder / "programs" / "pro.json")
    assert section["stdout_logfile"] == str(settings.logs / "pro.log")
    assert section["stdout_logfile_maxbytes"] == "10MB"
    assert section["autorestart"] == "true"


def test_supervisor_listens_on_its_socket_and_knows_the_owner(settings: StackSettings) -> None:
    owned = settings.model_copy(update={"owner_pid": 4711})
    parser = configparser.ConfigParser()
    parser.read_string(render_supervisor(owned, open_files=99))
    assert parser["unix_http_server"]["file"] == str(settings.socket)
    assert parser["supervisord"]["minfds"] == "99"
    watch = settings.folder / "programs" / "watch.json"
    assert shlex.split(parser["eventlistener:watch"]["command"])[-1] == str(watch)
    assert watch_program(owned).argv[-2:] == (str(settings.folder), "4711")


def test_role_gets_the_stacks_addresses_and_keeps_its_own_environment(settings: StackSettings) -> None:
    role = Role("agents", ["python", "-m", "agents"], {"TIDEWIRE_LANE": "check", "QUOTE": "a \"'b\n"})
    launched = json.loads(render_launch(role_program(role, settings)))
    assert launched["argv"] == ["python", "-m", "agents"]
    assert launched["env"]["TIDEWIRE_LANE"] == "check"
    assert launched["env"]["QUOTE"] == "a \"'b\n"
    assert launched["env"]["TIDEWIRE_KAFKA_BOOTSTRAP"] == f"{LOOPBACK}:1"
    assert launched["env"]["TIDEWIRE_FLINK_URL"] == f"https://{LOOPBACK}:2"


def test_no_secret_is_on_a_command_line(settings: StackSettings) -> None:
    secret = {keys.read(each) for each in settings.keys.passwords}
    for service in SERVICES.values():
        said = " ".join(service.program(settings).argv)
        assert not [each for each in secret if each in said], service.name


def test_every_service_is_stopped_once_and_kafka_last() -> None:
    order = [name for together in STOP_ORDER for name in together]
    assert sorted(order) == sorted(SERVICES)
    assert order[-1] == "kafka"
