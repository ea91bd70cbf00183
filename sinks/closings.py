"""When a document ceased to be the latest: a function of the set of documents, not of their order.

- An article version ends when the next one of the same article is logged; another feed's wording
  of version 1 (a variant) ends nothing, and ends with the wording it stands beside.
- A story's revision ends when its next revision is logged.
- A brief ends at the information cut-off of the earliest brief that supersedes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sinks.store import FOREVER

FIELDS = ("kind", "key", "sequence", "known_from", "known_to", "closes", "flags")
"""The payload fields that a Span is read from."""


@dataclass(frozen=True, slots=True)
class Span:
    """What of a document decides how long it and others last."""

    id: str
    kind: str
    key: str
    sequence: tuple[Any, ...]
    known_from: int
    known_to: int
    closes: tuple[str, ...]
    variant: bool

    @classmethod
    def of(cls, point_id: str, payload: Mapping[str, Any]) -> Span:
        """From a payload with FIELDS."""
        return cls(
            point_id,
            payload["kind"],
            payload["key"],
            tuple(payload["sequence"]),
            payload["known_from"],
            payload["known_to"],
            tuple(payload["closes"]),
            "variant" in payload["flags"],
        )


def ends(spans: Iterable[Span]) -> dict[str, int]:
    """By point id, the logged time at which each ends; FOREVER while it has not.

    The spans must hold, for each of interest, all with its key and all that close its key.
    """
    spans = list(spans)
    closed: dict[str, int] = {}
    by_key: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        by_key[span.kind, span.key].append(span)
        for key in span.closes:
            closed[key] = min(span.known_from, closed.get(key, FOREVER))
    found = {}
    for group in by_key.values():
        later = FOREVER
        for span in sorted(group, key=lambda each: (each.sequence, each.id), reverse=True):
            found[span.id] = min(later, closed.get(span.key, FOREVER))
            if not span.variant:
                later = span.known_from
    return found
