"""Refuses a schema change that old data or old readers could not live with.

``python -m schemas.compatibility`` holds every schema in ``avro/`` against every released
version of it in ``released/<version>/``, both ways (FULL_TRANSITIVE), and checks the house
rules: every field but ids and times has a default, every enum a default symbol.
``python -m schemas.compatibility --release VERSION`` freezes the present schemas.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse

from schemas.codec import AVRO

RELEASED = Path(__file__).parent / "released"


def incompatibilities(current: str, released: str) -> list[str]:
    """Why the two schemas (JSON text) cannot read each other's data; empty when they can."""
    ours, theirs = parse(current), parse(released)
    problems = []
    for reader, writer, what in (
        (ours, theirs, "cannot read released data"),
        (theirs, ours, "is unreadable for released readers"),
    ):
        checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
        result = checker.get_compatibility(reader, writer)
        if result.compatibility is not SchemaCompatibilityType.compatible:
            problems.append(f"{what}: {'; '.join(sorted(map(str, result.messages)))}")
    return problems


def missing_defaults(node: Any, where: str = "") -> Iterator[str]:
    """Fields and enums without a default that are neither an id nor a time."""
    if isinstance(node, list):
        for member in node:
            yield from missing_defaults(member, where)
    if not isinstance(node, dict):
        return
    if node.get("type") == "enum" and "default" not in node:
        yield f"{where}: enum {node['name']} has no default symbol"
    if node.get("type") == "record":
        for field in node["fields"]:
            place = f"{node['name']}.{field['name']}"
            if "default" not in field and not _may_lack_default(field):
                yield f"{place} has no default"
            yield from missing_defaults(field["type"], place)
    elif isinstance(node.get("type"), dict | list):
        yield from missing_defaults(node["type"], where)
    elif "items" in node:
        yield from missing_defaults(node["items"], where)


def _may_lack_default(field: dict[str, Any]) -> bool:
    node = field["type"]
    is_time = isinstance(node, dict) and node.get("logicalType") == "timestamp-millis"
    is_key = field["name"].endswith("_id") or field["name"] in ("name", "source", "request_hash")
    is_whole = isinstance(node, dict) and node.get("type") == "record"
    return is_time or is_key or is_whole


def problems() -> list[str]:
    """Everything wrong with the schemas in avro/."""
    found = []
    for path in sorted(AVRO.glob("*.avsc")):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.name}: {problem}" for problem in missing_defaults(json.loads(text))]
        for version in sorted(RELEASED.glob(f"*/{path.name}")):
            released = version.read_text(encoding="utf-8")
            found += [
                f"{path.name} against release {version.parent.name} {why}"
                for why in incompatibilities(text, released)
            ]
    for gone in sorted(
        {path.name for path in RELEASED.glob("*/*.avsc")} - {p.name for p in AVRO.glob("*.avsc")}
    ):
        found.append(f"{gone} was released and is gone from avro/")
    return found


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing is wrong; otherwise prints what is, one line each, and answers 1."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compatibility")
    parser.add_argument("--release", metavar="VERSION", help="freeze the present schemas under this version")
    options = parser.parse_args(arguments)
    found = problems()
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        return 1
    if options.release:
        target = RELEASED / options.release
        target.mkdir(parents=True)
        for path in AVRO.glob("*.avsc"):
            shutil.copy(path, target / path.name)
    print(
        f"{len(list(AVRO.glob('*.avsc')))} schemas compatible with {len(list(RELEASED.glob('*/')))} releases"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
