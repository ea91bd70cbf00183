"""The Python operators of the job ``stories``: thin shells around pure logic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pyflink.common import Row, Types
from pyflink.datastream import KeyedProcessFunction, MapFunction, RuntimeContext
from pyflink.datastream.state import MapState, MapStateDescriptor, ValueStateDescriptor

from desks.loader import Desk
from desks.prototypes import NO_PROTOTYPES, Prototypes
from flink_jobs.stories.cluster import Weights
from flink_jobs.stories.embedded import Embedded, Embedder, known, takedown
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.failures import NOT_THE_RECORDS, Failure, letter, of_row
from flink_jobs.stories.guarded import GuardedEngine
from flink_jobs.stories.order import OrderBuffer, position
from flink_jobs.stories.rows import FIELDS, FLOOD, Encoded, KnownIds, encoded, unique_article
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import decode_arrived, decode_embedded, encode_embedded, encode_failure
from language.models import encoder
from schemas.codec import Codec
from schemas.records import Kind, UniqueArticle
from topics.guard import Flood, FloodLimit, Guard
from topics.lane import LIVE, Lane

EMBED_STAGE = "stories.embed"


class Embed(MapFunction):  # type: ignore[misc]
    """A row of the deduplicated view, kind included, to the bytes of an Embedded, or of a Failure."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._embedder: Embedder | None = None

    def open(self, runtime_context: RuntimeContext) -> None:
        self._embedder = Embedder(encoder(self._model))

    def map(self, value: Row) -> bytes:
        embedder = self._embedder
        assert embedder is not None, "opened before the first record"
        row = tuple(value)
        kind = row[len(FIELDS)]
        return _guarded(row, takedown if kind == Kind.TAKEDOWN.value else embedder.embed)


class UnlikeVectors(Exception):
    """An enriched article carries a vector of another model than the run is about."""


class Known(MapFunction):  # type: ignore[misc]
    """A row of an enriched article to the bytes of an Embedded, with the vector that it carries, or of a
    Failure."""

    def __init__(self, model: str) -> None:
        self._model = model

    def map(self, value: Row) -> bytes:
        row = tuple(value)
        vector, names, model = row[len(FIELDS) :]

        def embedded(article: UniqueArticle) -> Embedded:
            if model != self._model:
                raise UnlikeVectors(
                    f"{article.article_id} was encoded by {model}, this run is about {self._model}: "
                    "run articles.raw again instead"
                )
            return known(article, bytes(vector), tuple(names))

        return _guarded(row, embedded)


def _guarded(row: Sequence[Any], embed: Callable[[UniqueArticle], Embedded]) -> bytes:
    try:
        return encode_embedded(embed(unique_article(row[: len(FIELDS)])))
    except NOT_THE_RECORDS:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a text leads it to, it is that text alone
        return encode_failure(of_row(dict(zip(FIELDS, row, strict=False)), EMBED_STAGE, error))


class Stories(KeyedProcessFunction):  # type: ignore[misc]
    """Puts records into the order of the log and hands them to the engine, all under one key.

    Timers only wake it: what is due up to a timer's time is ordered in memory, records and the
    engine's own times alike. Buffer and engine live in memory and are mirrored into keyed state by
    writes alone; state is read once, at the first call after a start.

    What fails for one record, here or where it was embedded, leaves as a dead letter, and no trace of it
    stays in the engine. A flood of failures leaves as a row of the topic FLOOD, at which the job ends for
    good: no exception of Python's can say so.

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
        lane: Lane = LIVE,
        flood: FloodLimit | None = None,
    ) -> None:
        self._settings = settings
        self._desks = desks
        self._ids = ids
        self._end_at = end_at
        self._weights = weights
        self._prototypes = prototypes
        self._lane = lane
        self._flood = flood
        self._loaded = False
        self._flooded = False

    def open(self, runtime_context: RuntimeContext) -> None:
        # A TypeInformation that has met Java no longer pickles: these are made here, in the worker.
        def by_name(name: str) -> Any:
            descriptor = MapStateDescriptor(name, Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE()))
            return runtime_context.get_map_state(descriptor)

        self._waiting_state = by_name("waiting")
        self._story_state = by_name("stories")
        self._released_state = runtime_context.get_state(ValueStateDescriptor("released", Types.LONG()))
        metrics = runtime_context.get_metrics_group()
        self._out_of_order = metrics.counter("out_of_order")
        self._dead_letters = metrics.counter("dead_letters")
        self._codec = Codec(self._ids)
        self._waiting: OrderBuffer[Embedded] = OrderBuffer(encode_embedded, decode_embedded)
        self._guard = Guard("the job stories", self._flood)
        self._engine = GuardedEngine(
            lambda: StoryEngine(self._settings, self._desks, self._weights, self._prototypes),
            lambda: list(self._story_state.items()),
            lambda record: encoded(record, self._codec),
        )
        self._released = -1

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        self._load()
        item = decode_arrived(value)
        if isinstance(item, Failure):
            yield from self._rows([item])
            return
        if item.article.logged_at <= self._released:
            # A broker's clock stepped back. It is too late to order it, and losing it is no choice.
            self._out_of_order.inc()
            yield from self._taken(item)
        else:
            self._waiting.add(position(item.article), item)
        self._mirror(ctx)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:
        self._load()
        to_ms = timestamp if self._end_at is None else min(timestamp, self._end_at)
        for item in self._waiting.release(to_ms):
            yield from self._taken(item)
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

    def _taken(self, item: Embedded) -> Iterator[Row]:
        failed = False
        for each in self._engine.process(item):
            failed = failed or isinstance(each, Failure)
            yield from self._rows([each])
        if not failed:
            self._guard.passed()

    def _rows(self, made: Iterable[Encoded | Failure]) -> Iterator[Row]:
        for each in made:
            if not isinstance(each, Failure):
                yield Row(*each)
            elif not self._flooded:
                yield from self._dead(each)

    def _dead(self, failure: Failure) -> Iterator[Row]:
        try:
            self._guard.failed(failure.source, RuntimeError(f"{failure.error}: {failure.reason}"))
        except Flood as flood:
            # The job ends at this row, before any checkpoint that holds what came after.
            self._flooded = True
            yield Row(FLOOD, str(flood), b"")
            return
        self._dead_letters.inc()
        # What is only read to warm up had its dead letter when it was read for good.
        if failure.failed_at >= self._settings.warmup_until_ms:
            yield Row(*encoded(letter(failure, self._lane), self._codec))


def _write(state: MapState, puts: Iterable[tuple[str, bytes | None]]) -> None:
    for key, data in puts:
        if data is None:
            state.remove(key)
        else:
            state.put(key, data)
