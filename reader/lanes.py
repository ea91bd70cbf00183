"""The views of all lanes in one process: each open for reading, each with its indexer in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from language.embeddings import Encoder
from reader.alias import Alias
from reader.comparisons import Comparisons
from reader.lag import Lag, Place, TopicIds
from reader.progress import Progress
from reader.settings import ReaderSettings
from schemas.codec import Codec
from schemas.records import Article, Brief, EnrichedArticle, Feedback, Record, Story
from sinks.documents import shape
from sinks.indexer import Indexer
from sinks.settings import IndexSettings, open_store
from sinks.store import NoSuchCollection, ShapeMismatch, Store, creation_id
from sinks.view import View, open_view, try_writing
from telemetry import logs, metrics
from topics.admin import lanes
from topics.catalogue import ARTICLES_ENRICHED, ARTICLES_TAKEDOWNS, BRIEFS, FEEDBACK, SHARED, STORIES
from topics.consuming import Batch, Effect, consume
from topics.lane import LIVE, Lane
from topics.letter_counts import LetterCounts
from topics.settings import BrokerSettings

SOURCES: dict[str, type[Record]] = {
    ARTICLES_ENRICHED: EnrichedArticle,
    STORIES: Story,
    BRIEFS: Brief,
    FEEDBACK: Feedback,
    ARTICLES_TAKEDOWNS: Article,
}
DOCUMENTS = "documents"
INSTANCE = "indexer"
STAGE = "indexer"
# A lane's view goes only after its topics were gone in this many looks in a row.
LOOKS = 3
LOOK_TIMEOUT_S = 5.0
LOG = logs.logger("lanes")


class NoSuchLane(KeyError):
    """There is no lane of that name."""


class LaneView:
    """One lane's store, and what fills it. Reading needs no broker."""

    def __init__(self, lane: Lane, store: Store) -> None:
        self.lane = lane
        self.store = store
        self.name = lane.collection(DOCUMENTS)
        self.view: View | None = None
        self.origin: dict[str, str] = {}
        self.handled: dict[Place, int] = {}
        self.lag: Lag | None = None
        self.running: Future[None] | None = None
        self.stop = threading.Event()
        self.error: str | None = None
        self.caught_up = False
        self.gone = 0

    @property
    def indexing(self) -> bool:
        """Whether its indexer runs."""
        return self.running is not None and not self.running.done()

    def behind(self) -> dict[str, int]:
        """Records not yet in the view, by topic of the catalogue.

        Raises KafkaException or ReadFailed when the broker does not answer.
        """
        if self.lag is None:
            raise NoSuchCollection(f"the view of lane {self.lane.name} is not open yet")
        found = self.lag.ask(dict(self.handled))
        by_name = {name: found[self.lane.topic(name)] for name in SOURCES}
        for topic, records in by_name.items():
            metrics.INDEX_LAG.labels(lane=self.lane.name, topic=topic).set(records)
        if not any(by_name.values()):
            self.caught_up = True
        return by_name

    def handle(self, indexer: Indexer) -> Callable[[Batch], None]:
        """What the consumer loop does with a batch."""

        def index(batch: Batch) -> None:
            written = indexer.index(record for _, record in batch)
            for kind, points in written.upserted.items():
                metrics.POINTS.labels(lane=self.lane.name, kind=kind).inc(points)
            for received, _ in batch:
                self.handled[received.topic, received.partition] = received.offset + 1

        return index


