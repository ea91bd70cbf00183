"""Comparisons of lanes that were made: pages in the home, shown as they were written.

``./tw replay compare`` writes one; the reader lists and serves them. They are self-contained and run
no script, under a policy that lets nothing else in either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from topics.lane import Lane

FOLDER = "comparisons"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two lanes, and when they were compared last."""

    first: Lane
    second: Lane
    at: datetime


class Comparisons:
    """The comparisons of one home, the latest of each pair."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def keep(self, first: Lane, second: Lane, page: str) -> None:
        """Writes a page of HTML in the place of the pair's last one, in one step."""
        file = self._file(first, second)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as written:
            written.write(page)
            written.flush()
            os.fsync(written.fileno())
        new.replace(file)

    def page(self, first: Lane, second: Lane) -> str | None:
        """None where the two were not compared."""
        try:
            return self._file(first, second).read_text("utf-8")
        except FileNotFoundError:
            return None

    def all(self) -> list[Compared]:
        """The newest first."""
        return sorted(self._all(), key=lambda each: each.at, reverse=True)

    def forget(self, lane: Lane) -> None:
        """Takes away whatever was compared with a lane."""
        shutil.rmtree(self._folder / lane.name, ignore_errors=True)
        for file in self._folder.glob(f"*/{lane.name}.html"):
            file.unlink(missing_ok=True)

    def _all(self) -> Iterator[Compared]:
        for file in self._folder.glob("*/*.html"):
            at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            yield Compared(Lane(file.parent.name), Lane(file.stem), at)

    def _file(self, first: Lane, second: Lane) -> Path:
        return self._folder / first.name / f"{second.name}.html"


def listed(found: list[Compared]) -> str:
    """A page that links to each of them."""
    rows = "".join(
        f"<li><a href='/compare/{escape(each.first.name)}/{escape(each.second.name)}'>"
        f"{escape(each.first.name)} beside {escape(each.second.name)}</a>, {each.at:%Y-%m-%d %H:%M} UTC</li>"
        for each in found
    )
    none = "<p>None yet: <code>./tw replay compare live LANE</code> makes one.</p>"
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>Comparisons of lanes</title>"
        "<style>:root { color-scheme: light dark } "
        "body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }"
        "</style><body><h1>Comparisons of lanes</h1>"
        f"{f'<ul>{rows}</ul>' if rows else none}<p><a href='/'>Tidewire</a></p></body></html>\n"
    )
