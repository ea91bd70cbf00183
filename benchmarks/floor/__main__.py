"""``make bench-floor``: briefs without a model beside summaries that people wrote.

The floor's statements, and as baselines the first sentence and the first three of the story's first
article, each cut to as many words as the person used.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterable

from rich.console import Console
from rich.table import Table

from agents.evaluate import evaluate
from agents.extract import RECIPE, extract
from agents.work import Work
from benchmarks.floor.likeness import cut, rouge_l, words
from benchmarks.floor.summarised import Summarised, lead, summarised
from benchmarks.stories.datasets import DataMissing
from language.embeddings import MiniLM


def floor(work: Work) -> str:
    """What of an extractive brief is read: its statements, in their order."""
    return " ".join(each.text for each in evaluate(work, extract(work), RECIPE, 0).statements)


SYSTEMS: dict[str, Callable[[Work], str]] = {
    "floor": floor,
    "lead_1": lambda work: lead(work, 1),
    "lead_3": lambda work: lead(work, 3),
}


def main() -> int:
    try:
        stories = list(summarised())
    except DataMissing as error:
        print(error, file=sys.stderr)
        return 1
    encoder = MiniLM()
    found = {
        part: {name: _measured(of, encoder, some) for name, of in SYSTEMS.items()}
        for part, some in (
            ("tuned", [each for each in stories if each.tuned_on]),
            ("held_out", [each for each in stories if not each.tuned_on]),
        )
    }
    _print(found)
    return 0


def _measured(of: Callable[[Work], str], encoder: MiniLM, stories: Iterable[Summarised]) -> dict[str, float]:
    likeness, meaning, lengths = [], [], []
    for each in stories:
        text = cut(of(each.work), len(words(each.summary)))
        vectors = encoder.encode([text, each.summary])
        likeness.append(rouge_l(text, each.summary))
        meaning.append(float(vectors[0] @ vectors[1]))
        lengths.append(len(words(text)))
    return {
        "stories": len(likeness),
        "words": round(statistics.fmean(lengths), 1),
        "rouge_l": round(statistics.fmean(likeness), 4),
        "similarity": round(statistics.fmean(meaning), 4),
    }


def _print(found: dict[str, dict[str, dict[str, float]]]) -> None:
    table = Table("half", "", "stories", "words", "ROUGE-L", "similarity", box=None)
    for part, systems in found.items():
        for name, row in systems.items():
            figures = (f"{row[key]:.3f}" for key in ("rouge_l", "similarity"))
            table.add_row(part, name, f"{row['stories']:.0f}", f"{row['words']:.0f}", *figures)
    Console().print(table)
    held = found["held_out"]
    ahead = {
        key: round(held["floor"][key] - max(held["lead_1"][key], held["lead_3"][key]), 4)
        for key in ("rouge_l", "similarity")
    }
    goal = all(value > 0 for value in ahead.values())
    print(json.dumps({"bench": "floor", "goal_met": goal, "ahead_by": ahead, **found}))


if __name__ == "__main__":
    sys.exit(main())
