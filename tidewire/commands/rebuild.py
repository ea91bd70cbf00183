"""``./tw rebuild``: a brief made again from its provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from tidewire.places import broker, codec, known_lane
from tidewire.printing import show, tell_json, terminal
from tidewire.replaying import apply_environment

if TYPE_CHECKING:
    from replay.rebuild.making import Evidence, Rebuilt


def rebuild(
    brief_id: Annotated[str, typer.Argument(metavar="BRIEF", help="As search prints it, or its beginning.")],
    lane: Annotated[str, typer.Option("--lane", help="Of which lane.")] = "live",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a brief again from its provenance: identical, or what is missing.

    Exit status 1 unless it is identical.
    """
    known = known_lane(lane)
    # Here, because the model's SDK would double the time that every other command takes to start.
    from replay.rebuild.again import again

    apply_environment(known)
    evidence, found = again(broker(), codec(), known, brief_id)
    if as_json:
        tell_json(_plain(found))
    else:
        _print(terminal(), evidence, found)
    raise typer.Exit(0 if found.identical else 1)


def _plain(found: Rebuilt) -> dict[str, Any]:
    pair = found.differences
    return {
        "brief": found.brief.brief_id,
        "identical": found.identical,
        "hash": found.hash,
        "again": found.again_hash,
        "missing": found.missing,
        "fields": [] if pair is None else [list(each) for each in pair.fields],
        "statements": []
        if pair is None
        else [{"side": line.side.value, "text": line.text, "reason": line.reason} for line in pair.lines],
    }


def _print(console: Console, evidence: Evidence, found: Rebuilt) -> None:
    brief = found.brief
    headline = "(taken down)" if evidence.taken_down else brief.headline
    show(console, (headline, "bold"))
    facts = [
        f"{len(evidence.raw)} of {len(brief.provenance.sources)} raw records",
        f"story revision {brief.story_revision} from {evidence.given_by or 'nowhere'}",
        f"{len(evidence.predecessors)} of {len(brief.supersedes)} superseded briefs",
        f"{len(brief.indicators)} indicators",
        f"{len(evidence.responses)} of {len(brief.provenance.request_hashes)} recorded responses",
    ]
    show(console, (" · ".join(facts), "dim"))
    for each in found.missing:
        show(console, f"missing: {each}")
    if (pair := found.differences) is not None:
        for name, one, other in pair.fields:
            show(console, f"{name}: in the log {one}; made again {other}")
        for line in pair.lines:
            if line.reason:
                show(console, f"{line.side.value}: {line.text} ({line.reason})")
        for reason in pair.reasons:
            show(console, f"because: {reason}")
    verdict = "identical" if found.identical else "cannot be made again" if found.missing else "different"
    show(console, f"{verdict} {found.hash}", f" {found.again_hash}" if verdict == "different" else "")
