"""``make bench-agents``: calls, tokens, money and time of briefs, with a model that answers in two seconds.

The model is our own Messages API over HTTP, so tokens are counted as it counts them (four characters each)
and priced by the real table. Beside it, in the same run, the floor: the same assignments without a model.
Calls, tokens and money are of assignments each written at both materialities; seconds until a brief is in the
log are of the whole stack, where each assignment has its own.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from agents.evaluate import evaluate
from agents.extract import RECIPE, extract
from agents.money.ledger import PAID
from agents.work import Work
from benchmarks.agents.assigned import assigned
from benchmarks.agents.flow import Timed, timed
from schemas.records import BriefStatus, Writer
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.honest import Honest
from tests.fakes.newsroom import Newsroom, desk_tools

CALL_S = float(os.environ.get("BENCH_CALL_S", "2"))
BRIEFS = int(os.environ.get("BENCH_BRIEFS", "40"))
LOW, HIGH = 0.3, 0.9
THRESHOLD = 0.6
ARTICLES = 10_000
FLOOR_ROUNDS = 5
FEWEST = 5
PLENTY = {"per_brief_usd": Decimal(99), "per_desk_hour_usd": Decimal(999), "per_day_usd": Decimal(999)}


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one materiality; figures are per brief."""

    briefs: int
    by_model: int
    calls: float
    tokens: float
    cached: float
    usd: float
    seconds: tuple[float, ...]


def main() -> None:
    logging.disable(logging.WARNING)
    gates = assigned()
    works = gates.works
    floor_s, published = _floor(works)
    _warm(works[0])
    measured = {name: _with_model(works, level) for name, level in (("low", LOW), ("high", HIGH))}
    high = sum(each.assignment.materiality >= THRESHOLD for each in works) / len(works)
    shares = {"low": 1 - high, "high": high}
    flow = _by_materiality(timed(CALL_S))
    result = _result(gates.articles, len(works), gates.seconds, floor_s, measured, flow, shares)
    _print(result, shares, published, len(works))
    print(json.dumps(result))


def _by_materiality(flow: Sequence[Timed]) -> dict[str, list[Timed]]:
    found: dict[str, list[Timed]] = {"low": [], "high": []}
    for each in flow:
        found["high" if each.materiality >= THRESHOLD else "low"].append(each)
    if len(found["low"]) < FEWEST or len(found["high"]) < FEWEST:
        raise RuntimeError(f"of the whole stack there are {len(flow)} briefs by the model: too few to time")
    return found


def _floor(works: Sequence[Work]) -> tuple[float, int]:
    """Seconds of a round without a model, the median of several, and how many briefs stood."""
    rounds = []
    for _ in range(FLOOR_ROUNDS):
        started = time.perf_counter()
        briefs = [evaluate(work, extract(work), RECIPE, 0) for work in works]
        rounds.append(time.perf_counter() - started)
    return statistics.median(rounds), sum(each.status is not BriefStatus.WITHHELD for each in briefs)


def _warm(work: Work) -> None:
    """Imports and word lists are loaded by the first brief, once in a worker's life."""
    with MessagesApi(Honest()) as api:
        Newsroom(api, money=PLENTY, tools=desk_tools).briefs(work)


