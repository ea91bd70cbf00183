"""What a takedown does to open stories: members leave, and what was counted of them is counted anew. Pure.

Of an article that a story no longer shows only what is remembered of every article is known: its family,
desk, publisher and address. Names and numbers are therefore those of the members shown that stay. Vectors
are not kept one by one: a story's centroid keeps its direction, and its terms, and so what joins it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from desks.loader import Desk
from flink_jobs.stories.embedded import NAMED_CHARACTERS
from flink_jobs.stories.lineage import Known, Member, original_of
from flink_jobs.stories.live import Live
from flink_jobs.stories.news import numbers_said
from flink_jobs.stories.state import LiveStory
from language.names import names
from schemas.limits import REASON_CHARACTERS
from schemas.records import Assignment, Standing, Story, StoryChange
from schemas.takedown import TAKEN_DOWN, Takedown


@dataclass(frozen=True, slots=True)
class Leaving:
    """An article as its story counted it."""

    article_id: str
    family: str
    copy: bool
    desk: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a takedown is to one story: articles that leave, and known articles that copy one of them."""

    gone: Sequence[Leaving]
    copies: Sequence[str]


def changes(live: Live, takedown: Takedown) -> dict[str, Change]:
    """By open story; stories and articles in the order of their ids."""
    gone = _leaving(live, takedown)
    _add_sightings(live, gone)
    copies: dict[str, list[str]] = {}
    for article_id, known in live.known.items():
        leavers = gone.get(known.story_id, {})
        if known.duplicate_of in leavers and article_id not in leavers:
            copies.setdefault(known.story_id, []).append(article_id)
    return {
        story_id: Change(
            [gone[story_id][each] for each in sorted(gone[story_id])], sorted(copies.get(story_id, []))
        )
        for story_id in sorted(gone)
    }


def _leaving(live: Live, takedown: Takedown) -> dict[str, dict[str, Leaving]]:
    found: dict[str, dict[str, Leaving]] = {}
    for article_id, known in live.known.items():
        if known.story_id in live.stories and _covers(takedown, article_id, known):
            leaver = Leaving(article_id, known.family, known.duplicate_of is not None, known.desk)
            found.setdefault(known.story_id, {})[article_id] = leaver
    # What an earlier version remembered has no address, and what is long remembered no more may be shown.
    for story_id, members in live.members.items():
        for article_id, member in members.items():
            if takedown.covers(member.shown) and article_id not in found.get(story_id, {}):
                found.setdefault(story_id, {})[article_id] = _shown(member, live.known.get(article_id))
    return found


def _add_sightings(live: Live, gone: Mapping[str, dict[str, Leaving]]) -> None:
    """What carries an owner's text as a sighting goes with it."""
    owned = {
        article_id: story_id
        for story_id, leavers in gone.items()
        for article_id in leavers
        if article_id in live.known and live.known[article_id].standing is Standing.OWN
    }
    for article_id, known in live.known.items():
        story_id = owned.get(known.duplicate_of or "")
        if known.standing is Standing.SIGHTING and story_id is not None and known.story_id == story_id:
            leaver = Leaving(article_id, known.family, True, known.desk)
            gone[story_id].setdefault(article_id, leaver)


def leave(live: Live, story: LiveStory, change: Change, at: int, least_resemblance: float) -> bool:
    """Takes articles out of a story, which is one revision further by that; whether any article is left."""
    members = live.members[story.story_id]
    ids = {each.article_id for each in change.gone}
    for each in change.gone:
        if each.article_id in members:
            live.drop_member(story.story_id, each.article_id)
        if each.article_id in live.known:
            # The takedown itself is what it is known by from now on.
            live.forget(each.article_id)
        story.families.leave(each.family, each.copy)
        if each.desk in story.desks:
            story.desks[each.desk] -= 1
    story.desks = {desk: count for desk, count in story.desks.items() if count > 0}
    live.clusterer.leave(story.story_id, len(change.gone))
    _settle_copies(live, story, ids, change.copies, least_resemblance)
    _relearn(story, _in_log_order(members))
    if story.founder in ids:
        story.founder = next((each.shown.article_id for each in _in_log_order(members)), story.founder)
    left = live.clusterer.shapes[story.story_id].size > 0
    story.revision += 1
    story.updated_at = max(story.updated_at, at)
    story.change = StoryChange.REVISED if left else StoryChange.CLOSED
    live.changed(story)
    return left


