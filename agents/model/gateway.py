"""Asks the Messages API once for each different request: recorded answers first, then the budget, then the
server. An answer is booked and in the log, both acknowledged, before anyone uses it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from weakref import WeakValueDictionary

import stamina

from agents.model.answers import Answer, read, request_hash
from agents.model.client import MessagesClient
from agents.model.errors import ModelFailed, Spared, Unanswered
from agents.model.recordings import Recordings
from agents.money import ledger
from agents.money.breaker import Breaker, BreakerOpen
from agents.money.budget import Budget, BudgetRefused, Reservation
from agents.money.ledger import Call, Purpose
from agents.money.prices import Prices
from schemas.records import AgentEvent, RecordedResponse
from telemetry import metrics
from telemetry.logs import logger

# Returns when the event is in the log.
Audit = Callable[[AgentEvent], Awaitable[None]]

AGAIN_S, LONGEST_S, AT_ONCE_S = 0.5, 8.0, 0.05

log = logger("agents.model")


@dataclass(frozen=True, slots=True)
class Purse:
    """What a call is paid from. ``refresh`` brings the budget up to date with what other workers spent;
    ``counted`` is told of an event whose cost the budget has."""

    prices: Prices
    budget: Budget
    breaker: Breaker
    refresh: Callable[[], Awaitable[None]]
    counted: Callable[[str, int], None]


class ModelGateway:
    """``endpoint`` is the address that requests are recorded under."""

    def __init__(
        self,
        endpoint: str,
        client: MessagesClient,
        recordings: Recordings,
        purse: Purse,
        audit: Audit,
        now_ms: Callable[[], int],
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._recordings = recordings
        self._purse = purse
        self._audit = audit
        self._now_ms = now_ms
        # Paid for, and not in the log yet: the broker was down.
        self._held: dict[str, tuple[Call, bytes]] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, request: Mapping[str, Any], purpose: Purpose) -> Answer:
        """The answer to a Messages request, from the log if it has been asked before.

        Raises ModelFailed; what failed is not recorded, and may be asked again.
        """
        wanted = request_hash(self._endpoint, request)
        lock = self._asking.setdefault(wanted, asyncio.Lock())
        async with lock:
            if wanted in self._held:
                return await self._book(*self._held[wanted])
            known = await self._recordings.find(wanted)
            call = Call(purpose, wanted, str(request["model"]), self._endpoint, self._now_ms())
            if known is None:
                return await self._pay(call, request)
            answer = read(wanted, known.body)
            await self._audit(ledger.recorded(call, answer.usage))
            metrics.MODEL_CALLS.labels(step=purpose.step, outcome=ledger.RECORDED).inc()
            return self._priced(answer, known.model, known.recorded_at)

    async def _pay(self, call: Call, request: Mapping[str, Any]) -> Answer:
        """Attempts, each reserved, booked and audited on its own: a lost answer may be charged, too."""
        async for attempt in stamina.retry_context(
            on=_again, attempts=self._client.attempts, wait_initial=AGAIN_S, wait_max=LONGEST_S, timeout=None
        ):
            with attempt:
                return await self._attempt(replace(call, at=self._now_ms()), request)
        raise AssertionError("a retry either returns or raises")

    async def _attempt(self, call: Call, request: Mapping[str, Any]) -> Answer:
        reservation = await self._reserve(call, request)
        try:
            body = await self._client.create(request)
        except ModelFailed as error:
            await self._failed(call, error, reservation)
            raise
        except BaseException:
            # Given up by ourselves: what the server makes of it, it may charge.
            self._purse.budget.settle(reservation, reservation.amount)
            self._purse.breaker.abandoned()
            self._note(ledger.failed(call, "given up before an answer came", reservation.amount))
            raise
        self._purse.breaker.success()
        cost = self._priced(read(call.request_hash, body), call.model, call.at).cost
        self._purse.budget.settle(reservation, cost)
        self._held[call.request_hash] = (call, body)
        return await self._book(call, body)

    async def _book(self, call: Call, body: bytes) -> Answer:
        """The answer, once it is on the books and in the log."""
        answer = self._priced(read(call.request_hash, body), call.model, call.at)
        event = ledger.paid(call, answer.answer_id, answer.usage, answer.cost, answer.stop_reason)
        self._purse.counted(event.event_id, event.at)
        await self._audit(event)
        await self._recordings.keep(self._response(call, body))
        del self._held[call.request_hash]
        metrics.MODEL_CALLS.labels(step=call.purpose.step, outcome=ledger.PAID).inc()
        metrics.MODEL_USD.inc(float(answer.cost))
        return answer

    async def _reserve(self, call: Call, request: Mapping[str, Any]) -> Reservation:
        """Raises Spared."""
        try:
            self._purse.breaker.check(time.monotonic())
        except BreakerOpen as error:
            raise Spared(str(error)) from error
        try:
            await self._purse.refresh()
            tokens = await self._client.count(request)
            at = call.at
            worst = self._purse.prices.worst(call.model, tokens, int(request["max_tokens"]), at)
            return self._purse.budget.reserve(call.purpose.account, worst, at)
        except BudgetRefused as error:
            self._purse.breaker.abandoned()
            metrics.MODEL_CALLS.labels(step=call.purpose.step, outcome="refused").inc()
            await self._audit(ledger.refused(call, error.cap, str(error)))
            log.warning("a model call is refused", brief_id=call.purpose.account.brief_id, reason=str(error))
            raise Spared(f"budget: {error}") from error
        except BaseException:
            self._purse.breaker.abandoned()
            raise

    async def _failed(self, call: Call, error: ModelFailed, reservation: Reservation) -> None:
        charged = isinstance(error, Unanswered) and error.may_be_charged
        at_most = reservation.amount if charged else Decimal(0)
        self._purse.budget.settle(reservation, at_most)
        if isinstance(error, Unanswered):
            self._purse.breaker.failure(time.monotonic())
        else:
            self._purse.breaker.abandoned()
        log.warning("a model call failed", step=call.purpose.step, reason=str(error))
        metrics.MODEL_CALLS.labels(step=call.purpose.step, outcome=ledger.FAILED).inc()
        await self._audit(ledger.failed(call, str(error), at_most))

    def _note(self, event: AgentEvent) -> None:
        """Audits beside a cancellation, which cannot wait for it."""

        def done(task: asyncio.Task[None]) -> None:
            self._notes.discard(task)
            if not task.cancelled() and task.exception() is not None:
                log.warning("an abandoned call is not on the books", reason=str(task.exception()))

        async def audit() -> None:
            await self._audit(event)

        task = asyncio.create_task(audit())
        self._notes.add(task)
        task.add_done_callback(done)

    def _priced(self, answer: Answer, model: str, at_ms: int) -> Answer:
        return replace(answer, cost=self._purse.prices.cost(model, answer.usage, at_ms))

    def _response(self, call: Call, body: bytes) -> RecordedResponse:
        return RecordedResponse(
            request_hash=call.request_hash,
            recorded_at=call.at,
            endpoint=call.endpoint,
            model=call.model,
            status=200,
            body=body,
            article_ids=call.purpose.article_ids,
        )


def _again(error: Exception) -> bool | float:
    """Whether to ask once more, and after how many seconds if the server says."""
    if not isinstance(error, Unanswered) or not error.again:
        return False
    return True if error.after_s is None else max(AT_ONCE_S, error.after_s)
