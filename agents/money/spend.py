"""What was spent, added up from the audit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agents.money.budget import BUDGET
from agents.money.ledger import FAILED, PAID, RECORDED, details
from schemas.records import AgentEvent, AgentEventKind


@dataclass(slots=True)
class Sum:
    """Of paid calls, unless it says otherwise."""

    calls: int = 0
    recorded: int = 0
    failed: int = 0
    refused: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0

    @property
    def cache_hit_rate(self) -> float:
        """Share of the input that was read from the prompt cache."""
        return self.cache_read_tokens / self.input_tokens if self.input_tokens else 0.0


@dataclass(slots=True)
class Spend:
    """By day (UTC), desk, model and step, and of all. ``briefs``: those that model calls were made for."""

    total: Sum = field(default_factory=Sum)
    by_day: dict[str, Sum] = field(default_factory=dict)
    by_desk: dict[str, Sum] = field(default_factory=dict)
    by_model: dict[str, Sum] = field(default_factory=dict)
    by_step: dict[str, Sum] = field(default_factory=dict)
    briefs: int = 0


def add_up(events: Iterable[AgentEvent]) -> Spend:
    """Sums over the events of a lane's audit; an event that stands there twice counts once."""
    spend, seen, briefs = Spend(), set[str](), set[str]()
    for event in events:
        said = details(event)
        if not said or event.event_id in seen:
            continue
        seen.add(event.event_id)
        if event.kind is AgentEventKind.MODEL_CALL:
            briefs.add(event.brief_id)
        day = f"{datetime.fromtimestamp(event.at / 1000, UTC):%Y-%m-%d}"
        for place in (
            spend.total,
            spend.by_day.setdefault(day, Sum()),
            spend.by_desk.setdefault(event.desk, Sum()),
            spend.by_model.setdefault(str(said["model"]), Sum()),
            spend.by_step.setdefault(str(said["step"]), Sum()),
        ):
            _count(place, event, said)
    spend.briefs = len(briefs)
    return spend


def _count(place: Sum, event: AgentEvent, said: Mapping[str, Any]) -> None:
    place.recorded += event.reason == RECORDED
    place.failed += event.reason == FAILED
    place.refused += event.reason == BUDGET
    if event.reason == PAID:
        place.calls += 1
        place.input_tokens += event.input_tokens
        place.cache_read_tokens += int(said["cache_read"])
        place.cache_write_tokens += int(said["cache_write"])
        place.output_tokens += event.output_tokens
        place.cost_usd += event.cost_usd
