"""The ends of log files that are written to, and turned over, while they are read. Standard library only."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

# A program may be made to log a line of any length.
LONGEST_LINE = 64 * 1024
MOST_READ = 64 * 1024 * 1024
BLOCK = 64 * 1024


def last_lines(path: Path, count: int) -> tuple[list[str], int]:
    """The last whole lines of a file, read from its end, and where they end; a line that is being written is
    left for later. At most MOST_READ bytes are looked at. Raises OSError."""
    with path.open("rb") as file:
        end = at = file.seek(0, os.SEEK_END)
        blocks: deque[bytes] = deque()
        breaks = 0
        while at > 0 and breaks <= count and end - at < MOST_READ:
            size = min(BLOCK, at)
            at -= size
            file.seek(at)
            blocks.appendleft(file.read(size))
            breaks += blocks[0].count(b"\n")
    whole, _, rest = b"".join(blocks).rpartition(b"\n")
    lines = whole.split(b"\n")[-count:] if whole and count else []
    return [text_of(each) for each in lines], end - len(rest)


def text_of(line: bytes) -> str:
    """A line as text, cut to LONGEST_LINE; what is no UTF-8 is shown as escapes."""
    cut = line[:LONGEST_LINE].rstrip(b"\r")
    return cut.decode("utf-8", "backslashreplace") + ("…" if len(line) > LONGEST_LINE else "")


class Following:
    """Lines that come to a file after ``position``. A file that was turned over or cut is read from its
    beginning; of the old one, what came since the last look is read first if it can still be found."""

    def __init__(self, path: Path, position: int) -> None:
        self._path = path
        self._file = path.open("rb")
        self._file.seek(position)
        self._begun = b""

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()

    def come(self) -> Iterator[str]:
        """The lines since the last look; one without its end is kept until it has it, or is too long."""
        yield from self._lines()
        if self._turned_over():
            self._file.close()
            self._file = self._path.open("rb")
            if self._begun:
                yield text_of(self._begun)
                self._begun = b""
            yield from self._lines()

    def _lines(self) -> Iterator[str]:
        while block := self._file.read(BLOCK):
            *whole, self._begun = (self._begun + block).split(b"\n")
            yield from map(text_of, whole)
            if len(self._begun) > LONGEST_LINE:
                yield text_of(self._begun[:LONGEST_LINE])
                self._begun = self._begun[LONGEST_LINE:]

    def _turned_over(self) -> bool:
        """Whether the path leads to another file, or to less than was read. False while it leads nowhere."""
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        return now.st_ino != os.fstat(self._file.fileno()).st_ino or now.st_size < self._file.tell()


def follow(path: Path, position: int, wait: Callable[[], None]) -> Iterator[str]:
    """Lines as they come, for ever; ``wait`` is called between two looks. Raises OSError."""
    following = Following(path, position)
    try:
        while True:
            yield from following.come()
            wait()
    finally:
        following.close()
