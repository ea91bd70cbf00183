"""A comparison as one self-contained HTML page: no script, nothing fetched. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from replay.compare.comparison import Comparison
from replay.compare.matching import Fate

# A page of more is read by nobody; how many there are is said, and JSON has them all.
SHOWN = 300
TEMPLATE = "page.html"
# Whatever feeds or models wrote is escaped, for nothing is marked as safe.
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(found: Comparison, first: str, second: str, above: str = "", unfinished: Sequence[str] = ()) -> str:
    """The page's text, UTF-8. ``above``: the address of the list that it is in, if it is in one.
    ``unfinished``: lanes whose replay had not come to its end."""
    return PAGES.get_template(TEMPLATE).render(
        found=found,
        one=first,
        other=second,
        above=above,
        unfinished=unfinished,
        regrouped=[each for each in found.matches if each.fate is not Fate.SAME],
        shown=SHOWN,
    )
