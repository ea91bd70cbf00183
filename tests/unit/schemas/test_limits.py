"""The page tells the figures that count."""

from __future__ import annotations

import re
from pathlib import Path

from schemas import limits

PAGE = Path(__file__).parents[3] / "docs" / "limits.md"


def test_every_figure_stands_in_the_page_with_its_value() -> None:
    told = dict(re.findall(r"^\| `([A-Z_0-9]+)` \| ([\d.,]+) \|", PAGE.read_text(), re.MULTILINE))
    figures = {
        name: f"{value:,}"
        for name, value in vars(limits).items()
        if name.isupper() and isinstance(value, int | float)
    }
    assert told == figures
