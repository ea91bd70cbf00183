"""``make bench-hostile``: CPU seconds and peak memory of the worst input known for each limit, each in a
process of its own, beside an ordinary one of the same kind in the same run.

Ordinary are the sample newswire's documents and texts: of a document the median of all feeds as they end.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import time
from collections import defaultdict
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks.hostile.inputs import brief, cases, document
from benchmarks.hostile.measuring import measured
from language.clean import clean
from language.names import names
from language.numbers import numbers
from language.sketches import sketch
from newswire.labels import load_labels
from newswire.programme import load_sample
from producers.urls import canonical_url

AGAIN = 20


def ordinary() -> dict[str, float]:
    """CPU seconds of an ordinary input, by kind."""
    sample = load_sample("http://127.0.0.1:1")
    last = sample.steps[-1].number
    bodies = [sample.document(feed, last).body(defaultdict(lambda: None), 0) for feed in sample.feeds()]
    units = [unit for unit in load_labels("http://127.0.0.1:1").articles() if unit.text]
    texts = [unit.text for unit in units]

    def read_text(text: str) -> None:
        numbers(text, "en")
        names(text, "en")
        sketch(text)

    return {
        "document": statistics.median(_seconds(lambda body=body: document(body)) for body in bodies),  # type: ignore[misc]
        "markup": statistics.median(_seconds(lambda text=text: clean(f"<p>{text}</p>")) for text in texts),  # type: ignore[misc]
        "url": statistics.median(_seconds(lambda unit=unit: canonical_url(unit.url)) for unit in units),  # type: ignore[misc]
        "text": statistics.median(_seconds(lambda text=text: read_text(text)) for text in texts),  # type: ignore[misc]
        "brief": _seconds(lambda: brief(lambda n: texts[n % len(texts)].replace("\n", " "))),
    }


def _seconds(work: Callable[[], object]) -> float:
    """Of one run, the first ones left out: what is imported and compiled once is not the input's."""
    work()
    started = time.process_time()
    for _ in range(AGAIN):
        work()
    return (time.process_time() - started) / AGAIN


def main() -> None:
    beside = ordinary()
    context = multiprocessing.get_context("spawn")
    rows = []
    for place, case in enumerate(cases()):
        answers: multiprocessing.SimpleQueue[tuple[float, float]] = context.SimpleQueue()
        process = context.Process(target=measured, args=(place, answers))
        process.start()
        process.join()
        seconds, megabytes = answers.get() if not answers.empty() else (float("inf"), float("inf"))
        rows.append((case, seconds, megabytes, beside[case.like]))
    table = Table("limit", "worst input", "CPU s", "MB", "ordinary s", "ratio", box=None)
    for case, seconds, megabytes, usual in rows:
        ratio = seconds / usual if usual else float("inf")
        cells = (f"{seconds:.3f}", f"{megabytes:.0f}", f"{usual:.5f}", f"{ratio:,.0f}")
        table.add_row(case.limit, case.what, *cells)
    Console(highlight=False, width=110).print(table)
    found = [
        {"limit": c.limit, "input": c.what, "cpu_s": round(s, 3), "mb": round(m), "ordinary_s": round(u, 6)}
        for c, s, m, u in rows
    ]
    print(json.dumps({"bench": "hostile", "rows": found, "worst_cpu_s": max(row["cpu_s"] for row in found)}))  # type: ignore[type-var]


if __name__ == "__main__":
    main()
