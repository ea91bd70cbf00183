"""What models answer, as shapes. Bounds are checked here: the endpoint does not enforce them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Worker = Literal["facts", "chronology", "disagreement", "numbers", "outlook"]
# Code merges in this order.
WORKERS: tuple[Worker, ...] = ("facts", "chronology", "disagreement", "numbers", "outlook")
Kind = Literal["FACT", "JUDGEMENT", "FORECAST"]
Likelihood = Literal[
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even chance",
    "likely",
    "very likely",
    "almost certain",
]
Confidence = Literal["low", "moderate", "high"]
Fault = Literal["none", "not in quotes", "overstated", "attribution", "negation", "figure", "name or date"]
Prose = Annotated[str, Field(min_length=1, max_length=600)]


class Shape(BaseModel):
    """Base of all."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Quoted(Shape):
    """Words of a source."""

    item: str
    quote: Annotated[str, Field(min_length=1, max_length=1200)]


class Line(Shape):
    """A sentence and what carries it."""

    text: Prose
    quotes: Annotated[list[Quoted], Field(max_length=6)]


class Said(Line):
    """A statement; ``basis`` holds positions in the same answer."""

    kind: Kind
    basis: Annotated[list[int], Field(max_length=8)]
    likelihood: Likelihood | None
    confidence: Confidence | None


class Section(Shape):
    """One worker's part."""

    statements: Annotated[list[Said], Field(max_length=12)]


class Lead(Section):
    """The part that begins a brief."""

    headline: Line
    bottom_line: Line


class Task(Shape):
    """A worker, and the items it should read first."""

    worker: Worker
    items: Annotated[list[str], Field(max_length=40)]


class Plan(Shape):
    """Who works on a story. It holds no words of the planner's own: they would be orders to others."""

    tasks: Annotated[list[Task], Field(max_length=5)]


class Verdict(Shape):
    """On the statement of that number."""

    statement: int
    supported: bool
    fault: Fault


class Verdicts(Shape):
    """On all statements."""

    verdicts: Annotated[list[Verdict], Field(max_length=40)]


class Translated(Shape):
    """Lines of a source in another language; none where they cannot be translated."""

    lines: Annotated[list[Prose], Field(max_length=4)]
