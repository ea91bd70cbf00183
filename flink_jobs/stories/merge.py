"""Two open stories that turn out to be one: when to say so, and what becomes of what each was. Pure.

Stories are merged on later evidence alone: an article that both could have taken. Such articles also lie
between two events that have much in common, so the stories themselves must be near certain to tell one
event: by vector, by terms and by names. A merge cannot be undone; one that is missed costs a second brief.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from flink_jobs.stories.assign import Ledger
from flink_jobs.stories.cluster import Choice, added
from flink_jobs.stories.features import Shape, cosine
from flink_jobs.stories.lineage import Families, Member, original_of
from flink_jobs.stories.news import KEPT_CATEGORIES, KEPT_NUMBERS, most_mentioned
from flink_jobs.stories.state import LiveStory
from schemas.limits import STORY_DESKS, STORY_FAMILIES
from schemas.records import Standing

MOST_ABSORBED = 20
# What two stories must have in common. Cosine of the vectors; root of the cosine of the terms; share of
# the names' weight of the story with fewer that the other has too. On the labelled sets no two stories of
# different events reached the first (benchmarks.stories); the others guard what those sets do not hold.
DENSE = 0.75
TERMS = 0.6
NAMES = 0.4


def one_event(a: Shape, b: Shape) -> bool:
    """Whether two stories are near certain to tell one event. Rounded, as scores are."""
    if not a.names or not b.names:
        return False
    few, many = sorted((a.names, b.names), key=lambda names: sum(names.values()))
    shared = sum(weight for word, weight in few.items() if word in many) / sum(few.values())
    dense = float(a.dense @ b.dense) / (a.dense_length * b.dense_length)
    terms = math.sqrt(cosine(a.terms, b.terms, b.terms_squared))
    return round(dense, 4) >= DENSE and terms >= TERMS and shared >= NAMES


def twin(choice: Choice, shapes: Mapping[str, Shape]) -> str | None:
    """The best of the further stories that tells the event of the chosen one, if any does."""
    if choice.key is None:
        return None
    chosen = shapes[choice.key]
    return next((each for each in choice.others if one_event(chosen, shapes[each])), None)


def older_first(a: LiveStory, b: LiveStory) -> tuple[LiveStory, LiveStory]:
    """The story that stays, and the one that goes into it: the one opened later."""
    kept, gone = sorted((a, b), key=lambda story: (story.opened_at, story.story_id))
    return kept, gone


def absorb(
    kept: LiveStory,
    gone: LiveStory,
    members: Mapping[str, Mapping[str, Member]],
    least_resemblance: float,
) -> dict[str, str]:
    """Adds to a story what another was. Each desk keeps what it had of either, so it is given the rest.

    Desks that had one of them are owed a brief on both; that they are one is news. ``members`` are the
    articles shown, by story. Returns, by id the original, articles of ``gone`` that copy one of ``kept``.
    """
    copies = _copies(members[kept.story_id], members[gone.story_id], least_resemblance)
    for article_id in copies:
        gone.families.change(members[gone.story_id][article_id].shown.family, was_copy=False, is_copy=True)
    kept.families = Families(_pairs_added(kept.families.counts, gone.families.counts))
    kept.updated_at = max(kept.updated_at, gone.updated_at)
    kept.absorbed = [*kept.absorbed, *gone.absorbed, gone.story_id][-MOST_ABSORBED:]
    kept.desks = dict(list(added(kept.desks, gone.desks).items())[:STORY_DESKS])
    kept.names = most_mentioned(added(kept.names, gone.names))
    kept.categories = sorted({*kept.categories, *gone.categories})[:KEPT_CATEGORIES]
    kept.numbers = dict.fromkeys(list(dict.fromkeys([*kept.numbers, *gone.numbers]))[-KEPT_NUMBERS:])
    kept.pace.add(gone.pace)
    _share_out(kept, gone)
    times = [each for each in (kept.assign_at, gone.assign_at) if each is not None]
    kept.assign_at = min(times, default=None)
    return copies


def _share_out(kept: LiveStory, gone: LiveStory) -> None:
    total = kept.ledger.plus(gone.ledger)
    # A family that both had became independent once.
    kept.ledger = total._replace(families=min(total.families, kept.families.independent))
    had = sorted({*kept.given, *gone.given})
    kept.given = {
        desk: kept.given.get(desk, Ledger()).plus(gone.given.get(desk, Ledger())).at_most(kept.ledger)
        for desk in had
    }
    if had:
        kept.ledger = kept.ledger._replace(merges=kept.ledger.merges + 1)
        kept.owed = sorted({*kept.owed, *gone.owed, *had})


def _copies(
    kept: Mapping[str, Member], gone: Mapping[str, Member], least_resemblance: float
) -> dict[str, str]:
    found = {}
    speaking = [each for each in kept.values() if each.shown.standing is not Standing.SIGHTING]
    for article_id, member in gone.items():
        candidates = speaking if member.shown.standing is Standing.OWN else kept.values()
        original = original_of(article_id, member.sketch, candidates, least_resemblance)
        if member.shown.duplicate_of is None and original is not None:
            found[article_id] = original
    return found


def _pairs_added(
    counts: Mapping[str, tuple[int, int]], more: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    result = dict(counts)
    for family, (own, every) in more.items():
        before = result.get(family, (0, 0))
        if family in result or len(result) < STORY_FAMILIES:
            result[family] = (before[0] + own, before[1] + every)
    return result
