"""JSON: a list of feeds (objects, or URLs), under ``feeds`` or not; or such lists by category."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from producers.catalogue.rows import CatalogueError, Row, Skipped

# Each search for an address that is spelt otherwise goes to the end of the file.
MOST_MISSED = 1_000
ALIASES = {"xmlUrl": "url", "feed_url": "url", "htmlUrl": "site_url", "source_language": "language"}


def rows(text: str) -> tuple[list[Row], list[Skipped]]:
    """Every feed, with the line its URL stands in. Raises CatalogueError for what is not JSON."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise CatalogueError(f"line {line}: not JSON: {error}") from error
    found, skipped, start, line, missed = [], [], 0, 1, 0
    for item, inherited in _all_listed(held):
        values = {"url": item} if isinstance(item, str) else _named(item)
        url = values.get("url", "")
        at = text.find(json.dumps(url, ensure_ascii=False), start) if url and missed < MOST_MISSED else -1
        missed += at < 0
        line += text.count("\n", start, max(start, at))
        start = max(start, at)
        if isinstance(item, str | dict):
            found.append(Row(line, {**inherited, **values}))
        else:
            skipped.append(Skipped(line, f"{json.dumps(item)[:80]} is neither a feed's object nor its URL"))
    return found, skipped


def _all_listed(held: Any) -> list[tuple[Any, dict[str, str]]]:
    try:
        return list(_listed(held, {}))
    except RecursionError as error:
        raise CatalogueError("line 1: lists within lists without end") from error


def _listed(held: Any, inherited: dict[str, str]) -> Iterator[tuple[Any, dict[str, str]]]:
    if isinstance(held, list):
        for item in held:
            yield item, inherited
    elif isinstance(held, dict) and isinstance(held.get("feeds"), list):
        language = held.get("source_language")
        below = {**inherited, "language": language} if isinstance(language, str) else inherited
        yield from _listed(held["feeds"], below)
    elif isinstance(held, dict):
        for value in held.values():
            yield from _listed(value, inherited)


def _named(item: Any) -> dict[str, str]:
    held = item if isinstance(item, dict) else {}
    return {ALIASES.get(str(n), str(n)): str(value) for n, value in held.items() if value is not None}
