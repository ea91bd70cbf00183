"""What a writer is given and what it gives back. Everything else in a brief is computed in code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agents.sources import Sources
from desks import Desk
from schemas.records import (
    Assignment,
    Brief,
    BriefIndicator,
    Contradiction,
    DroppedStatement,
    Statement,
    Story,
    Translation,
    Writer,
)


@dataclass(frozen=True, slots=True)
class Work:
    """One assignment, with all that its brief is a function of."""

    assignment: Assignment
    desk: Desk
    sources: Sources
    # What this brief will supersede.
    predecessors: tuple[Brief, ...] = ()
    # Those whose windows had closed by the information cut-off.
    indicators: tuple[BriefIndicator, ...] = ()

    @property
    def story(self) -> Story:
        """The story as it stood when it was assigned."""
        return self.assignment.story


@dataclass(frozen=True, slots=True)
class Draft:
    """A writer's text, before any check."""

    writer: Writer
    headline: str
    statements: tuple[Statement, ...]
    # Empty: the first statement that stands.
    bottom_line: str = ""
    contradictions: tuple[Contradiction, ...] = ()
    alternatives: tuple[str, ...] = ()
    # Passages of sources that the writer set aside.
    refused: tuple[DroppedStatement, ...] = ()
    # Of titles and leads, by machine.
    translations: tuple[Translation, ...] = ()
    # Why it is less than was wanted; empty when it is not.
    degraded: str = ""
    request_hashes: tuple[str, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class BriefWriter(Protocol):
    """The seam: whoever writes prose. It changes prose and nothing else of a brief."""

    # Names the writer and its version, model and prompts: a part of every brief's recipe.
    recipe: str

    async def write(self, work: Work) -> Draft:
        """A draft whose statements cite passages of the work's sources."""
