"""A console of 80 columns whose output a test reads."""

from __future__ import annotations

import io

from rich.console import Console


class Narrow:
    """What a terminal of 80 columns, or a pipe, is given, without colours."""

    def __init__(self, terminal: bool) -> None:
        self._file = io.StringIO()
        self.console = Console(
            file=self._file,
            width=80,
            force_terminal=terminal,
            no_color=True,
            highlight=False,
            color_system=None,
        )

    @property
    def text(self) -> str:
        return self._file.getvalue()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.text.splitlines()]