def _with_model(works: Sequence[Work], materiality: float) -> Measured:
    """As many of the assignments as are asked for, each at this materiality."""
    step = max(1, len(works) // BRIEFS)
    chosen = [
        replace(work, assignment=replace(work.assignment, materiality=materiality))
        for work in works[::step][:BRIEFS]
    ]
    with MessagesApi(Honest(), delay_s=CALL_S) as api:
        newsroom = Newsroom(api, money=PLENTY, tools=desk_tools)
        briefs = newsroom.briefs(*chosen)
    paid = [event for event in newsroom.topics.events if event.reason == PAID]
    count, input_tokens = len(briefs), sum(event.input_tokens for event in paid)
    read = sum(usage["cache_read_input_tokens"] for usage in api.usages)
    return Measured(
        briefs=count,
        by_model=sum(brief.writer is Writer.MODEL for brief in briefs),
        calls=len(paid) / count,
        tokens=sum(event.input_tokens + event.output_tokens for event in paid) / count,
        cached=read / input_tokens if input_tokens else 0.0,
        usd=sum(event.cost_usd for event in paid) / count,
        seconds=tuple(newsroom.seconds),
    )


def _result(
    articles: int,
    assignments: int,
    gates_s: float,
    floor_s: float,
    measured: dict[str, Measured],
    flow: dict[str, list[Timed]],
    shares: dict[str, float],
) -> dict[str, Any]:
    """Calls, tokens and money overall weigh low and high as the sample's own assignments are."""

    def mixed(field: str) -> float:
        return sum(shares[name] * float(getattr(each, field)) for name, each in measured.items())

    seconds = [each.since_revision for some in flow.values() for each in some]
    per_article = assignments / articles
    return {
        "calls_per_brief": round(mixed("calls"), 2),
        "tokens_per_brief": round(mixed("tokens")),
        "p50_s": round(_quantile(seconds, 0.5), 2),
        "p95_s": round(_quantile(seconds, 0.95), 2),
        "floor_stories_per_s": round(assignments / (gates_s + floor_s), 1),
        "usd_per_10k_articles": round(mixed("usd") * per_article * ARTICLES, 2),
        "floor_p50_s": round(floor_s / assignments, 4),
        "briefs_per_article": round(per_article, 3),
        "share_high": round(shares["high"], 3),
        "call_s": CALL_S,
        "by_materiality": {name: _plain(each, flow[name]) for name, each in measured.items()},
    }


def _plain(each: Measured, flow: Sequence[Timed]) -> dict[str, Any]:
    revision = [one.since_revision for one in flow]
    assignment = [one.since_assignment for one in flow]
    return {
        "briefs": each.briefs,
        "written_by_model": each.by_model,
        "calls_per_brief": round(each.calls, 2),
        "tokens_per_brief": round(each.tokens),
        "cached_share": round(each.cached, 3),
        "usd_per_brief": round(each.usd, 5),
        "draft_p50_s": round(_quantile(each.seconds, 0.5), 2),
        "draft_p95_s": round(_quantile(each.seconds, 0.95), 2),
        "timed": len(flow),
        "assignment_p50_s": round(_quantile(assignment, 0.5), 2),
        "assignment_p95_s": round(_quantile(assignment, 0.95), 2),
        "p50_s": round(_quantile(revision, 0.5), 2),
        "p95_s": round(_quantile(revision, 0.95), 2),
    }


def _quantile(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def _print(result: dict[str, Any], shares: dict[str, float], published: int, assignments: int) -> None:
    table = Table("materiality", "share", "calls", "tokens", "cached", "USD", box=None)
    for name in ("draft", "from assignment", "from revision"):
        table.add_column(f"{name}, s: p50 / p95", justify="right")
    for name, row in result["by_materiality"].items():
        table.add_row(
            name,
            f"{shares[name]:.0%}",
            f"{row['calls_per_brief']:g}",
            f"{row['tokens_per_brief']:,}",
            f"{row['cached_share']:.0%}",
            f"{row['usd_per_brief']:.4f}",
            *(
                f"{row[f'{part}p50_s']:.1f} / {row[f'{part}p95_s']:.1f}"
                for part in ("draft_", "assignment_", "")
            ),
        )
    table.add_row("floor", "", "0", "0", "", "0", f"{result['floor_p50_s']:.4f}")
    console = Console(highlight=False, width=130)
    console.print(table)
    console.print(
        f"Gates and floor: {result['floor_stories_per_s']:g} stories/s; {published} of {assignments} stood. "
        f"{result['briefs_per_article']:g} briefs an article: {result['usd_per_10k_articles']:.2f} USD for "
        f"{ARTICLES:,} articles."
    )


if __name__ == "__main__":
    main()
