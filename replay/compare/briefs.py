"""Two lanes' briefs of one moment side by side, statement by statement, with reasons. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.codec import to_dict
from schemas.records import Brief, BriefStatus, Citation, Statement


class Side(StrEnum):
    """Where a statement stands."""

    BOTH = "both"
    CITATIONS = "other citations"
    WORDING = "other particulars"
    FIRST = "only first"
    SECOND = "only second"


@dataclass(frozen=True, slots=True)
class Line:
    """A statement of either brief, and why it is not the same in both; no reason where it is."""

    side: Side
    text: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two briefs of one story, desk and moment, or one that the other lane lacks. ``reasons`` tell what went
    into them that differs; ``fields`` are those of the record that hold something else."""

    desk: str
    first: Brief | None
    second: Brief | None
    lines: tuple[Line, ...]
    fields: tuple[tuple[str, str, str], ...]
    reasons: tuple[str, ...]

    @property
    def shown(self) -> Brief:
        """The one there is; the first lane's of two."""
        found = self.first or self.second
        if found is None:
            raise ValueError("a pair without a brief")
        return found


def pair(first: Brief | None, second: Brief | None, absence: str = "") -> Pair:
    """Compares two briefs, or tells of one what it says; ``absence`` is why the other lane has none."""
    if first is None or second is None:
        shown = first or second
        if shown is None:
            raise ValueError("nothing to compare")
        side = Side.FIRST if second is None else Side.SECOND
        lines = tuple(Line(side, statement.text, absence) for statement in shown.statements)
        return Pair(shown.desk, first, second, lines, (), (absence,) if absence else ())
    return Pair(
        first.desk,
        first,
        second,
        tuple(_lines(first, second)),
        tuple(_fields(first, second)),
        tuple(_reasons(first, second)),
    )


def _lines(first: Brief, second: Brief) -> Iterator[Line]:
    theirs = defaultdict(list)
    for statement in second.statements:
        theirs[statement.text].append(statement)
    for statement in first.statements:
        if theirs[statement.text]:
            yield _both(statement, theirs[statement.text].pop(0))
        else:
            yield Line(Side.FIRST, statement.text, _why_not(statement, second))
    left = [each for each in second.statements if any(each is other for other in theirs[each.text])]
    for statement in left:
        yield Line(Side.SECOND, statement.text, _why_not(statement, first))


def _both(first: Statement, second: Statement) -> Line:
    if first == second:
        return Line(Side.BOTH, first.text)
    if set(first.citations) == set(second.citations):
        plain, other = to_dict(first), to_dict(second)
        names = [name for name in plain if plain[name] != other[name]]
        return Line(Side.WORDING, first.text, f"{', '.join(names)} differ")
    ours = _listed(set(first.citations) - set(second.citations))
    others = _listed(set(second.citations) - set(first.citations))
    parts = [f"only first cites {ours}" if ours else "", f"only second cites {others}" if others else ""]
    return Line(Side.CITATIONS, first.text, "; ".join(part for part in parts if part))


def _listed(citations: Iterable[Citation]) -> str:
    return ", ".join(sorted(f"{c.article_id} v{c.version} [{c.start}:{c.end}]" for c in citations))


def _why_not(statement: Statement, other: Brief) -> str:
    """Why the other brief does not make this statement, from what that brief says of itself."""
    if other.status is BriefStatus.WITHHELD:
        return f"the other brief is withheld: {other.bottom_line}"
    if not statement.citations:
        return "the other brief draws no such conclusion"
    dropped = {each.text: each.reason for each in other.quality.dropped}
    for citation in statement.citations:
        for places, reason in dropped.items():
            if f"{citation.article_id}[{citation.start}:{citation.end}]" in places.split(", "):
                return f"dropped by a check there: {reason}"
    sources = {each.article_id: each for each in other.provenance.sources}
    wordings = {(e.article_id, e.version, e.content_hash) for e in other.provenance.sources}
    missing = [c for c in statement.citations if c.article_id not in sources]
    if len(missing) == len(statement.citations):
        listed = ", ".join(dict.fromkeys(c.article_id for c in missing))
        return f"not among the other brief's sources: {listed}"
    revised = [c for c in statement.citations if (c.article_id, c.version, c.content_hash) not in wordings]
    if len(revised) == len(statement.citations):
        return "the other brief has another version of its source"
    return "its source is there, another sentence was chosen"


def _fields(first: Brief, second: Brief) -> Iterator[tuple[str, str, str]]:
    for name, one, other in _told(first, second):
        if one != other:
            yield name, _short(one), _short(other)


def _told(first: Brief, second: Brief) -> Iterator[tuple[str, Any, Any]]:
    for name in (
        "status", "writer", "headline", "bottom_line", "contradictions", "alternatives", "gaps", "change",
    ):  # fmt: skip
        yield name, getattr(first, name), getattr(second, name)
    yield "checks passed", first.quality.checks_passed, second.quality.checks_passed
    yield "dropped", first.quality.dropped, second.quality.dropped
    yield "grades", first.quality.grades, second.quality.grades
    yield (
        "independent families",
        first.quality.independent_families,
        second.quality.independent_families,
    )
    yield "story revision", first.story_revision, second.story_revision


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_short(each) for each in value) or "none"
    if isinstance(value, str):
        return str(value) or "none"
    text = getattr(value, "text", None)
    reason = getattr(value, "reason", None)
    if text is not None:
        return f"{text}: {reason}" if reason else str(text)
    return ", ".join(map(str, to_dict(value).values())) if hasattr(value, "__slots__") else str(value)


def _reasons(first: Brief, second: Brief) -> Iterator[str]:
    """What went into one brief and not into the other."""
    ours, theirs = ({_source(s) for s in brief.provenance.sources} for brief in (first, second))
    for title, sources in (("first", ours - theirs), ("second", theirs - ours)):
        if sources:
            yield f"sources only of the {title}: {', '.join(sorted(sources))}"
    if first.provenance.recipe != second.provenance.recipe:
        yield "another recipe: desk file, prompts, model or writer differ"
    if first.provenance.request_hashes != second.provenance.request_hashes:
        yield "the model was asked something else"
    if first.indicators != second.indicators:
        yield "other indicators: " + "; ".join(_of_indicators(first, second))
    if len(first.supersedes) != len(second.supersedes):
        yield f"predecessors: {len(first.supersedes)} and {len(second.supersedes)}"
    if first.information_cutoff != second.information_cutoff:
        yield f"cut off at {first.information_cutoff} and {second.information_cutoff}"


def _source(source: Any) -> str:
    return f"{source.article_id} v{source.version}"


def _of_indicators(first: Brief, second: Brief) -> Iterator[str]:
    ours, theirs = (
        {(i.name, i.scope): (i.window_start, i.window_end, i.value, i.z) for i in brief.indicators}
        for brief in (first, second)
    )
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            one, other = (str(side[key][2]) if key in side else "none" for side in (ours, theirs))
            yield f"{' '.join(key)} {one} / {other}"
