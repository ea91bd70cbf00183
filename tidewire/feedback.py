"""What readers said of briefs, by who wrote them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.records import Brief, BriefStatus, Feedback, Verdict
from schemas.takedown import Takedowns


@dataclass(frozen=True, slots=True)
class Row:
    """Briefs of one desk, writer and recipe; ``marked_wrong`` counts briefs, the others records."""

    desk: str
    writer: str
    recipe: str
    briefs: int
    useful: int
    wrong: int
    not_this_story: int
    marked_wrong: int

    @property
    def share_wrong(self) -> float:
        """Of its briefs, those that somebody called wrong."""
        return self.marked_wrong / self.briefs if self.briefs else 0.0


def evaluated(briefs: Iterable[Brief], said: Iterable[Feedback], takedowns: Takedowns) -> list[Row]:
    """A row for each desk, writer and recipe that published, sorted by them. Words on briefs that are not
    among ``briefs`` count nowhere, nor on those that are withheld: readers are shown none that rests on what
    was taken down, though the log says that it was published."""
    published = {each.brief_id: each for each in briefs if not _is_withheld(each, takedowns)}
    sizes = Counter(_group(each) for each in published.values())
    verdicts: Counter[tuple[tuple[str, str, str], Verdict]] = Counter()
    wrong: dict[tuple[str, str, str], set[str]] = {}
    for each in said:
        brief = published.get(each.brief_id)
        if brief is None:
            continue
        verdicts[_group(brief), each.verdict] += 1
        if each.verdict is Verdict.WRONG:
            wrong.setdefault(_group(brief), set()).add(each.brief_id)
    return [
        Row(
            *group,
            briefs=count,
            useful=verdicts[group, Verdict.USEFUL],
            wrong=verdicts[group, Verdict.WRONG],
            not_this_story=verdicts[group, Verdict.NOT_THIS_STORY],
            marked_wrong=len(wrong.get(group, ())),
        )
        for group, count in sorted(sizes.items())
    ]


def _is_withheld(brief: Brief, takedowns: Takedowns) -> bool:
    return brief.status is BriefStatus.WITHHELD or any(map(takedowns.of, brief.provenance.sources))


def _group(brief: Brief) -> tuple[str, str, str]:
    return brief.desk, brief.writer.value, brief.provenance.recipe
