"""Stories of two lanes, matched by the articles in them, and how much the lanes agree. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Members = Mapping[str, frozenset[str]]
"""Article ids by story id; within a lane no article is in two stories."""


class Fate(StrEnum):
    """What became of a story of the first lane in the second."""

    SAME = "same"
    # One story in each lane, but some articles are in one of the lanes only.
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    # Several on both sides, tangled.
    REGROUPED = "regrouped"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Match:
    """Stories of both lanes that share articles, directly or through each other; ids, those with the
    most articles first."""

    fate: Fate
    first: tuple[str, ...]
    second: tuple[str, ...]


def standing(story: str, merged: Mapping[str, str]) -> str:
    """Where a story is at last, if it went into another, and that perhaps into a third."""
    while story in merged:
        story = merged[story]
    return story


def match(first: Members, second: Members) -> tuple[Match, ...]:
    """Every story of both lanes in exactly one match; in the order of the smallest article id of each."""
    found = []
    for ours, theirs in components(first, second):
        articles = [article for story in ours for article in first[story]]
        articles += [article for story in theirs for article in second[story]]
        made = Match(_fate(ours, theirs, first, second), _ranked(ours, first), _ranked(theirs, second))
        found.append((min(articles, default=""), made))
    return tuple(each for _, each in sorted(found, key=lambda pair: (pair[0], pair[1].first, pair[1].second)))


def components(first: Members, second: Members) -> list[tuple[set[str], set[str]]]:
    """The stories of both lanes, grouped so that stories with an article in common are together."""
    homes: dict[str, list[tuple[int, str]]] = {}
    lanes = (first, second)
    for lane, stories in enumerate(lanes):
        for story, articles in stories.items():
            for article in articles:
                homes.setdefault(article, []).append((lane, story))
    seen: set[tuple[int, str]] = set()
    groups = []
    for lane, stories in enumerate(lanes):
        for story in stories:
            if (lane, story) in seen:
                continue
            seen.add((lane, story))
            waiting, group = deque([(lane, story)]), (set[str](), set[str]())
            while waiting:
                where, each = waiting.popleft()
                group[where].add(each)
                for article in lanes[where][each]:
                    for home in homes[article]:
                        if home not in seen:
                            seen.add(home)
                            waiting.append(home)
            groups.append(group)
    return groups


def _fate(ours: set[str], theirs: set[str], first: Members, second: Members) -> Fate:
    if not theirs:
        return Fate.GONE
    if not ours:
        return Fate.NEW
    if len(ours) > 1:
        return Fate.MERGED if len(theirs) == 1 else Fate.REGROUPED
    if len(theirs) > 1:
        return Fate.SPLIT
    (one,), (other,) = ours, theirs
    return Fate.SAME if first[one] == second[other] else Fate.CHANGED


def _ranked(stories: set[str], members: Members) -> tuple[str, ...]:
    return tuple(
        sorted(stories, key=lambda story: (-len(members[story]), min(members[story], default=""), story))
    )


@dataclass(frozen=True, slots=True)
class Score:
    """B-cubed precision and recall, 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(found: Sequence[Hashable], labels: Sequence[Hashable]) -> Score:
    """B-cubed of a clustering; ``found`` and ``labels`` name the cluster and the story of each article.

    Bagga and Baldwin, "Algorithms for Scoring Coreference Chains" (1998): each article's precision is
    the share of its cluster that is of its story, its recall the share of its story that is in its
    cluster; both are averaged over articles. Raises ValueError if there are none, or not as many of both.
    """
    if not labels or len(found) != len(labels):
        raise ValueError(f"{len(found)} clusters for {len(labels)} labels; need as many, and one at least")
    clusters, stories = Counter(found), Counter(labels)
    both = Counter(zip(found, labels, strict=True))
    precision = sum(count * count / clusters[cluster] for (cluster, _), count in both.items())
    recall = sum(count * count / stories[story] for (_, story), count in both.items())
    return Score(precision / len(labels), recall / len(labels))


def agreement(first: Members, second: Members) -> Score | None:
    """B-cubed of the second lane's stories with the first's as labels, over the articles that both have;
    None if there are none."""
    ours = {article: story for story, articles in first.items() for article in articles}
    theirs = {article: story for story, articles in second.items() for article in articles}
    both = sorted(ours.keys() & theirs.keys())
    if not both:
        return None
    return b_cubed([theirs[article] for article in both], [ours[article] for article in both])
