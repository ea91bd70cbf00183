"""``python -m benchmarks.stories``: B-cubed of Tidewire's stories and of single-link TF-IDF.

On halves that were not trained on, BASIL, and the sample newswire within each language. The
baseline is given its best threshold on each set, and shown with one threshold for all as well.
The last line is JSON: per set b3_f1, precision, recall and baseline_b3_f1 (the best threshold's).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.stories import baseline, datasets
from benchmarks.stories.datasets import DataMissing, Stream, half
from benchmarks.stories.running import clusters, documents
from benchmarks.stories.vectors import KeptVectors
from flink_jobs.stories.cluster import load_weights
from flink_jobs.stories.settings import StoriesSettings
from language.embeddings import Encoder, MiniLM
from replay.compare.matching import Score, b_cubed

THRESHOLDS = tuple(float(threshold) for threshold in np.arange(0.06, 0.8, 0.02).round(2))
SETS: dict[str, Callable[[], Stream]] = {
    "allsides_dated": lambda: half(datasets.allsides_dated(), trained=False),
    "allsides_squeezed": lambda: half(datasets.allsides_squeezed(), trained=False),
    "allsides_excerpts": lambda: half(datasets.allsides_excerpts(), trained=False),
    "uci": lambda: half(datasets.uci(), trained=False),
    "basil": datasets.basil,
}
LANGUAGES = ("en", "de", "es", "fr")


@dataclass(frozen=True, slots=True)
class Result:
    articles: int
    ours: Score
    # By threshold.
    baseline: dict[float, Score]

    @property
    def best_baseline(self) -> float:
        return max(self.baseline, key=lambda threshold: self.baseline[threshold].f1)


def measure(stream: Stream, encoder: Encoder, subsets: Sequence[Callable[[str], bool]]) -> list[Result]:
    """Clusters a stream once; scores the articles whose language is in each subset."""
    settings = StoriesSettings()
    found = clusters(documents(stream, encoder), load_weights(), settings)
    links = baseline.nearest(stream, settings.window_ms)
    linked = {threshold: baseline.clusters(links, threshold) for threshold in THRESHOLDS}
    results = []
    for subset in subsets:
        at = [place for place, each in enumerate(stream) if subset(each.article.language)]
        labels = [stream[place].story for place in at]
        results.append(
            Result(
                len(at),
                b_cubed([found[place] for place in at], labels),
                {key: b_cubed([link[place] for place in at], labels) for key, link in linked.items()},
            )
        )
    return results


def measure_all(encoder: Encoder) -> tuple[dict[str, Result], Result]:
    """Every set, and the sample scored across its languages."""
    results: dict[str, Result] = {}
    try:
        for name, load in SETS.items():
            results[name] = measure(load(), encoder, [lambda _: True])[0]
    except DataMissing as missing:
        print(f"skipped, as the sets are not there: {missing}")
    subsets = [lambda language, wanted=wanted: language == wanted for wanted in LANGUAGES]
    *within, across = measure(datasets.newswire_sample(), encoder, [*subsets, lambda _: True])
    results |= {f"newswire_{language}": result for language, result in zip(LANGUAGES, within, strict=True)}
    return results, across


def one_threshold(results: dict[str, Result]) -> float:
    """The baseline's threshold with the best mean F1 over all sets."""
    return max(
        THRESHOLDS,
        key=lambda threshold: sum(result.baseline[threshold].f1 for result in results.values()),
    )


def table(results: dict[str, Result], across: Result) -> str:
    one = one_threshold(results)
    lines = [
        f"{'set':26} {'articles':>8} | {'Tidewire F1':>11} {'prec.':>6} {'recall':>6} | "
        f"{'TF-IDF F1, best':>16} {'at':>5} {f'at {one:.2f}':>8}"
    ]
    for name, result in {**results, "newswire across languages": across}.items():
        best = result.best_baseline
        lines.append(
            f"{name:26} {result.articles:8} | {result.ours.f1:11.3f} {result.ours.precision:6.3f} "
            f"{result.ours.recall:6.3f} | {result.baseline[best].f1:16.3f} {best:5.2f} "
            f"{result.baseline[one].f1:8.3f}"
        )
    return "\n".join(lines)


def main() -> None:
    encoder = KeptVectors(MiniLM())
    results, across = measure_all(encoder)
    encoder.save()
    print(table(results, across))
    print("Across languages counts a story told in several as one: a multilingual encoder's task.")
    print(
        json.dumps(
            {
                name: {
                    "b3_f1": round(result.ours.f1, 4),
                    "precision": round(result.ours.precision, 4),
                    "recall": round(result.ours.recall, 4),
                    "baseline_b3_f1": round(result.baseline[result.best_baseline].f1, 4),
                }
                for name, result in results.items()
            }
        )
    )


if __name__ == "__main__":
    main()
