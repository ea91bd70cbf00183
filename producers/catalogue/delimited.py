"""CSV: a header with FeedSpec's names, ``url`` among them; or one URL a line and nothing else."""

from __future__ import annotations

import csv
import io

from producers.catalogue.rows import CatalogueError, Row, Skipped

ALIASES = {"xmlurl": "url", "feed": "url", "feed_url": "url", "htmlurl": "site_url", "name": "title"}


def rows(text: str) -> tuple[list[Row], list[Skipped]]:
    """Every line that is not empty. Raises CatalogueError when no column can be the URL."""
    lines = csv.reader(io.StringIO(text, newline=""), _dialect(text))
    header: list[str] | None = None
    found, skipped = [], []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells)
                if header[:1] == ["url"] and "://" in cells[0]:
                    found.append(Row(lines.line_num, {"url": cells[0]}))
            elif len(cells) > len(header):
                skipped.append(Skipped(lines.line_num, f"{len(cells)} values for {len(header)} columns"))
            else:
                found.append(Row(lines.line_num, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        skipped.append(Skipped(lines.line_num, f"not CSV from here on: {error}"))
    return found, skipped


def _header(cells: list[str]) -> list[str]:
    if len(cells) == 1 and "://" in cells[0]:
        return ["url"]
    names = [cell.strip().lower() for cell in cells]
    header = [ALIASES.get(name, name) for name in names]
    if "url" not in header:
        raise CatalogueError(
            f"line 1: no column named url among {', '.join(names) or 'none'}; call the feeds' column `url`"
        )
    return header


def _dialect(text: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(text.split("\n", 1)[0], delimiters=",;\t")
    except csv.Error:
        return csv.excel
