"""The Faust app: assignments in, briefs out. Nothing happens at import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import stamina

from agents.apart import Apart
from agents.committed import install
from agents.in_order import InOrder
from agents.memory import Memory
from agents.outages import is_outage
from agents.pipeline import Pipeline, Unusable
from agents.rail import Rail, Stopped
from agents.settings import AgentsSettings, HomeSettings, WindowSettings
from agents.writers import writing
from desks import load_desks
from schemas.codec import Codec
from schemas.registry import Registry, RegistrySettings
from telemetry import metrics
from telemetry.logs import logger
from topics.catalogue import ASSIGNMENTS, DEAD_LETTERS, TOPICS
from topics.dead_letters import from_received, reason_of
from topics.guard import Guard
from topics.lane import Lane
from topics.reading import Received
from topics.settings import MECHANISM, USER, BrokerSettings, LaneSettings

install()
import faust  # noqa: E402
from faust.types import TP, EventT, StreamT  # noqa: E402

STAGE = "agents"
LARGEST = 4 * 1024 * 1024

log = logger("agents")


@dataclass(frozen=True)
class Settings:
    """All that the role needs to know, from the environment by default."""

    lane: Lane
    broker: BrokerSettings
    registry: RegistrySettings
    agents: AgentsSettings
    windows: WindowSettings
    home: HomeSettings

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises pydantic's ValidationError for a variable that cannot be what it says."""
        return cls(
            lane=LaneSettings().lane,
            broker=BrokerSettings(),
            registry=RegistrySettings(),
            agents=AgentsSettings(),
            windows=WindowSettings(),
            home=HomeSettings(),
        )


def create_app(settings: Settings) -> faust.App:
    """The app of one worker in one lane. Raises DeskError for a desk file that cannot be used,
    ValueError for a name that cannot be a lane's."""
    app = _faust_app(settings)
    codec = Codec(Registry(settings.registry))
    windows_of = settings.agents.indicators_lane
    rail = Rail(settings.broker, codec, Lane(windows_of) if windows_of else settings.lane, settings.windows)

    async def send(topic: str, key: bytes, value: bytes, partition: int | None) -> None:
        await _send(app, topic, key, value, partition)

    runs = Apart(settings.agents.cpu_s)
    written = writing(settings.lane, settings.broker, codec, send, rail, runs)
    pipeline = Pipeline(
        codec=codec,
        lane=settings.lane,
        desks={desk.name: desk for desk in load_desks(settings.agents.desks)},
        writer=written.writer,
        memory=Memory(settings.broker, codec, settings.lane),
        rail=rail,
        send=send,
        runs=runs,
    )
    desk = _Desk(app, pipeline, settings.agents)

    @app.agent(_assignments(app, settings.lane), name="agents", concurrency=1)
    async def agents(stream: StreamT[Any]) -> AsyncIterator[None]:
        async for event in cast(faust.Stream[bytes], stream).noack().events():
            await desk.take(event)
            yield

    async def revoked(_: faust.App, revoked: set[TP], **__: Any) -> None:
        await desk.in_order.revoke(revoked)

    async def stopping(_: faust.App, **__: Any) -> None:
        rail.stop()
        if not await desk.in_order.drain(settings.agents.stop_grace_s):
            log.warning("stopping before everything in hand was done; it will be done again")
            # What is in hand still uses the connections; they end with the process.
            return
        await written.close()
        runs.close()

    @app.task  # type: ignore[untyped-decorator]
    async def check_the_model() -> None:
        await written.start()

    app.on_partitions_revoked.connect(revoked)  # type: ignore[arg-type]
    app.on_before_shutdown.connect(stopping)  # type: ignore[arg-type]
    return app


