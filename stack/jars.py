"""Fetch the stack's Java programs, and use only files whose SHA-256 sum is locked.

`python -m stack.jars sync` brings every file named in `deploy/jars/jars.lock.toml` into
`.tidewire-env/jars/<set>/`; `… lock` resolves `deploy/jars/jars.toml` anew and rewrites the lock.
Downloads are kept in `$XDG_CACHE_HOME/tidewire/maven` (default `~/.cache/tidewire/maven`).
"""

import hashlib
import os
import shutil
import sys
import tarfile
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import stamina

from telemetry.visible import visible

CHECKOUT = Path(__file__).resolve().parents[1]
WANTED = CHECKOUT / "deploy" / "jars" / "jars.toml"
LOCK = CHECKOUT / "deploy" / "jars" / "jars.lock.toml"
JARS = CHECKOUT / ".tidewire-env" / "jars"
DONE = ".complete"


class JarError(Exception):
    """A Java archive could not be fetched, or is not the one that was locked."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One file of a set: its Maven coordinate and the sum its bytes must have."""

    set: str
    group: str
    artifact: str
    version: str
    packaging: str
    classifier: str
    sha256: str

    @property
    def filename(self) -> str:
        classifier = f"-{self.classifier}" if self.classifier else ""
        return f"{self.artifact}-{self.version}{classifier}.{self.packaging}"

    @property
    def unpacked(self) -> bool:
        return self.packaging == "tar.gz"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parse_lock(text: str) -> tuple[Locked, ...]:
    """The files of a lock; raises JarError when an entry lacks a field or has one too many."""
    try:
        return tuple(Locked(**entry) for entry in tomllib.loads(text)["file"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise JarError(f"{LOCK} cannot be read ({error}); write it anew with `make lock-jars`") from error


def render_lock(files: Iterable[Locked]) -> str:
    lines = ["# Written by `make lock-jars` from jars.toml; do not edit.", ""]
    for file in sorted(files, key=lambda f: (f.set, f.group, f.artifact)):
        lines.append("[[file]]")
        lines += [f'{name} = "{value}"' for name, value in asdict(file).items()]
        lines.append("")
    return "\n".join(lines)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tidewire" / "maven"


def _context() -> Any:
    from jgo.maven import MavenContext  # only the bootstrap needs it

    return MavenContext(repo_cache=cache_folder(), timeout=60)


@stamina.retry(on=(OSError, RuntimeError), attempts=4)
def _download(context: Any, file: Locked) -> Path:
    component = context.project(file.group, file.artifact).at_version(file.version)
    path: Path = component.artifact(classifier=file.classifier, packaging=file.packaging).resolve()
    return path


def _verified(context: Any, file: Locked) -> Path:
    """The file in the cache; a broken download is thrown away and fetched once more."""
    found = ""
    for _ in range(2):
        path = _download(context, file)
        found = sha256(path)
        if found == file.sha256:
            return path
        path.unlink()
    raise JarError(
        f"{file.group}:{file.artifact}:{file.version} has SHA-256 {found}, locked is {file.sha256}. "
        "The archive was changed where it is published, or on the way: do not use it."
    )


def _place(source: Path, folder: Path, file: Locked) -> None:
    if file.unpacked:
        with tarfile.open(source) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(folder, filter="data")
            else:  # Python before 3.11.4; the archive is the one that was locked
                archive.extractall(folder)
        return
    target = folder / file.filename
    try:
        target.hardlink_to(source)
    except OSError:  # the cache is on another file system
        shutil.copyfile(source, target)


def sync(jars: Path = JARS, lock: Path = LOCK, sets: Sequence[str] = ()) -> bool:
    """Bring `jars` to what `lock` says, or only these sets of it; False when it was there already."""
    stamp = " ".join([sha256(lock), *sets])
    done = jars / DONE
    if done.is_file() and done.read_text() == stamp:
        return False
    files = [file for file in parse_lock(lock.read_text()) if not sets or file.set in sets]
    if unknown := set(sets) - {file.set for file in files}:
        raise JarError(f"{lock} has no set {', '.join(sorted(unknown))}")
    context = _context()
    with ThreadPoolExecutor(max_workers=8) as pool:
        sources = list(pool.map(lambda file: _verified(context, file), files))
    fresh = jars.with_name(jars.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for file, source in zip(files, sources, strict=True):
        folder = fresh / file.set
        folder.mkdir(parents=True, exist_ok=True)
        _place(source, folder, file)
    (fresh / DONE).write_text(stamp)
    shutil.rmtree(jars, ignore_errors=True)
    fresh.rename(jars)
    return True


def _resolved(context: Any, coordinates: list[str], transitive: bool) -> list[Any]:
    """Dependencies of jgo for `coordinates`, with everything they need if `transitive`."""
    from jgo.parse import Coordinate

    inputs = []
    # raw: else the parent POM of the second coordinate would manage the versions of the first one's closure
    for coordinate in coordinates:
        group, artifact, version, *rest = coordinate.split(":")
        classifier, packaging = rest or (None, None)
        parsed = Coordinate(
            groupId=group,
            artifactId=artifact,
            version=version,
            classifier=classifier,
            packaging=packaging,
            raw=True,
        )
        inputs.append(context.create_dependency(parsed))
    if not transitive:
        return inputs
    resolved, needed = context.resolver.resolve(inputs)
    return [*resolved, *needed]


def _locked(name: str, dependency: Any) -> Locked:
    found = dependency.artifact
    return Locked(
        set=name,
        group=found.groupId,
        artifact=found.artifactId,
        version=found.version,
        packaging=found.packaging,
        classifier=found.classifier,
        sha256=sha256(found.resolve()),
    )


def lock_all(wanted: Path = WANTED, lock: Path = LOCK) -> int:
    """Resolve every set and write the lock; returns the number of files."""
    context = _context()
    files = [
        _locked(name, dependency)
        for name, entry in tomllib.loads(wanted.read_text()).items()
        for dependency in _resolved(context, entry["coordinates"], entry["transitive"])
    ]
    lock.write_text(render_lock(files))
    return len(files)


def main(arguments: list[str]) -> int:
    if arguments == ["lock"]:
        print(visible(f"{LOCK}: {lock_all()} files locked"))
        return 0
    if arguments[:1] != ["sync"]:
        print("usage: python -m stack.jars sync [SET...]|lock", file=sys.stderr)
        return 2
    try:
        changed = sync(sets=arguments[1:])
    except (JarError, OSError, RuntimeError) as error:
        print(visible(f"The stack's Java archives could not be fetched: {error}"), file=sys.stderr)
        return 1
    print(visible(f"{JARS}: {'fetched and verified' if changed else 'already complete'}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
