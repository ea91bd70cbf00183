"""Bytes by key, on disk: what a worker has to find again for days and need not hold in memory.

The file has no name and goes with the process; the log has all of it. In memory is only where each value
lies, some 150 bytes a key. One that is dropped is overwritten.
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from typing import IO

# The file is written anew when more than this, and more than half of it, is what was dropped.
WASTE_BYTES = 32 * 1024 * 1024


class Spool:
    """Safe to use from several threads."""

    def __init__(self, waste_bytes: int = WASTE_BYTES) -> None:
        self._waste_bytes = waste_bytes
        self._places: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()
        self._file = self._new_file()
        self._end = self._wasted = 0

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    @property
    def bytes_on_disk(self) -> int:
        """Of values held and of those dropped since the file was last written anew."""
        return self._end

    def put(self, key: str, value: bytes) -> None:
        """Keeps a value in the place of an earlier one."""
        with self._lock:
            self._forget(key)
            self._write(key, value)

    def get(self, key: str) -> bytes | None:
        """The value, if there is one."""
        with self._lock:
            place = self._places.get(key)
            return None if place is None else self._read(place)

    def drop(self, key: str) -> None:
        """Forgets a value, if there is one."""
        with self._lock:
            self._forget(key)
            if self._wasted > self._waste_bytes and self._wasted > self._end // 2:
                self._renew()

    def _forget(self, key: str) -> None:
        place = self._places.pop(key, None)
        if place is not None:
            at, length = place
            self._file.seek(at)
            self._file.write(bytes(length))
            self._wasted += length

    def _write(self, key: str, value: bytes) -> None:
        self._file.seek(self._end)
        self._file.write(value)
        self._places[key] = (self._end, len(value))
        self._end += len(value)

    def _read(self, place: tuple[int, int]) -> bytes:
        at, length = place
        self._file.seek(at)
        return self._file.read(length)

    def _renew(self) -> None:
        old, before = self._file, self._places
        self._file, self._places, self._end, self._wasted = self._new_file(), {}, 0, 0
        for key, (at, length) in before.items():
            old.seek(at)
            self._write(key, old.read(length))
        old.close()

    def _new_file(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="tidewire-")  # noqa: SIM115 - it lives as long as the spool
        weakref.finalize(self, file.close)
        return file
