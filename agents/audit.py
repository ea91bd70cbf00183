"""What an agent did with an assignment, as records: one for the outcome, one for each dropped passage."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.identity import event_id
from schemas.limits import REASON_CHARACTERS
from schemas.records import AgentEvent, AgentEventKind, Assignment, Brief, BriefStatus
from schemas.strings import sanitised


def events(brief: Brief, assignment: Assignment, degraded: str, at: int) -> Iterator[AgentEvent]:
    """The events of one brief. Their ids are a function of the brief, so a repetition repeats them."""
    passages = brief.quality.dropped
    withheld = brief.status is BriefStatus.WITHHELD
    kind = AgentEventKind.WITHHOLD if withheld else AgentEventKind.PUBLISH
    yield AgentEvent(
        event_id=event_id(kind.value, brief.brief_id),
        story_id=brief.story_id,
        at=at,
        brief_id=brief.brief_id,
        desk=brief.desk,
        kind=kind,
        reason=sanitised(
            degraded or (brief.bottom_line if withheld else assignment.reason), REASON_CHARACTERS
        ),
        detail=f"{brief.status.value}: {len(brief.statements)} statements, {len(passages)} dropped",
        input_tokens=brief.provenance.input_tokens,
        output_tokens=brief.provenance.output_tokens,
        cost_usd=brief.provenance.cost_usd,
    )
    for number, dropped in enumerate(passages):
        yield AgentEvent(
            event_id=event_id("CHECK", brief.brief_id, number),
            story_id=brief.story_id,
            at=at,
            brief_id=brief.brief_id,
            desk=brief.desk,
            kind=AgentEventKind.CHECK,
            reason=dropped.reason,
            detail=sanitised(dropped.text, REASON_CHARACTERS, lines=True),
        )
