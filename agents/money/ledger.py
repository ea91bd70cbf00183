"""Model calls as audit events, and what was spent read back from them. Pure.

An answer that was paid for makes one event whose id holds the answer's own; one that was taken from the
log makes another, which costs nothing. Only the first are money.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.money.budget import BUDGET, Account
from agents.money.prices import TABLE, Usage
from schemas.identity import event_id
from schemas.records import AgentEvent, AgentEventKind

PAID, RECORDED, FAILED = "paid", "recorded", "failed"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for. ``step`` is the pipeline's, such as plan, facts or judge; ``article_ids`` name the
    articles whose text the request holds, so that a takedown finds it."""

    story_id: str
    account: Account
    step: str
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what was asked and of whom, and at what time (epoch ms)."""

    purpose: Purpose
    request_hash: str
    model: str
    endpoint: str
    at: int


def paid(call: Call, answer_id: str, usage: Usage, cost: Decimal, stop_reason: str) -> AgentEvent:
    """A call that was answered and costs money."""
    detail = {**_tokens(usage), "stop_reason": stop_reason, "prices": TABLE}
    ident = event_id("MODEL_CALL", PAID, call.request_hash, answer_id)
    return _event(call, ident, PAID, detail, usage, cost)


def recorded(call: Call, usage: Usage) -> AgentEvent:
    """A call whose answer was in the log."""
    ident = event_id("MODEL_CALL", RECORDED, call.request_hash, call.purpose.account.brief_id)
    return _event(call, ident, RECORDED, _tokens(usage), Usage(), Decimal(0))


def failed(call: Call, reason: str, at_most: Decimal) -> AgentEvent:
    """A call without a usable answer; the server may charge up to ``at_most`` for it."""
    ident = event_id("MODEL_CALL", FAILED, call.request_hash, call.at)
    detail = {"error": reason, "at_most_usd": str(at_most)}
    return _event(call, ident, FAILED, detail, Usage(), Decimal(0))


def refused(call: Call, cap: str, reason: str) -> AgentEvent:
    """A call that the budget did not allow."""
    purpose = call.purpose
    return AgentEvent(
        event_id=event_id("CHECK", BUDGET, purpose.account.brief_id, call.request_hash),
        story_id=purpose.story_id,
        brief_id=purpose.account.brief_id,
        desk=purpose.account.desk,
        kind=AgentEventKind.CHECK,
        at=call.at,
        reason=BUDGET,
        detail=json.dumps(
            {
                "cap": cap,
                "step": purpose.step,
                "model": call.model,
                "family": purpose.account.family,
                "error": reason,
            }
        ),
        request_hash=call.request_hash,
    )


def details(event: AgentEvent) -> Mapping[str, Any]:
    """What an event of a model call or a budget refusal holds beside its fields; empty for others."""
    if event.kind is not AgentEventKind.MODEL_CALL and event.reason != BUDGET:
        return {}
    found: Mapping[str, Any] = json.loads(event.detail)
    return found


def _tokens(usage: Usage) -> dict[str, Any]:
    return {
        "input": usage.fresh,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write_5m + usage.cache_write_1h,
        "output": usage.output,
    }


def _event(
    call: Call, ident: str, outcome: str, detail: Mapping[str, Any], usage: Usage, cost: Decimal
) -> AgentEvent:
    purpose = call.purpose
    said = {
        "step": purpose.step,
        "model": call.model,
        "endpoint": call.endpoint,
        "family": purpose.account.family,
        **detail,
    }
    return AgentEvent(
        event_id=ident,
        story_id=purpose.story_id,
        brief_id=purpose.account.brief_id,
        desk=purpose.account.desk,
        kind=AgentEventKind.MODEL_CALL,
        at=call.at,
        reason=outcome,
        detail=json.dumps(said),
        request_hash=call.request_hash,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cost_usd=float(cost),
    )