class Library:
    """Finds lanes, opens their views, keeps their indexers running; ``start`` it, and ``stop`` it."""

    def __init__(
        self,
        settings: ReaderSettings,
        index: IndexSettings,
        broker: BrokerSettings,
        codec: Codec,
        encoder: Encoder,
    ) -> None:
        self._settings = settings
        self._index = index
        self._broker = broker
        self._codec = codec
        self.encoder = encoder
        self.alias = Alias(index.home)
        self.comparisons = Comparisons(index.home)
        self._views: dict[str, LaneView] = {}
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=64, thread_name_prefix="indexer")
        self._topic_ids = TopicIds(broker)
        self.dead_letters = LetterCounts(broker, codec)
        self.progress = Progress(broker, settings.job_patience_s)
        self._watch = threading.Thread(target=self._watching, name="lanes", daemon=True)
        self.error: str | None = None

    def open(self) -> None:
        """Opens what there is on disk. Raises StoreBusy when another process has it."""
        names = {LIVE.name}
        if self._index.url is None:
            names |= _indexed(self._index.home / "index")
        for name in sorted(names):
            self._add(Lane(name))

    def start(self) -> None:
        """Begins to look for lanes and to index them."""
        self._watch.start()

    def stop(self) -> None:
        """Ends indexers after their batch, and closes every store."""
        self._stop.set()
        if self._watch.is_alive():
            self._watch.join()
        for each in self._views.values():
            each.stop.set()
        self._pool.shutdown(wait=True)
        self.progress.close()
        for each in self._views.values():
            if each.lag is not None:
                each.lag.close()
            each.store.close()

    def view(self, lane: str) -> LaneView:
        """Raises NoSuchLane."""
        found = self._views.get(lane)
        if found is None:
            raise NoSuchLane(lane)
        return found

    def all(self) -> list[LaneView]:
        """Live first, the rest by name."""
        return sorted(self._views.values(), key=lambda each: (not each.lane.is_live, each.lane.name))

    def _watching(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            wait = self._settings.lanes_every_s
            failed = self._pool.submit(self._look).exception()
            self.error = (
                None if failed is None else f"looking for lanes at {self._broker.bootstrap}: {failed}"
            )
            if failed is not None:
                LOG.warning("cannot look after lanes, trying again", reason=self.error)

    def _look(self) -> None:
        found = lanes(self._broker, timeout_s=LOOK_TIMEOUT_S)
        for lane in found:
            view = self._views.get(lane.name) or self._add(lane)
            self._keep(view)
            view.behind()
        for name in self._views.keys() - {lane.name for lane in found}:
            self._missing(self._views[name])

    def _add(self, lane: Lane) -> LaneView:
        view = LaneView(lane, open_store(self._index, lane))
        try:
            collection = view.store.ensure(view.name, shape(self.encoder.dimension))
            view.view = View(view.name, creation_id(collection))
        except ShapeMismatch as error:
            view.error = str(error)
        self._views[lane.name] = view
        LOG.info("lane opened", lane=lane.name, error=view.error)
        return view

    def _keep(self, view: LaneView) -> None:
        view.gone = 0
        names = [view.lane.topic(name) for name in SOURCES]
        made_by = [view.lane.topic(name) for name in SOURCES if name not in SHARED]
        origin = {"encoder": self.encoder.name, **self._topic_ids.ask(made_by)}
        if view.indexing and view.origin == origin:
            return
        self._halt(view)
        view.view = open_view(view.store, view.name, self.encoder.dimension, origin)
        view.origin, view.handled, view.caught_up = origin, {}, False
        group = view.lane.group(f"index-{view.view.created}")
        view.lag = Lag(self._broker, group, names)
        view.stop = threading.Event()
        view.running = self._pool.submit(self._fill, view, group)
        LOG.info("indexing", lane=view.lane.name, group=group)

    def _fill(self, view: LaneView, group: str) -> None:
        consume(
            self._broker,
            self._codec,
            group,
            {view.lane.topic(name): record_type for name, record_type in SOURCES.items()},
            Effect(
                STAGE,
                view.lane,
                view.handle(Indexer(view.store, view.name, self.encoder)),
                partial(try_writing, view.store, view.name),
            ),
            view.stop,
            batch_size=self._settings.batch_size,
            # The index has one owner: a restarted one need not wait for the session of a killed one.
            instance=INSTANCE,
        )

    def _halt(self, view: LaneView) -> None:
        """Ends a lane's indexer, if it runs; what it failed of is said."""
        view.stop.set()
        if view.running is not None:
            failed = view.running.exception()
            view.error = None if failed is None else f"{type(failed).__name__}: {failed}"
            if failed is not None:
                LOG.error("indexer failed, beginning again", lane=view.lane.name, reason=view.error)
                self._stop.wait(self._settings.retry_after_s)
            view.running = None
        if view.lag is not None:
            view.lag.close()
            view.lag = None

    def _missing(self, view: LaneView) -> None:
        """The topics of a lane are gone: so is, in a while, its view. Live's is kept."""
        view.gone += 1
        if view.lane.is_live or view.gone < LOOKS:
            return
        self._halt(view)
        del self._views[view.lane.name]
        view.store.drop(view.name)
        view.store.close()
        LOG.info("lane dropped", lane=view.lane.name)


def _indexed(home: Path) -> set[str]:
    """Names of lanes that have an index here."""
    return {pointer.parent.name for pointer in home.glob(f"*/*-{DOCUMENTS}.json")}
