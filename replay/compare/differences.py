"""Where two lanes differ, record by record. Pure.

Every record gets a key that names no lane, and a hash of its content; equal keys must hold equal content.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from replay.compare.causes import Allowed, Causes, first_of
from replay.compare.lane import Outputs
from replay.compare.records import Moved, Told, Window, window_key
from schemas.identity import hash_of
from schemas.records import BriefIndicator
from topics.catalogue import ASSIGNMENTS, STORIES

Named = Callable[[str | None], str]

KINDS = ("articles", "members", "stories", "assignments", "briefs", "indicators")
NAME_DIGITS = 16
# The key of a record whose key is taken by one of other content.
OTHER_CONTENT = " with other content"


@dataclass(frozen=True, slots=True)
class Item:
    """A record's content, and the name its difference would fall under; None: a real one."""

    content: str
    allowed: Allowed | None
    # Of a brief: itself, and the keys of what it supersedes.
    told: Told | None = None
    superseded: tuple[str, ...] = ()


Content = Mapping[str, Mapping[str, Item]]
"""By kind, then by a key that is the same in every lane."""


@dataclass(frozen=True)
class Difference:
    """Keys that only one lane has, and keys under which they hold different content."""

    kind: str
    only_first: tuple[str, ...] = ()
    only_second: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only_first or self.only_second or self.changed)

    def __len__(self) -> int:
        return len(self.only_first) + len(self.only_second) + len(self.changed)


def differences(ours: Content, theirs: Content) -> dict[Allowed | None, tuple[Difference, ...]]:
    """By the name they fall under; real ones under None."""
    found: dict[Allowed | None, list[Difference]] = defaultdict(list)
    windows = {key: name for key, _, name in _differing(ours["indicators"], theirs["indicators"], {})}
    for kind in KINDS:
        sides: dict[Allowed | None, tuple[list[str], list[str], list[str]]] = defaultdict(
            lambda: ([], [], [])
        )
        for key, side, name in _differing(ours[kind], theirs[kind], windows):
            sides[name][side].append(key)
        for name, (only_first, only_second, changed) in sides.items():
            found[name].append(Difference(kind, tuple(only_first), tuple(only_second), tuple(changed)))
    return {name: tuple(each) for name, each in found.items()}


def _differing(
    ours: Mapping[str, Item], theirs: Mapping[str, Item], windows: Mapping[str, Allowed | None]
) -> Iterator[tuple[str, int, Allowed | None]]:
    """Keys, on which side (0, 1, or 2 for both), and the name; ``windows`` are those that differ."""
    for key in sorted(ours.keys() | theirs.keys()):
        first, second = ours.get(key), theirs.get(key)
        if first is None or second is None:
            (side, item) = (0, first) if second is None else (1, second)
            assert item is not None
            yield key, side, item.allowed
        elif first.content != second.content:
            yield key, 2, first_of((first.allowed, second.allowed, _of_shown(first, second, windows)))


def _of_shown(first: Item, second: Item, windows: Mapping[str, Allowed | None]) -> Allowed | None:
    """Of briefs that differ in nothing but the windows they show, if each of these is allowed."""
    one, other = first.told, second.told
    if one is None or other is None or first.superseded != second.superseded:
        return None
    if one.without_indicators() != other.without_indicators():
        return None
    ours, theirs = ({(i.name, i.scope): i for i in told.brief().indicators} for told in (one, other))
    names = []
    for series in ours.keys() | theirs.keys():
        if ours.get(series) != theirs.get(series):
            # A brief shows the last one closed: an earlier one only for want of the later.
            shown = max((each[series] for each in (ours, theirs) if series in each), key=_end)
            names.append(windows.get(window_key(shown)))
    return None if None in names else first_of(names)


def _end(shown: BriefIndicator) -> int:
    return shown.window_end


def hashes(content: Content, without: Mapping[str, frozenset[str]] | None = None) -> dict[str, str]:
    """SHA-256 of each kind's content, sorted by key, and under ``all`` of these; ``without`` leaves out
    keys by kind."""
    left_out = without or {}
    found = {}
    for kind in KINDS:
        absent = left_out.get(kind, frozenset())
        pairs = sorted((key, item.content) for key, item in content[kind].items() if key not in absent)
        found[kind] = hash_of([list(pair) for pair in pairs])
    found["all"] = hash_of(found)
    return found


@dataclass(frozen=True)
class Keyed:
    """A lane by keys that name no lane: stories are named by their members."""

    content: Content
    briefs: Mapping[str, Told]


