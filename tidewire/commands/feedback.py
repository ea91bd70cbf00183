"""``./tw feedback``: a reader's word on a brief, kept in the log, and what all of them come to."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from schemas.records import Brief, Feedback, Verdict
from tidewire.commands.search import brief_answer
from tidewire.feedback import Row, evaluated
from tidewire.places import answering_broker, codec, known_lane
from tidewire.printing import tell, tell_json, terminal
from tidewire.tables import show_table
from topics.catalogue import BRIEFS, FEEDBACK
from topics.decoding import decoded, latest
from topics.lane import Lane
from topics.reading import read_range
from topics.takedowns import read_takedowns
from topics.writing import Writer

LONGEST_NOTE = 1_000
COLUMNS = ("desk", "writer", "recipe", "briefs", "useful", "wrong", "other story", "share wrong")


class Said(StrEnum):
    """What can be said of a brief."""

    WRONG = "wrong"
    USEFUL = "useful"
    NOT_THIS_STORY = "not-this-story"


def feedback(
    brief_id: Annotated[
        str | None, typer.Argument(metavar="BRIEF", help="As search prints it, or its beginning.")
    ] = None,
    verdict: Annotated[Said | None, typer.Argument(help="What you say of it.")] = None,
    statement: Annotated[
        int | None, typer.Option(min=1, help="Which statement it is about, from 1; the brief without.")
    ] = None,
    note: Annotated[str, typer.Option(help="In your words; readers see it.")] = "",
    table: Annotated[bool, typer.Option("--table", help="Print what was said, by desk and writer.")] = False,
    lane: Annotated[str | None, typer.Option(help="Of which lane; live, or the one promoted.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Marks a brief as wrong, useful, or not of its story. It stays as it is; the mark is shown with it."""
    if table:
        _print(known_lane(lane or "live"), as_json)
        return
    if brief_id is None or verdict is None:
        raise ValueError("Say which brief and what of it, such as ./tw feedback BRIEF wrong; or --table")
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"A note has at most {LONGEST_NOTE} characters; this one has {len(note)}.")
    answer = brief_answer(brief_id, lane)
    brief_id = str(answer["id"])
    count = len(answer["statements"])
    if statement is not None and statement > count:
        raise ValueError(f"The brief has {count} statements: there is no statement {statement}.")
    said = Feedback(
        brief_id=brief_id,
        given_at=time.time_ns() // 1_000_000,
        verdict=Verdict[verdict.name],
        statement=statement,
        note=note.strip(),
    )
    topic = Lane(answer["lane"]).topic(FEEDBACK)
    writer = Writer(answering_broker(), codec())
    writer.send(topic, brief_id, said)
    writer.flush()
    if as_json:
        tell_json({"topic": topic, "brief_id": brief_id, "verdict": verdict.value})
        return
    about = f"statement {statement} of brief" if statement else "brief"
    tell(f"{about} {brief_id} is marked {verdict.value} in {topic}; it stays as it is.")


def _print(lane: Lane, as_json: bool) -> None:
    broker, reading = answering_broker(), codec()
    briefs = latest(broker, reading, lane.topic(BRIEFS), Brief).values()
    said = [word for _, word in decoded(read_range(broker, lane.topic(FEEDBACK)), reading, Feedback)]
    rows = evaluated(briefs, said, read_takedowns(broker, reading))
    if as_json:
        shown = [{**asdict(row), "share_wrong": round(row.share_wrong, 4)} for row in rows]
        tell_json({"lane": lane.name, "words": len(said), "rows": shown})
    elif not said:
        tell(f"Nothing was said of a brief of lane {lane.name} yet.")
    else:
        show_table(terminal(), COLUMNS, [_cells(row) for row in rows], spare=("recipe",))


def _cells(row: Row) -> list[str]:
    counts = (row.briefs, row.useful, row.wrong, row.not_this_story)
    return [row.desk, row.writer.lower(), row.recipe, *map(str, counts), f"{row.share_wrong:.1%}"]
