"""The Python operators of the job ``stories``: thin shells around pure logic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyflink.common import Row, Types
from pyflink.datastream import KeyedProcessFunction, MapFunction, RuntimeContext
from pyflink.datastream.state import MapState, MapStateDescriptor, ValueStateDescriptor

from desks.loader import Desk
from desks.prototypes import NO_PROTOTYPES, Prototypes
from flink_jobs.stories.cluster import Weights
from flink_jobs.stories.embedded import Embedded, Embedder, known, takedown
from flink_jobs.stories.engine import Output, StoryEngine
from flink_jobs.stories.order import OrderBuffer, position
from flink_jobs.stories.rows import FIELDS, KnownIds, encoded, unique_article
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import decode_embedded, encode_embedded
from language.models import encoder
from schemas.codec import Codec
from schemas.records import Kind


class Embed(MapFunction):  # type: ignore[misc]
    """A row of the deduplicated view, kind included, to the bytes of an Embedded."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._embedder: Embedder | None = None

    def open(self, runtime_context: RuntimeContext) -> None:
        self._embedder = Embedder(encoder(self._model))

    def map(self, value: Row) -> bytes:
        assert self._embedder is not None, "opened before the first record"
        row = tuple(value)
        article, kind = unique_article(row[: len(FIELDS)]), row[len(FIELDS)]
        taken_down = kind == Kind.TAKEDOWN.value
        return encode_embedded(takedown(article) if taken_down else self._embedder.embed(article))


class UnlikeVectors(Exception):
    """An enriched article carries a vector of another model than the run is about."""


class Known(MapFunction):  # type: ignore[misc]
    """A row of an enriched article to the bytes of an Embedded, with the vector that it carries."""

    def __init__(self, model: str) -> None:
        self._model = model

    def map(self, value: Row) -> bytes:
        row = tuple(value)
        article = unique_article(row[: len(FIELDS)])
        vector, names, model = row[len(FIELDS) :]
        if model != self._model:
            raise UnlikeVectors(
                f"{article.article_id} was encoded by {model}, this run is about {self._model}: "
                "run articles.raw again instead"
            )
        return encode_embedded(known(article, bytes(vector), tuple(names)))


class Stories(KeyedProcessFunction):  # type: ignore[misc]
    """Puts records into the order of the log and hands them to the engine, all under one key.

    Timers only wake it: what is due up to a timer's time is ordered in memory, records and the
    engine's own times alike. Buffer and engine live in memory and are mirrored into keyed state by
    writes alone; state is read once, at the first call after a start.

    ``end_at``: the last logged time of a bounded run, in epoch milliseconds. The watermark of a
    source that ends is the largest there is, and must not fire what a live run would not have fired.
    """

    def __init__(
        self,
        settings: StoriesSettings,
        desks: tuple[Desk, ...],
        ids: KnownIds,
        end_at: int | None,
        weights: Weights | None = None,
        prototypes: Prototypes = NO_PROTOTYPES,
    ) -> None:
        self._settings = settings
        self._desks = desks
        self._ids = ids
        self._end_at = end_at
        self._weights = weights
        self._prototypes = prototypes
        self._loaded = False

    def open(self, runtime_context: RuntimeContext) -> None:
        # A TypeInformation that has met Java no longer pickles: these are made here, in the worker.
        def by_name(name: str) -> Any:
            descriptor = MapStateDescriptor(name, Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()))
            return runtime_context.get_map_state(descriptor)

        self._waiting_state = by_name("waiting")
        self._story_state = by_name("stories")
        self._released_state = runtime_context.get_state(ValueStateDescriptor("released", Types.LONG()))
        self._out_of_order = runtime_context.get_metrics_group().counter("out_of_order")
        self._codec = Codec(self._ids)
        self._waiting: OrderBuffer[Embedded] = OrderBuffer(encode_embedded, decode_embedded)
        self._engine = StoryEngine(self._settings, self._desks, self._weights, self._prototypes)
        self._released = -1

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        self._load()
        item = decode_embedded(value)
        if item.article.logged_at <= self._released:
            # A broker's clock stepped back. It is too late to order it, and losing it is no choice.
            self._out_of_order.inc()
            yield from self._rows(self._engine.process(item))
        else:
            self._waiting.add(position(item.article), item)
        self._mirror(ctx)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:
        self._load()
        to_ms = timestamp if self._end_at is None else min(timestamp, self._end_at)
        for item in self._waiting.release(to_ms):
            yield from self._rows(self._engine.process(item))
        yield from self._rows(self._engine.advance(to_ms))
        if to_ms > self._released:
            self._released = to_ms
            self._released_state.update(to_ms)
        self._mirror(ctx)

    def _load(self) -> None:
        if self._loaded:
            return
        self._waiting.restore(self._waiting_state.items())
        self._engine.restore(self._story_state.items())
        released = self._released_state.value()
        self._released = -1 if released is None else released
        self._loaded = True

    def _mirror(self, ctx: KeyedProcessFunction.Context) -> None:
        """Writes what changed, and asks to be woken when something is due next."""
        _write(self._waiting_state, self._waiting.puts())
        _write(self._story_state, self._engine.puts())
        for due in (self._waiting.next_due(), self._engine.next_due()):
            if due is not None and (self._end_at is None or due <= self._end_at):
                ctx.timer_service().register_event_time_timer(due)

    def _rows(self, records: Iterable[Output]) -> Iterator[Row]:
        for record in records:
            yield Row(*encoded(record, self._codec))


def _write(state: MapState, puts: Iterable[tuple[str, bytes | None]]) -> None:
    for key, data in puts:
        if data is None:
            state.remove(key)
        else:
            state.put(key, data)