def keyed(lane: int, outputs: Outputs, causes: Causes) -> Keyed:
    """Every record of a lane; ``lane`` is 0 or 1, as ``causes`` counts them."""
    names = _names(outputs, causes.absent)

    def named(story: str | None) -> str:
        return names.get(story or "", f"unknown {story}")

    told = {each.brief_id: f"{named(each.story_id)} {each.desk} @{each.cutoff}" for each in outputs.briefs}
    content = {
        "articles": _once(_articles(lane, outputs, causes)),
        "members": {
            " ".join(sorted(members)): Item("", causes.of_story(lane, story, at))
            for story, members, at in _standing(outputs, causes.absent)
        },
        "stories": _once(_stories(lane, outputs, causes, named)),
        "assignments": _once(_assignments(lane, outputs, causes, named)),
        # The same brief may stand in the log twice (at least once, one effect): it counts once.
        "briefs": _one_effect(
            (told[each.brief_id], _brief(lane, each, causes, told)) for each in outputs.briefs
        ),
        "indicators": _last_revisions(outputs.indicators, causes),
    }
    return Keyed(content, _by_key(outputs.briefs, told))


def _by_key(briefs: Iterable[Told], keys: Mapping[str, str]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for told in briefs:
        key = keys[told.brief_id]
        if found.setdefault(key, told).content != told.content:
            found[key + OTHER_CONTENT] = told
    return found


def _articles(lane: int, outputs: Outputs, causes: Causes) -> Iterator[tuple[str, Item]]:
    for placed in outputs.enriched:
        key = f"{placed.article_id} v{placed.version} {placed.content_hash} r{placed.revision}"
        yield key, Item(placed.content, causes.of_article(lane, placed))


def _assignments(lane: int, outputs: Outputs, causes: Causes, named: Named) -> Iterator[tuple[str, Item]]:
    for given in outputs.assignments:
        allowed = causes.of_story(lane, given.story_id, given.assigned_at, ASSIGNMENTS)
        yield f"{named(given.story_id)} r{given.revision} {given.desk}", Item(given.content, allowed)


def _brief(lane: int, told: Told, causes: Causes, keys: Mapping[str, str]) -> Item:
    superseded = tuple(keys.get(each, "unknown") for each in told.supersedes)
    content = hash_of([told.content, list(superseded)])
    return Item(content, causes.of_brief(lane, told), told, superseded)


def _standing(outputs: Outputs, absent: Mapping[str, Allowed]) -> Iterator[tuple[str, frozenset[str], int]]:
    """Stories with their members that both lanes can have, and the last time one was logged."""
    last = {each.article_id: each.logged_at for each in outputs.enriched}
    for story, articles in outputs.members().items():
        members = articles - absent.keys()
        if members:
            yield story, members, max(last[article] for article in members)


def _stories(lane: int, outputs: Outputs, causes: Causes, named: Named) -> Iterator[tuple[str, Item]]:
    for moved in outputs.stories:
        allowed = causes.of_story(lane, moved.story_id, moved.updated_at, STORIES)
        content = hash_of([moved.content, _linked(moved, named)])
        yield f"{named(moved.story_id)} r{moved.revision}", Item(content, allowed)


def _linked(moved: Moved, named: Named) -> list[str]:
    return [named(each) if each else "" for each in (moved.previous_story_id, moved.merged_into)]


def _names(outputs: Outputs, absent: Mapping[str, Allowed]) -> dict[str, str]:
    """Of every story, from all articles that were ever put into it and that both lanes can have."""
    return {
        story: hash_of(" ".join(sorted((articles - absent.keys()) or articles)))[:NAME_DIGITS]
        for story, articles in outputs.ever().items()
    }


def _once(items: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for key, item in items:
        while key in found:
            key += " doubled"
        found[key] = item
    return found


def _one_effect(items: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for key, item in items:
        if found.setdefault(key, item).content != item.content:
            found[key + OTHER_CONTENT] = item
    return found


def _last_revisions(windows: Iterable[Window], causes: Causes) -> dict[str, Item]:
    last: dict[str, Window] = {}
    seen: set[tuple[str, int]] = set()
    found: dict[str, Item] = {}
    for each in windows:
        if (each.key, each.revision) in seen:
            found[f"{each.key} r{each.revision} doubled"] = Item("doubled", None)
        seen.add((each.key, each.revision))
        if each.key not in last or each.revision >= last[each.key].revision:
            last[each.key] = each
    return found | {key: Item(each.content, causes.of_window(each)) for key, each in last.items()}
