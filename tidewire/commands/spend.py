"""``./tw spend``: what the models cost, from the audit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from agents.money.settings import MoneySettings
from agents.money.spend import Spend, Sum, add_up
from schemas.records import AgentEvent
from tidewire.places import broker, codec, known_lane, stack_settings
from tidewire.printing import show, tell_json, terminal
from tidewire.profile import load
from tidewire.tables import add_row, show_whole
from topics.catalogue import AGENTS_AUDIT
from topics.decoding import decoded
from topics.reading import read_range

GROUPS = ("day", "desk", "model", "step")


def spend(
    lane: Annotated[str, typer.Option(help="Whose audit.")] = "live",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What model calls cost, by day, desk, model and step; and what was refused for want of budget."""
    load(stack_settings().home).apply()
    topic = known_lane(lane).topic(AGENTS_AUDIT)
    events = (event for _, event in decoded(read_range(broker(), topic), codec(), AgentEvent))
    found, caps = add_up(events), MoneySettings()
    if as_json:
        tell_json(_plain(lane, found, caps))
        return
    _print(terminal(), lane, found, caps)


def _plain(lane: str, found: Spend, caps: MoneySettings) -> dict[str, Any]:
    groups = {f"by_{group}": getattr(found, f"by_{group}") for group in GROUPS}
    return {
        "lane": lane,
        "briefs": found.briefs,
        "total": _row(found.total),
        **{name: {key: _row(each) for key, each in sorted(rows.items())} for name, rows in groups.items()},
        "caps_usd": {
            "brief": float(caps.per_brief_usd),
            "desk_hour": float(caps.per_desk_hour_usd),
            "day": float(caps.per_day_usd),
        },
    }


def _row(each: Sum) -> dict[str, Any]:
    return {
        **asdict(each),
        "cost_usd": round(each.cost_usd, 6),
        "cache_hit_rate": round(each.cache_hit_rate, 4),
    }


def _print(console: Console, lane: str, found: Spend, caps: MoneySettings) -> None:
    if not found.by_day:
        show(console, f"No model calls in lane {lane}: briefs are written without a model.")
        return
    columns = ("calls", "from the log", "failed", "refused", "input", "cached", "output", "USD")
    table = Table("", *columns, box=None)
    for column in table.columns:
        column.no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for group in GROUPS:
        for key, each in sorted(getattr(found, f"by_{group}").items()):
            add_row(table, f"{group} {key}", *_cells(each))
    table.add_section()
    add_row(table, "all", *_cells(found.total), style="bold")
    # A day or a model that is cut off is of no use.
    show_whole(console, table)
    each_brief = found.total.cost_usd / found.briefs if found.briefs else 0.0
    show(
        console,
        f"{found.briefs} briefs, {each_brief:.4f} USD each. Caps: {caps.per_brief_usd} USD a brief, "
        f"{caps.per_desk_hour_usd} a desk and hour, {caps.per_day_usd} a day (TIDEWIRE_MONEY_*).",
    )


def _cells(each: Sum) -> tuple[str, ...]:
    numbers = (each.calls, each.recorded, each.failed, each.refused, each.input_tokens)
    return (
        *(f"{number:,}" for number in numbers),
        f"{each.cache_hit_rate:.0%}",
        f"{each.output_tokens:,}",
        f"{each.cost_usd:.4f}",
    )
