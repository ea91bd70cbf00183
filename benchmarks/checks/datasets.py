"""Sentences that people judged against a text, from ../shared/data/faithfulness."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / "shared" / "data" / "faithfulness"


class DataMissing(Exception):
    """The judged sentences are not there; the message says where they are expected."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, the text it should follow from, and whether people found that it does not."""

    text: str
    source: str
    unsupported: bool
    # Not even in part; only WiCE tells.
    wholly: bool


def wice() -> list[Judged]:
    """Claims of Wikipedia with their cited pages; unsupported is what is not supported in full."""
    return [
        Judged(
            text=row["claim"],
            source="\n".join(row["evidence"]),
            unsupported=row["label"] != "supported",
            wholly=row["label"] == "not_supported",
        )
        for row in _rows("wice-dev")
    ]


def qags() -> list[Judged]:
    """Sentences of models' summaries with their articles, both almost without capitals; by majority."""
    judged = []
    for row in _rows("qags-cnndm"):
        for each in row["summary_sentences"]:
            votes = Counter(answer["response"] for answer in each["responses"])
            unsupported = votes["no"] > votes["yes"]
            text, source = _joined(each["sentence"]), _joined(row["article"])
            judged.append(Judged(text, source, unsupported, unsupported))
    return judged


def _joined(text: str) -> str:
    """Figures as they were before the set's makers took them apart: "1, 056", "27 - year - old", "$ 5"."""
    text = re.sub(r"(?<=\d)([.,]) (?=\d)", r"\1", text)
    text = re.sub(r"(?<=[$€£]) (?=\d)", "", text)
    return re.sub(r"(?<=\w) - (?=\w)", "-", text)


def _rows(name: str) -> Iterator[dict[str, Any]]:
    path = DATA / f"{name}.jsonl"
    if not path.is_file():
        raise DataMissing(f"{path} is missing: the judged sentences are expected beside the checkout")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
