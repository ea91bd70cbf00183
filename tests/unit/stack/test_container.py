"""A container's Flink is the local stack's, but for where things are."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
import yaml

from stack import container, flink, keys
from stack.container import HELD, ContainerSettings, claim, command, configuration
from stack.jars import JARS


@pytest.fixture
def settings(tmp_path: Path) -> ContainerSettings:
    keys.make(tmp_path / "keys", (*keys.LOCAL_NAMES, "jobmanager"))
    return ContainerSettings(
        jars=JARS, run=tmp_path / "run", scratch=tmp_path / "scratch", keys=tmp_path / "keys"
    )


def test_configuration_differs_from_the_local_one_only_in_addresses_and_recovery(
    settings: ContainerSettings,
) -> None:
    local, here = flink.configuration(settings.stack()), configuration(settings)
    gone = local.keys() - here.keys()
    assert all(name.startswith(container.NOT_HERE) for name in gone)
    changed = {name for name in here if here[name] != local.get(name)}
    assert changed == {
        "jobmanager.rpc.address", "jobmanager.bind-host", "rest.address", "rest.bind-address",
        "taskmanager.bind-host", "env.java.opts.client",
    }  # fmt: skip


def test_each_process_finds_its_files_written(settings: ContainerSettings) -> None:
    for which in ("jobmanager", "taskmanager"):
        argv, variables = command(which, settings)
        assert Path(argv[0]).name == "java"
        conf = Path(argv[argv.index("--configDir") + 1])
        configured = yaml.safe_load((conf / "config.yaml").read_text())
        assert configured["rest.address"] == "jobmanager"
        assert configured["security.ssl.rest.authentication-enabled"]
        assert configured["security.ssl.internal.enabled"]
        assert Path(configured["security.ssl.rest.keystore"]).is_file()
        assert configured["security.ssl.rest.keystore-password"] not in " ".join(argv)
        assert "type = CONSOLE" in (conf / "log4j.properties").read_text()
        assert variables["FLINK_CONF_DIR"] == str(conf)
        assert any((settings.run / "flink" / "lib").glob("flink-sql-connector-kafka*.jar"))
    argv, variables = command("keeper", settings)
    assert argv[-2:] == ["-m", "flink_jobs"]
    assert (Path(variables["FLINK_BIN_DIR"]) / "flink").is_file()
    assert Path(str(configuration(settings)["io.tmp.dirs"])).is_dir()
    with pytest.raises(KeyError):
        command("historyserver", settings)


def test_what_rocksdb_keeps_while_it_runs_is_on_disk(settings: ContainerSettings) -> None:
    argv, _ = command("taskmanager", settings)
    temporary = next(word for word in argv if word.startswith("io.tmp.dirs=")).partition("=")[2]
    assert Path(temporary).resolve().parent == settings.scratch.resolve()


def test_a_killed_containers_scratch_goes_and_a_living_ones_stays(tmp_path: Path) -> None:
    killed, living = tmp_path / "killed", tmp_path / "living"
    for folder in (killed, living):
        folder.mkdir()
        (folder / "db").touch()
    with (living / HELD).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        own = claim(tmp_path, "new")
    assert {each.name for each in tmp_path.iterdir()} == {"living", "new"}
    assert (living / "db").exists()
    assert own == tmp_path / "new"
