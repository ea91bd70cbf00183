"""A lane as it is compared: what it read of the raw log and what it made of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from replay.compare.matching import standing
from replay.compare.records import Given, Moved, Placed, Told, Window


@dataclass(frozen=True, slots=True)
class Range:
    """What of the raw log a lane read.

    ``start_ms``: before this logged time it was warming up, 0 if it was not. ``offsets``: by
    partition, the first raw offset it read; ``read_from_ms``: the logged time of the first one,
    for where offsets are not known. An empty range is the whole log. ``windows``: whether it cut windows
    too; a lane over enriched articles does not.
    """

    start_ms: int = 0
    read_from_ms: int = 0
    offsets: Mapping[int, int] = field(default_factory=dict)
    windows: bool = True

    def read(self, article: Placed) -> bool:
        """Whether the lane can have read the raw record of this article."""
        return (
            article.raw_offset >= self.offsets.get(article.raw_partition, 0)
            and article.logged_at >= self.read_from_ms
        )


@dataclass(frozen=True)
class Outputs:
    """What a lane made, every committed record of it, in the order of the log.

    ``kept_from``: by topic of the catalogue and partition, where retention has taken a topic's
    beginning: the logged time of the first record that is left. ``refused``: ids of briefs whose
    agent was refused money for them, and why.
    """

    enriched: tuple[Placed, ...] = ()
    stories: tuple[Moved, ...] = ()
    assignments: tuple[Given, ...] = ()
    briefs: tuple[Told, ...] = ()
    indicators: tuple[Window, ...] = ()
    range: Range = field(default_factory=Range)
    kept_from: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def up_to(self, logged_ms: int, windows_ms: int) -> Outputs:
        """Without what came after a point of the log's clock, or windows that end after ``windows_ms``."""
        return Outputs(
            tuple(each for each in self.enriched if each.logged_at <= logged_ms),
            tuple(each for each in self.stories if each.updated_at <= logged_ms),
            tuple(each for each in self.assignments if each.assigned_at <= logged_ms),
            tuple(each for each in self.briefs if each.cutoff <= logged_ms),
            tuple(each for each in self.indicators if each.end <= windows_ms),
            self.range,
            self.kept_from,
            self.refused,
        )

    def members(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: where each article stands at last, in what its story went into."""
        merged = self.merged()
        last = {each.article_id: standing(each.story_id, merged) for each in self.enriched}
        return _gathered((story, article) for article, story in last.items())

    def merged(self) -> dict[str, str]:
        """What stories went into, by their last revision: once forgotten, an id may come again."""
        last = {each.story_id: each.merged_into for each in self.stories}
        return {story: other for story, other in last.items() if other is not None}

    def reach(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: all that were ever in it, those included that came by a merge."""
        ever, last = self.ever(), self.members()
        none = frozenset[str]()
        return {story: ever.get(story, none) | last.get(story, none) for story in ever.keys() | last.keys()}

    def ever(self) -> dict[str, frozenset[str]]:
        """Article ids by story id: all that were put into it, those included that stand elsewhere by now."""
        return _gathered((each.story_id, each.article_id) for each in self.enriched)


def warm_range(enriched: tuple[Placed, ...]) -> Range:
    """The range of a lane that marked a warm-up, from its records alone; the whole log if it did not."""
    warm = [each.logged_at for each in enriched if each.warmup]
    return Range(start_ms=max(warm) + 1, read_from_ms=min(warm)) if warm else Range()


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for story, article in pairs:
        found.setdefault(story, set()).add(article)
    return {story: frozenset(articles) for story, articles in found.items()}
