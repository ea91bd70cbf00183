"""Two lanes side by side: what each made of the same log, and where they differ.

Stories are matched by their members (article ids), never by story id. Records are compared by
content: ids that follow from a founding article are taken off, everything else must be equal.
Pure: ``outputs.py`` reads a lane, this module only compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from schemas.codec import to_dict
from schemas.identity import brief_hash, hash_of
from schemas.records import Assignment, Brief, EnrichedArticle, Indicator, Story

Named = Callable[[str | None], str]

KINDS = ("stories", "assignments", "briefs", "indicators")


@dataclass(frozen=True)
class Outputs:
    """What a lane made, every committed record of it, in the order of the log."""

    enriched: tuple[EnrichedArticle, ...]
    stories: tuple[Story, ...]
    assignments: tuple[Assignment, ...]
    briefs: tuple[Brief, ...]
    indicators: tuple[Indicator, ...]

    def up_to(self, logged_ms: int, windows_ms: int) -> Outputs:
        """Without what came after a point of the log's clock, or windows that end after ``windows_ms``."""
        return Outputs(
            tuple(each for each in self.enriched if each.logged_at <= logged_ms),
            tuple(each for each in self.stories if each.updated_at <= logged_ms),
            tuple(each for each in self.assignments if each.assigned_at <= logged_ms),
            tuple(each for each in self.briefs if each.information_cutoff <= logged_ms),
            tuple(each for each in self.indicators if each.window_end <= windows_ms),
        )

    def members(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: where each article stands at last."""
        last = {each.article_id: each.story_id for each in self.enriched}
        found: dict[str, set[str]] = {}
        for article, story in last.items():
            found.setdefault(story, set()).add(article)
        return {story: frozenset(articles) for story, articles in found.items()}


@dataclass(frozen=True)
class Difference:
    """Keys that only one lane has, and keys under which they hold different content."""

    kind: str
    only_first: tuple[str, ...] = ()
    only_second: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only_first or self.only_second or self.changed)


@dataclass(frozen=True)
class Comparison:
    """Per kind how many records each lane has and where they differ."""

    counts: Mapping[str, tuple[int, int]]
    differences: tuple[Difference, ...] = field(default=())

    @property
    def identical(self) -> bool:
        """Whether both lanes made the same."""
        return not self.differences


def compare(first: Outputs, second: Outputs) -> Comparison:
    """Matches and compares two lanes; doubled keys within a lane count as a difference."""
    ours, theirs = _content(first), _content(second)
    counts = {"members": (len(first.members()), len(second.members()))}
    differences = [_of_members(first, second)]
    for kind in KINDS:
        counts[kind] = (len(ours[kind]), len(theirs[kind]))
        differences.append(_difference(kind, ours[kind], theirs[kind]))
    return Comparison(counts, tuple(each for each in differences if each))


def _of_members(first: Outputs, second: Outputs) -> Difference:
    ours = {" ".join(sorted(members)) for members in first.members().values()}
    theirs = {" ".join(sorted(members)) for members in second.members().values()}
    return Difference("members", tuple(sorted(ours - theirs)), tuple(sorted(theirs - ours)))


def _difference(kind: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> Difference:
    return Difference(
        kind,
        tuple(sorted(ours.keys() - theirs.keys())),
        tuple(sorted(theirs.keys() - ours.keys())),
        tuple(sorted(key for key in ours.keys() & theirs.keys() if ours[key] != theirs[key])),
    )


def _content(lane: Outputs) -> dict[str, dict[str, str]]:
    names = {story: hash_of(" ".join(sorted(members)))[:16] for story, members in lane.members().items()}

    def named(story: str | None) -> str:
        return names.get(story or "", f"unknown {story}")

    return {
        "stories": _once((f"{named(s.story_id)} r{s.revision}", _story_hash(s, named)) for s in lane.stories),
        "assignments": _once(
            (f"{named(a.story_id)} r{a.story.revision} {a.desk}", _assignment_hash(a, named))
            for a in lane.assignments
        ),
        # The same brief may stand in the log twice (at least once, one effect): it counts once.
        "briefs": _one_effect(
            (f"{named(b.story_id)} r{b.story_revision} {b.desk}", brief_hash(b)) for b in lane.briefs
        ),
        "indicators": _last_revisions(lane.indicators),
    }


def _once(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, content in items:
        while key in found:
            key += " doubled"
        found[key] = content
    return found


def _one_effect(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, content in items:
        if found.setdefault(key, content) != content:
            found[f"{key} with other content"] = content
    return found


def _story_hash(story: Story, named: Named) -> str:
    plain = to_dict(story)
    for name in ("story_id", "previous_story_id", "merged_into"):
        plain[name] = named(plain[name]) if plain[name] else None
    return hash_of(plain)


def _assignment_hash(assignment: Assignment, named: Named) -> str:
    plain = to_dict(assignment)
    plain["story_id"] = ""
    plain["story"] = _story_hash(assignment.story, named)
    return hash_of(plain)


def _last_revisions(indicators: Iterable[Indicator]) -> dict[str, str]:
    last: dict[str, Indicator] = {}
    seen: set[tuple[str, int]] = set()
    doubled: dict[str, str] = {}
    for each in indicators:
        key = f"{each.name} {each.scope} {each.window_start}-{each.window_end}"
        if (key, each.revision) in seen:
            doubled[f"{key} r{each.revision} doubled"] = "doubled"
        seen.add((key, each.revision))
        if key not in last or each.revision >= last[key].revision:
            last[key] = each
    return {key: hash_of(to_dict(each)) for key, each in last.items()} | doubled
