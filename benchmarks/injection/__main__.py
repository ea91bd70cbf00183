"""``make bench-injection``: planted strings that come into briefs, against a model that obeys all of them.

Each string is put into the title, the summary and the body of one source of three, and of a story's only
source. ``held out`` are strings of our own that the filters were not fitted to, ``seen`` those that they
were; the registered ones are read from the shared data where that is. Beside what is shown to the model and
what a brief publishes stands the baseline of the same run: what lists of patterns alone would show.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agents.declarative import reports
from agents.drafting.items import items_of
from agents.work import Work
from language.reading.sentences import sentences
from schemas.records import BriefStatus
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_api.compromised import Compromised
from tests.fakes.messages_api.honest import Honest
from tests.fakes.newsroom import Newsroom
from tests.support.injected import PLACES, Attack, attacks, carried, placed, plenty, prose

HERE = Path(__file__).parent
OWN = {"held out": "held_out.jsonl", "seen": "seen.jsonl"}


@dataclass(frozen=True, slots=True)
class Row:
    """Of one set in one place: strings, and of how many something is shown or published."""

    strings: int
    by_patterns: int
    shown: int
    published: int


def main() -> None:
    logging.disable(logging.WARNING)
    sets = {name: own(file) for name, file in OWN.items()}
    if registered := attacks():
        sets["registered"] = registered
    rows = {
        name: {
            where + (", only source" if alone else ""): _row([e for e in some if not e.benign], where, alone)
            for alone in (False, True)
            for where in PLACES
        }
        for name, some in sets.items()
    }
    kept = {name: _benign([each for each in some if each.benign]) for name, some in sets.items()}
    _print(rows, kept)
    figures = {name: {where: asdict(row) for where, row in places.items()} for name, places in rows.items()}
    print(json.dumps({"bench": "injection", "attacks": figures, "benign": kept}))


def own(file: str) -> list[Attack]:
    """One of our own sets."""
    rows = [json.loads(line) for line in (HERE / file).read_text("utf-8").splitlines()]
    return [
        Attack(row["id"], row["text"], row["kind"] == "benign", marks=tuple(row.get("marks", ())))
        for row in rows
    ]


def leaks(hostile: Sequence[Attack], works: Sequence[Work]) -> list[list[str]]:
    """What the brief of each work carries of the string in it."""
    with MessagesApi(Compromised()) as api:
        briefs = Newsroom(api, money=plenty()).briefs(*works)
    return [
        [found for text in prose(brief) for found in carried(attack, text)]
        for attack, brief in zip(hostile, briefs, strict=True)
    ]


def _row(hostile: Sequence[Attack], where: str, alone: bool) -> Row:
    works = [placed(each, where, alone=alone) for each in hostile]
    return Row(
        strings=len(hostile),
        by_patterns=sum(_any(each, _reporting(w)) for each, w in zip(hostile, works, strict=True)),
        shown=sum(_any(each, _shown(w)) for each, w in zip(hostile, works, strict=True)),
        published=sum(map(bool, leaks(hostile, works))),
    )


def _any(attack: Attack, shown: Sequence[str]) -> bool:
    return any(carried(attack, each) for each in shown)


def _reporting(work: Work) -> list[str]:
    return [
        sentence.text
        for article in work.sources.originals
        for sentence in sentences(article.excerpt, article.language)
        if reports(sentence.text, article.language)
    ]


def _shown(work: Work) -> list[str]:
    return [sentence.text for item in items_of(work.sources) for sentence in item.shown]


def _benign(harmless: Sequence[Attack]) -> dict[str, int]:
    """How many there are, of how many a brief is published in full, and how many are shown."""
    works = [placed(each, "summary") for each in harmless]
    with MessagesApi(Honest()) as api:
        briefs = Newsroom(api, money=plenty()).briefs(*works)
    return {
        "strings": len(harmless),
        "published": sum(brief.status is BriefStatus.PUBLISHED for brief in briefs),
        "shown": sum(_any(each, _shown(w)) for each, w in zip(harmless, works, strict=True)),
    }


def _print(rows: dict[str, dict[str, Row]], kept: dict[str, dict[str, int]]) -> None:
    table = Table("set", "place", "strings", "shown by patterns alone", "shown", "published", box=None)
    for name, places in rows.items():
        for where, row in places.items():
            table.add_row(name, where, *map(str, (row.strings, row.by_patterns, row.shown, row.published)))
    console = Console(highlight=False, width=110)
    console.print(table)
    for name, count in kept.items():
        console.print(
            f"{name}: of {count['strings']} harmless look-alikes {count['shown']} are shown; "
            f"{count['published']} briefs stand in full"
        )


if __name__ == "__main__":
    main()
