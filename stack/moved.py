"""A home that was copied to another folder, comes up on other ports, or has lost some of what Flink keeps,
made fit to start.

Flink notes absolute paths in two places. In the metadata of a checkpoint they name its files, many of which
it shares with those before it: these are written anew. In what a JobManager keeps to find its jobs again they
say where a job writes its checkpoints, so a copy would go on writing into the home it was made from; the same
holds the addresses and the interpreter that a job was submitted with. If any of them differs now, this is
forgotten, and the jobs are started from their newest checkpoint as after any other loss of the cluster.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import yaml

from stack import flink, zookeeper
from stack.errors import StackError
from stack.settings import StackSettings

METADATA = "_metadata"
LENGTH_BYTES = 2
"""Java writes a string as its length in bytes, a big-endian short, and those bytes."""


def make_fit(settings: StackSettings, ports: Mapping[str, int] | None = None) -> list[Path]:
    """Of a home in which nothing runs, last on ``ports``; the metadata files that were written anew. Safe to
    repeat.

    Raises StackError when a path does not stand where one is expected.
    """
    written = _written(settings)
    before = _home_of(written)
    moved = before is not None and before != settings.home
    elsewhere = (
        ports not in (None, settings.ports) or written.get(flink.PYTHON, sys.executable) != sys.executable
    )
    recovery, states = flink.recovery(settings), flink.lanes(settings)
    if moved or elsewhere or not recovery.exists():
        # The one points into the other: what is left alone keeps a JobManager from starting.
        shutil.rmtree(recovery, ignore_errors=True)
        shutil.rmtree(zookeeper.data(settings), ignore_errors=True)
    if before is None or not moved:
        return []
    changed = []
    for file in sorted(states.rglob(METADATA)):
        old = file.read_bytes()
        new = relocated(old, str(before / states.relative_to(settings.home)), str(states), str(file))
        if new != old:
            _replace(file, new)
            changed.append(file)
    return changed


def _written(settings: StackSettings) -> dict[str, Any]:
    """What its cluster was last configured with; empty when it never was."""
    file = flink.conf(settings) / flink.CONFIGURATION
    found: dict[str, Any] = yaml.safe_load(file.read_text()) if file.exists() else {}
    return found


def _home_of(configuration: Mapping[str, Any]) -> Path | None:
    noted = configuration.get(flink.RECOVERY)
    return None if noted is None else Path(url2pathname(urlsplit(noted).path)).parents[1]


def relocated(metadata: bytes, before: str, after: str, name: str) -> bytes:
    """A checkpoint's metadata with its files under ``after`` instead of ``before``, both absolute folders.

    Raises StackError, naming ``name``, when such a path is not a string of its own.
    """
    found = re.compile(rb"file:(?://)?" + re.escape(os.fsencode(before)) + rb"(?=/)")
    pieces, done = [], 0
    for each in found.finditer(metadata):
        length_at = each.start() - LENGTH_BYTES
        length = int.from_bytes(metadata[max(length_at, 0) : each.start()], "big")
        end = each.start() + length
        if length_at < done or end < each.end() or end > len(metadata):
            raise StackError(
                f"{name} names {before} at byte {each.start()} in a way that is not understood, so the job "
                "cannot go on from it here; put the home back there, or delete this state and run the log "
                "again in another lane"
            )
        path = b"file:" + os.fsencode(after) + metadata[each.end() : end]
        pieces += [metadata[done:length_at], len(path).to_bytes(LENGTH_BYTES, "big"), path]
        done = end
    return b"".join([*pieces, metadata[done:]])


def _replace(file: Path, content: bytes) -> None:
    """In one step, and as old as it was: of a job's states the newest is gone on from."""
    written = file.stat()
    beside = file.with_name(f"{file.name}.new")
    beside.write_bytes(content)
    os.utime(beside, ns=(written.st_atime_ns, written.st_mtime_ns))
    beside.replace(file)
