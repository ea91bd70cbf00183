"""``python -m benchmarks.checks``: precision and recall of "unsupported" by check, and mutations caught.

Beside the checks, a baseline in the same run: the share of a sentence's words that its text has, once with
the threshold that is best on the very set, once with as many flags as the checks give. The last line is JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from agents.checks.claims import DOWNGRADING, DROPPING
from benchmarks.checks import datasets, measuring, spoiling
from benchmarks.checks.datasets import DataMissing, Judged
from benchmarks.checks.measuring import Score
from benchmarks.checks.mutations import KINDS

SETS: dict[str, Callable[[], list[Judged]]] = {"wice": datasets.wice, "qags": datasets.qags}


def judged_table(name: str, judged: Sequence[Judged]) -> dict[str, Any]:
    """Prints one set's table; the figures of its last rows."""
    labels = [each.unsupported for each in judged]
    read = measuring.claims(judged)
    started = time.process_time()
    found = measuring.flags(read)
    seconds = time.process_time() - started
    print(f"\n{name}: {len(judged)} sentences, {sum(labels)} of them unsupported")
    print(f"{'':34} {'flagged':>7} {'right':>6} {'precision':>9} {'recall':>6}")
    rows = {check: measuring.score(flags, labels) for check, flags in found.items()}
    for check, row in rows.items():
        print(_row(check, row))
    dropped = measuring.any_of(found, DROPPING)
    doubted = measuring.any_of(found, DROPPING | DOWNGRADING)
    shares = measuring.overlaps(judged)
    below = measuring.best_threshold(shares, labels)
    totals = {
        "dropped": measuring.score(dropped, labels),
        "dropped or downgraded": measuring.score(doubted, labels),
        "baseline, as many flags": measuring.score(measuring.lowest(shares, sum(dropped)), labels),
        f"baseline, best threshold {below:.2f}": measuring.score([s < below for s in shares], labels),
    }
    for title, row in totals.items():
        print(_row(title, row))
    print(f"{len(judged) / seconds:.0f} sentences a second of one core, once their texts are read")
    by_check = {check: _figures(row) for check, row in rows.items() if row.flagged}
    return {"checks": by_check, **{title.split(" 0.")[0]: _figures(row) for title, row in totals.items()}}


def mutations_table() -> dict[str, Any]:
    """Prints what is caught of the mutations; the rates by kind."""
    correct = spoiling.corpus()
    objected = spoiling.objected(correct)
    own = sum(each.verbatim for each in correct)
    languages = ", ".join(sorted({each.language for each in correct}))
    print(f"\nmutations of {own} extractive statements and {len(correct) - own} paraphrases in {languages}")
    print(f"{'':34} {'made':>7} {'dropped':>8} {'lowered':>8} {'caught':>7}")
    made = spoiling.spoilt(correct)
    figures: dict[str, Any] = {"correct": len(correct), "objected": len(objected)}
    started = time.process_time()
    for kind in KINDS:
        row = spoiling.caught([each for each in made if each.kind == kind])
        print(f"{kind:34} {row.made:7} {row.dropped:8} {row.downgraded:8} {row.rate:7.3f}")
        figures[kind] = round(row.rate, 4)
    seconds = time.process_time() - started
    print(f"correct statements objected to: {len(objected)} of {len(correct)}")
    for each, reason in objected:
        print(f"  {reason}: {each.statement.text}")
    figures["statements_per_core_s"] = round(len(made) / seconds)
    print(f"{figures['statements_per_core_s']} statements a second of one core, through the whole gate")
    return figures


def _row(title: str, row: Score) -> str:
    return f"{title:34} {row.flagged:7} {row.right:6} {row.precision:9.3f} {row.recall:6.3f}"


def _figures(row: Score) -> dict[str, float]:
    return {"flagged": row.flagged, "precision": round(row.precision, 4), "recall": round(row.recall, 4)}


def main() -> None:
    results: dict[str, Any] = {}
    try:
        for name, load in SETS.items():
            results[name] = judged_table(name, load())
    except DataMissing as missing:
        print(f"skipped, as the sets are not there: {missing}")
    results["mutations"] = mutations_table()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
