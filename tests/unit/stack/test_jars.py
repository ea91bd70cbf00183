"""Only archives with the locked sum are used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stack import jars
from stack.jars import JarError, Locked, parse_lock, render_lock, sha256


class FakeMaven:
    """Stands for jgo's context, project, component and artifact: serves the given contents in turn."""

    def __init__(self, folder: Path, *contents: bytes) -> None:
        self.folder = folder
        self.contents = list(contents)
        self.fetched = 0

    def project(self, group: str, artifact: str) -> FakeMaven:
        return self

    def at_version(self, version: str) -> FakeMaven:
        return self

    def artifact(self, classifier: str, packaging: str) -> FakeMaven:
        return self

    def resolve(self) -> Path:
        path = self.folder / "served.jar"
        if not path.exists():
            path.write_bytes(self.contents.pop(0))
            self.fetched += 1
        return path


@pytest.fixture
def good(tmp_path: Path) -> Locked:
    original = tmp_path / "original"
    original.write_bytes(b"good")
    return Locked("kafka", "org.example", "thing", "1.0", "jar", "", sha256(original))


def use(monkeypatch: pytest.MonkeyPatch, maven: FakeMaven) -> None:
    monkeypatch.setattr(jars, "_context", lambda: maven)


def write_lock(tmp_path: Path, *files: Locked) -> Path:
    lock = tmp_path / "lock.toml"
    lock.write_text(render_lock(files))
    return lock


def test_lock_reads_back_as_written(good: Locked) -> None:
    assert parse_lock(render_lock([good])) == (good,)


def test_the_committed_lock_has_a_sum_for_every_file() -> None:
    files = parse_lock(jars.LOCK.read_text())
    assert {file.set for file in files} == {"kafka", "flink", "registry", "compiler"}
    assert all(len(file.sha256) == 64 for file in files)
    assert {file.version for file in files if file.group == "org.apache.kafka"} == {"4.3.1"}


@pytest.mark.parametrize("text", ["[[file]]\nset = 'kafka'\n", "no toml", "[other]\n"])
def test_a_damaged_lock_says_how_to_write_it_anew(text: str) -> None:
    with pytest.raises(JarError, match="make lock-jars"):
        parse_lock(text)


def test_sync_places_files_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, good: Locked) -> None:
    maven = FakeMaven(tmp_path, b"good")
    use(monkeypatch, maven)
    lock, target = write_lock(tmp_path, good), tmp_path / "jars"
    assert jars.sync(target, lock) is True
    assert (target / "kafka" / "thing-1.0.jar").read_bytes() == b"good"
    assert jars.sync(target, lock) is False
    assert maven.fetched == 1


def test_sync_of_one_set_brings_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, good: Locked
) -> None:
    use(monkeypatch, FakeMaven(tmp_path, b"good"))
    lock, target = write_lock(tmp_path, good, replace(good, set="flink")), tmp_path / "jars"
    assert jars.sync(target, lock, ["flink"]) is True
    assert sorted(each.name for each in target.iterdir() if each.is_dir()) == ["flink"]
    assert jars.sync(target, lock, ["flink"]) is False
    with pytest.raises(JarError, match="no set registry"):
        jars.sync(target, lock, ["registry"])


def test_a_broken_download_is_fetched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, good: Locked
) -> None:
    use(monkeypatch, FakeMaven(tmp_path, b"cut off", b"good"))
    jars.sync(tmp_path / "jars", write_lock(tmp_path, good))
    assert (tmp_path / "jars" / "kafka" / "thing-1.0.jar").read_bytes() == b"good"


def test_a_changed_archive_is_refused_and_nothing_is_placed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, good: Locked
) -> None:
    use(monkeypatch, FakeMaven(tmp_path, b"evil", b"evil"))
    with pytest.raises(JarError, match="do not use it"):
        jars.sync(tmp_path / "jars", write_lock(tmp_path, good))
    assert not (tmp_path / "jars").exists()


def test_a_failed_sync_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: Any) -> bool:
        raise JarError("sum differs")

    monkeypatch.setattr(jars, "sync", refuse)
    assert jars.main(["sync"]) == 1
    assert "sum differs" in capsys.readouterr().err
