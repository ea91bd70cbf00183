"""Writes documents into a view: the same effect however often, and in whatever order, records come.

It reads before it writes: a document's end is worked out from all that the view holds of its key
and all that closes it, so a closing that comes before what it closes is kept by being there. Takedowns are
kept in the view too, and what is under one neither stays nor comes in.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from language.embeddings import Encoder, from_bytes
from schemas.identity import point_id
from schemas.records import Article, Record
from schemas.takedown import Takedown
from sinks import forgetting
from sinks.closings import FIELDS, Span, ends
from sinks.documents import ARTICLE, BRIEF, STORY, Document, document
from sinks.forgetting import KIND
from sinks.store import OneOf, Point, Store
from sinks.terms import document_terms

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch changed, in points: ``upserted`` by kind; ``forgotten`` are gone or cut."""

    upserted: Mapping[str, int] = field(default_factory=dict)
    amended: int = 0
    unchanged: int = 0
    forgotten: int = 0


class Meanings:
    """Vectors of texts, the latest kept: a story's title and lead seldom change with a revision."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def of(self, text: str) -> tuple[float, ...]:
        """One vector of unit length; of the encoder's dimension."""
        known = self._known.get(text)
        if known is None:
            known = tuple(self.encoder.encode([text])[0].tolist())
            self._known[text] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(text)
        return known


class Indexer:
    """The only writer of the collection ``name``. One thread at a time."""

    def __init__(self, store: Store, name: str, encoder: Encoder) -> None:
        self._store = store
        self._name = name
        self._meanings = Meanings(encoder)
        known = store.scroll(name, [OneOf("kind", (forgetting.KIND,))])
        self._takedowns = forgetting.remembered(point.payload for point in known)

    def index(self, records: Iterable[Record]) -> Written:
        """Articles, stories and briefs in log order, and records of takedowns among them. When it returns,
        they are there to stay, or gone."""
        records = list(records)
        said = [Takedown.of(each) for each in records if isinstance(each, Article)]
        forgotten = self._forget(said) if said else 0
        others = (each for each in records if not isinstance(each, Article))
        left = (forgetting.left(each, self._takedowns) for each in others)
        new = {each.id: each for each in map(document, filter(None, left))}
        if not new:
            return Written(forgotten=forgotten)
        keys = {each.payload["key"] for each in new.values()}
        keys.update(key for each in new.values() for key in each.payload["closes"])
        spans = self._around(sorted(keys))
        spans.update({id_: Span.of(id_, each.payload) for id_, each in new.items()})
        until = ends(spans.values())
        there = self._store.get(self._name, list(new))
        upserts = []
        for id_, each in new.items():
            payload = {**each.payload, "known_to": until[id_]}
            if id_ not in there or there[id_].payload != payload:
                upserts.append(self._point(each, payload))
        amends = _amends((span for id_, span in spans.items() if id_ not in new), keys, until)
        # The new first: in between, a reader finds two versions rather than none.
        self._store.upsert(self._name, upserts)
        self._store.amend(self._name, amends)
        kinds = Counter(str(each.payload["kind"]) for each in upserts)
        return Written(kinds, len(amends), len(new) - len(upserts), forgotten)

    def _forget(self, takedowns: Sequence[Takedown]) -> int:
        """Remembers takedowns, then looks through all of the view: they are rare. Done twice it is the same,
        so one that was cut short is done again with its record."""
        for each in takedowns:
            self._takedowns.add(each)
        remembered = [
            Point(id=point_id(KIND, each.key), payload=forgetting.kept(each)) for each in self._takedowns
        ]
        self._store.upsert(self._name, remembered)
        gone: list[str] = []
        cut: list[Point] = []
        keys: set[str] = set()
        for point in self._store.scroll(self._name, [OneOf("kind", (ARTICLE, STORY, BRIEF))]):
            left = forgetting.left_of(point.payload, self._takedowns)
            if left is None:
                gone.append(point.id)
                keys.add(point.payload["key"])
            elif isinstance(left, Document):
                cut.append(self._point(left, {**left.payload, "known_to": point.payload["known_to"]}))
        self._store.upsert(self._name, cut)
        self._store.delete(self._name, gone)
        if keys:
            self._reclose(keys)
        return len(gone) + len(cut)

    def _reclose(self, keys: Collection[str]) -> None:
        """What was ended by a point that is gone."""
        spans = self._around(sorted(keys))
        until = ends(spans.values())
        self._store.amend(self._name, _amends(spans.values(), keys, until))

    def _around(self, keys: Sequence[str]) -> dict[str, Span]:
        found = {}
        for name in ("key", "closes"):
            for point in self._store.scroll(self._name, [OneOf(name, tuple(keys))], only=FIELDS):
                found[point.id] = Span.of(point.id, point.payload)
        return found

    def _point(self, each: Document, payload: Mapping[str, Any]) -> Point:
        encoder = self._meanings.encoder
        if each.dense and each.dense_model == encoder.name:
            dense = tuple(from_bytes(each.dense).tolist())
        else:
            dense = self._meanings.of(each.meaning)
        return Point(id=each.id, payload=payload, dense=dense, terms=document_terms(each.words))


def _amends(
    spans: Iterable[Span], keys: Collection[str], until: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """By point, the end that it has now and did not have."""
    return {
        span.id: {"known_to": until[span.id]}
        for span in spans
        if span.key in keys and span.known_to != until[span.id]
    }