class _Desk:
    """Between Faust's events and the pipeline: retries, dead letters, order."""

    def __init__(self, app: faust.App, pipeline: Pipeline, settings: AgentsSettings) -> None:
        self._app = app
        self._pipeline = pipeline
        self._settings = settings
        self._guard = Guard(STAGE)
        self.in_order: InOrder[EventT[bytes]] = InOrder(
            work=self._work, ack=lambda event: event.ack(), failed=self._give_up, slots=settings.concurrency
        )

    async def take(self, event: EventT[bytes]) -> None:
        """Starts on an event once there is room. Its key names its story."""
        message = event.message
        await self.in_order.take(event, message.tp, (message.tp, bytes(message.key or b"")))

    async def _work(self, event: EventT[bytes]) -> None:
        received = _received(event)
        try:
            async for attempt in stamina.retry_context(
                on=is_outage, attempts=None, timeout=None, wait_max=10.0
            ):
                with attempt:
                    await self._attempts(received, event.message.generation_id or 0)
            self._guard.passed()
        except Stopped as error:
            # Neither done nor failed: as if it had been cancelled, it comes again after the next start.
            raise asyncio.CancelledError from error
        except Unusable as error:
            log.error("an assignment cannot be used", place=received.place, reason=str(error))
            await self._bury(received, error)
        except Exception as error:
            log.exception("an assignment failed again and again", place=received.place)
            await self._bury(received, error)

    async def _attempts(self, received: Received, generation: int) -> None:
        """Several, unless trying again cannot help, or something is down: that is waited for outside."""
        async for attempt in stamina.retry_context(
            on=lambda error: not isinstance(error, Unusable | Stopped) and not is_outage(error),
            attempts=self._settings.attempts,
            wait_initial=self._settings.retry_wait_s,
            timeout=None,
        ):
            with attempt:
                await self._pipeline.handle(received, generation)

    async def _bury(self, received: Received, error: Exception) -> None:
        """Raises Flood instead, when too many fail: then it is no fault of theirs."""
        self._guard.failed(self._pipeline.source(received), error)
        letter = from_received(received, STAGE, error)
        await _send(
            self._app, DEAD_LETTERS, received.topic.encode(), self._pipeline.codec.encode(letter), None
        )
        metrics.DEAD_LETTERS.labels(stage=STAGE).inc()

    async def _give_up(self, event: EventT[bytes], error: BaseException) -> None:
        """Not even the dead letter could be written, or too many were. A worker that is started again
        begins at this event, for it was not acknowledged."""
        log.critical(
            "stopping: no dead letter for an assignment",
            place=_received(event).place,
            error=type(error).__name__,
            reason=reason_of(error),
        )
        await self._app.crash(error)


def _faust_app(settings: Settings) -> faust.App:
    agents = settings.agents
    folder = settings.lane.folder(settings.home.home.resolve() / "agents")
    # Faust makes the last folder of a path only.
    folder.parent.mkdir(parents=True, exist_ok=True)
    return faust.App(
        settings.lane.group("agents"),
        broker=f"aiokafka://{settings.broker.bootstrap.replace(',', ';')}",
        broker_credentials=_credentials(settings.broker),
        store="memory://",
        datadir=str(folder),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=TOPICS[ASSIGNMENTS].partitions,
        broker_session_timeout=agents.session_timeout_s,
        broker_heartbeat_interval=agents.heartbeat_s,
        broker_commit_interval=agents.commit_interval_s,
        stream_buffer_maxsize=agents.buffer,
        # What is in hand is drained by ourselves: Faust would wait for ever for what is not acknowledged.
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=LARGEST,
        producer_acks=-1,
        producer_max_request_size=LARGEST,
        worker_redirect_stdouts=False,
    )


def _credentials(broker: BrokerSettings) -> faust.SASLCredentials | None:
    password = broker.password()
    if password is None:
        return None
    return faust.SASLCredentials(username=USER, password=password, mechanism=MECHANISM)


def _assignments(app: faust.App, lane: Lane) -> Any:
    """Raw bytes in and out: the codec decodes, so that what it cannot is in our hands, not Faust's."""
    return app.topic(
        lane.topic(ASSIGNMENTS),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=TOPICS[ASSIGNMENTS].partitions,
    )


async def _send(app: faust.App, topic: str, key: bytes, value: bytes, partition: int | None) -> None:
    """Returns when the record is in the log."""
    await app.producer.send_and_wait(topic, key, value, partition, None, None)


def _received(event: EventT[bytes]) -> Received:
    message = event.message
    return Received(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=int(message.timestamp * 1000),
        key=message.key,
        value=message.value,
    )


def run(app: faust.App) -> None:
    """Runs a worker until a signal stops it (exit code 0) or it crashes (1). Does not return."""
    worker = faust.Worker(app, override_logging=False, redirect_stdouts=False, quiet=True)
    worker.spinner = None
    worker.execute_from_commandline()