def assignments(
    shown: Story, story: LiveStory, reason: str, at: int, desks: Sequence[Desk], warmup: bool
) -> list[Assignment]:
    """To each desk that was given the story, at once, whatever else is due: what it wrote must be replaced.

    With that it has heard all there is.
    """
    given = [desk for desk in desks if desk.name in story.given]
    for desk in given:
        story.given[desk.name] = story.ledger
    story.owed = [desk for desk in story.owed if desk not in story.given]
    return [
        Assignment(
            story_id=shown.story_id,
            assigned_at=at,
            story=shown,
            desk=desk.name,
            desk_hash=desk.file_hash,
            reason=(TAKEN_DOWN + reason)[:REASON_CHARACTERS],
            materiality=1.0,
            warmup=warmup,
        )
        for desk in given
    ]


@dataclass(frozen=True, slots=True)
class _Named:
    article_id: str
    publisher: str
    url: str
    standing: Standing


def _covers(takedown: Takedown, article_id: str, known: Known) -> bool:
    return takedown.covers(_Named(article_id, known.publisher, known.url, known.standing))


def _shown(member: Member, known: Known | None) -> Leaving:
    shown = member.shown
    desk = known.desk if known else ""
    return Leaving(shown.article_id, shown.family, shown.duplicate_of is not None, desk)


def _settle_copies(
    live: Live, story: LiveStory, gone: Collection[str], copies: Sequence[str], least_resemblance: float
) -> None:
    """Copies of what is gone: the first logged is a text of its own now, or a copy of another."""
    members = live.members[story.story_id]
    waiting = [each for each in _in_log_order(members) if each.shown.duplicate_of in gone]
    # What speaks for its page is no copy of what only shows one.
    waiting.sort(key=lambda each: each.shown.standing is Standing.SIGHTING)
    settled = {name: each for name, each in members.items() if each not in waiting}
    heirs: dict[str, str] = {}
    for member in waiting:
        shown = member.shown
        before = shown.duplicate_of or ""
        original = original_of(shown.article_id, member.sketch, settled.values(), least_resemblance)
        settled[shown.article_id] = Member(replace(shown, duplicate_of=original), member.sketch)
        live.set_member(story.story_id, settled[shown.article_id])
        heirs.setdefault(before, original or shown.article_id)
        if shown.article_id in live.known:
            _now_copies(live, story, shown.article_id, live.known[shown.article_id], original)
        else:
            story.families.change(shown.family, True, original is not None)
    # Copies that are not shown cannot be compared: they copy what the shown ones do.
    for article_id in copies:
        known = live.known[article_id]
        if known.duplicate_of in gone:
            _now_copies(live, story, article_id, known, heirs.get(known.duplicate_of or ""))


def _now_copies(live: Live, story: LiveStory, article_id: str, known: Known, original: str | None) -> None:
    known.duplicate_of = original
    story.families.change(known.family, True, original is not None)
    live.set_known(article_id, known)


def _relearn(story: LiveStory, members: Sequence[Member]) -> None:
    """Names and numbers of what stays."""
    story.names, story.numbers = {}, {}
    for member in members:
        shown = member.shown
        for name in names(shown.excerpt[:NAMED_CHARACTERS], shown.language):
            story.names[name] = story.names.get(name, 0) + 1
        for key in numbers_said(shown.excerpt, shown.language):
            story.numbers.pop(key, None)
            story.numbers[key] = None


def _in_log_order(members: Mapping[str, Member]) -> list[Member]:
    return sorted(members.values(), key=lambda each: (each.shown.logged_at, each.shown.article_id))
