"""What the lane has spent, by whichever worker, read from its audit into a budget."""

from __future__ import annotations

import time
from decimal import Decimal

from confluent_kafka import Consumer, TopicPartition

from agents.money.budget import DAY_MS, Account, Budget
from agents.money.ledger import PAID, details
from schemas.codec import Codec, Undecodable
from schemas.records import AgentEvent, AgentEventKind
from telemetry.logs import logger
from topics.catalogue import AGENTS_AUDIT, TOPICS
from topics.lane import Lane
from topics.reading import end_offsets, read_range, reader_config
from topics.settings import BrokerSettings

TIMEOUT_S = 15.0
# Several workers may pass a cap together by what they spend in this time.
EVERY_S = 10.0

log = logger("agents.money")


class Spent:
    """Follows a lane's audit. Blocks on the broker: call from a thread; one call at a time."""

    def __init__(self, broker: BrokerSettings, codec: Codec, lane: Lane) -> None:
        self._broker = broker
        self._codec = codec
        self._topic = lane.topic(AGENTS_AUDIT)
        self._next: dict[int, int] | None = None
        # By id of an event that is counted, when it was; those of the day before yesterday count no more.
        self._seen: dict[str, int] = {}
        self._looked = 0.0

    def known(self, event_id: str, at_ms: int) -> None:
        """An event of this worker's own, which its budget has counted."""
        self._seen[event_id] = at_ms

    @property
    def due(self) -> bool:
        """Whether it is time to look again."""
        return self._next is None or time.monotonic() - self._looked > EVERY_S

    def catch_up(self, budget: Budget, now_ms: int) -> None:
        """Books what others have paid since the last look; at first, since the beginning of the day."""
        self._looked = time.monotonic()
        oldest = (now_ms // DAY_MS - 1) * DAY_MS
        self._seen = {event_id: at for event_id, at in self._seen.items() if at >= oldest}
        start = self._next if self._next is not None else self._since(now_ms // DAY_MS * DAY_MS)
        ends = end_offsets(self._broker, self._topic)
        for each in read_range(self._broker, self._topic, start=start, end=ends):
            try:
                event = self._codec.decode(each.value or b"", AgentEvent)
            except Undecodable as error:
                log.warning("undecodable audit event", place=each.place, error=str(error))
                continue
            if event.kind is not AgentEventKind.MODEL_CALL or event.reason != PAID:
                continue
            if event.event_id not in self._seen:
                self._seen[event.event_id] = event.at
                account = Account(event.brief_id, event.desk, str(details(event).get("family", "")))
                budget.book(account, Decimal(str(event.cost_usd)), event.at)
        self._next = ends

    def _since(self, moment: int) -> dict[int, int]:
        """By partition, the first event written at or after a time; the end where there is none."""
        wanted = [TopicPartition(self._topic, p, moment) for p in range(TOPICS[AGENTS_AUDIT].partitions)]
        consumer = Consumer(reader_config(self._broker, "tidewire.positioned"))
        try:
            found = consumer.offsets_for_times(wanted, timeout=TIMEOUT_S)
        finally:
            consumer.close()
        ends = end_offsets(self._broker, self._topic)
        return {each.partition: each.offset if each.offset >= 0 else ends[each.partition] for each in found}
