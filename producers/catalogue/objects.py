"""JSON: a list of feeds (objects, or URLs), under ``feeds`` or not; or such lists by category."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from producers.catalogue.rows import CatalogueError, Row, Skipped

ALIASES = {"xmlUrl": "url", "feed_url": "url", "htmlUrl": "site_url", "source_language": "language"}


def rows(text: str) -> tuple[list[Row], list[Skipped]]:
    """Every feed, with the line its URL stands in. Raises CatalogueError for what is not JSON."""
    try:
        held = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise CatalogueError(f"line {line}: not JSON: {error}") from error
    found, skipped, start = [], [], 0
    for item, inherited in _listed(held, {}):
        values = {"url": item} if isinstance(item, str) else _named(item)
        url = values.get("url", "")
        at = text.find(json.dumps(url, ensure_ascii=False), start) if url else -1
        start = max(start, at)
        line = text.count("\n", 0, start) + 1
        if isinstance(item, str | dict):
            found.append(Row(line, {**inherited, **values}))
        else:
            skipped.append(Skipped(line, f"{json.dumps(item)[:80]} is neither a feed's object nor its URL"))
    return found, skipped


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
