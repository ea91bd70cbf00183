"""What of a draft may ship: its statements through the gate, and the extractive floor where prose fails.

A model's draft that loses too much is no brief. The floor's own draft takes its place, degraded, with
the reasons for which the prose fell; what the model's calls cost stays on the account.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from agents.checks import DOWNGRADES, Gated, Setting, gate, line_objection
from agents.checks.contradictions import AT_MOST, joined
from agents.checks.placeholders import filled, rail_of
from agents.extract import extract
from agents.work import Draft, Work
from schemas.records import Contradiction, Statement, Writer

# Share of a model's statements that must stand, or the floor ships instead.
STANDING = 0.5


def setting_of(work: Work) -> Setting:
    """Where and when the work's brief is written."""
    languages = work.desk.languages
    language = languages[0] if languages else work.sources.language
    return Setting(
        language=language,
        cutoff=work.assignment.assigned_at,
        origins=work.sources.origins,
        rail=rail_of(work.indicators, language),
    )


def standing(work: Work, draft: Draft) -> tuple[Draft, Gated]:
    """The draft that ships and what the gate left of it."""
    gated = gate(draft.statements, work.sources.texts, setting_of(work))
    if draft.writer is not Writer.MODEL or not _failed(draft, gated):
        return draft, gated
    floor = extract(work, strictly=True)
    reasons = Counter(each.reason for each in gated.dropped)
    listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    fell = f"the prose did not stand ({listed or 'no statements'}), so sources are quoted instead"
    shipped = replace(
        floor,
        refused=(*gated.dropped, *floor.refused),
        degraded="; ".join(reason for reason in (draft.degraded, fell) if reason),
        translations=draft.translations,
        request_hashes=draft.request_hashes,
        input_tokens=draft.input_tokens,
        output_tokens=draft.output_tokens,
        cost_usd=draft.cost_usd,
    )
    return shipped, gate(floor.statements, work.sources.texts, setting_of(work))


def line(text: str, work: Work) -> str:
    """A headline, a bottom line or another line without citations, with the rail's figures in; empty when it
    may not stand."""
    setting = setting_of(work)
    if not text or line_objection(text, work.sources.texts, setting) is not None:
        return ""
    return filled(text, setting.rail) or ""


def contradictions(work: Work, draft: Draft, gated: Gated) -> tuple[Contradiction, ...]:
    """Those that the writer saw and those that the gate found; none without a statement.

    A model's own pass the gate as its statements do; the floor's are made by code, of quotes.
    """
    if not gated.statements:
        return ()
    seen = draft.contradictions
    if draft.writer is Writer.MODEL:
        texts, setting = work.sources.texts, setting_of(work)
        seen = tuple(
            replace(each, text=stood[0].text, citations=stood[0].citations)
            for each in seen
            if (
                stood := gate(
                    [Statement(text=each.text, citations=each.citations)], texts, setting
                ).statements
            )
        )
    return joined(gated.contradictions, seen)[:AT_MOST]


def doubts(gated: Gated) -> tuple[str, ...]:
    """What a reader is told of statements whose confidence is low."""
    return tuple(
        f"Low confidence in statement {each.index + 1}: {DOWNGRADES[each.reason]}."
        for each in gated.downgraded
    )


def _failed(draft: Draft, gated: Gated) -> bool:
    return len(gated.statements) < STANDING * len(draft.statements) or not gated.statements
