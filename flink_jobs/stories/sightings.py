"""Sightings: what a feed shows of a page that it may not speak for. They are copies of the page's article.

Of the article by its owner, if that is in the same story; whichever came first. As long as it is not, of the
first sighting of the page that says much the same. An owner's article is never a copy of a sighting. Each is
put into a story by its own text alone, so no sighting draws another's article anywhere. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flink_jobs.stories.lineage import Known, Member, original_of
from flink_jobs.stories.live import Live
from flink_jobs.stories.state import LiveStory
from language.sketches import resemblance
from schemas.identity import article_id_for_url
from schemas.records import Standing, UniqueArticle

# Share of the words of the shorter of two texts from which one is an excerpt of the other.
CONTAINED = 0.8
_WORD = re.compile(r"\w+")


def original(live: Live, story: LiveStory, article: UniqueArticle, sketch: bytes, least: float) -> str | None:
    """The article of a story that another one copies."""
    members = live.members[story.story_id]
    if article.standing is Standing.OWN:
        # Some feed showed it sooner: that makes it no copy.
        speaking = {name: each for name, each in members.items() if not _only_seen(each, members)}
        return original_of(article.article_id, sketch, speaking.values(), least)
    if article.standing is Standing.SIGHTING:
        found = _of_page(live, story, article)
        if found is not None:
            return found
    return original_of(article.article_id, sketch, members.values(), least)


def take_over(live: Live, story: LiveStory, article_id: str, least: float) -> None:
    """Makes a story's sightings of an article's page, and of its text, its copies. Nothing if it is none
    that speaks for itself."""
    members = live.members[story.story_id]
    mine = members.get(article_id)
    if mine is None or mine.shown.standing is not Standing.OWN:
        return
    # By the page's id: an entry that shares its address with others is not the page.
    url = mine.shown.url if article_id == article_id_for_url(mine.shown.url) else ""
    taken = {
        name
        for name, each in members.items()
        if _only_seen(each, members)
        and name != article_id
        and ((url and each.shown.url == url) or resemblance(mine.sketch, each.sketch) >= least)
    }
    taken |= {name for name in live.seen_at(url) if _unsettled(live.known[name], story, article_id)}
    taken |= {name for name, each in members.items() if each.shown.duplicate_of in taken}
    root = mine.shown.duplicate_of or article_id
    for name in sorted(taken - {article_id, root}):
        _now_copies(live, story, name, root)
    if not taken:
        return
    if story.founder in taken:
        story.founder = article_id
    live.changed(story)


def is_usurped(known: Known, article: UniqueArticle) -> bool:
    """Whether an id that an owner's article has by right is held by another, who took it when any feed had
    the id of any URL."""
    theirs = known.publisher not in ("", article.publisher) and known.family != article.family
    return article.standing is Standing.OWN and known.standing is Standing.UNKNOWN and theirs


def _of_page(live: Live, story: LiveStory, article: UniqueArticle) -> str | None:
    if not article.url:
        return None
    owners = article_id_for_url(article.url)
    owned = live.known.get(owners)
    if owned is not None and owned.standing is Standing.OWN and owned.story_id == story.story_id:
        return owned.duplicate_of or owners
    seen = [
        (each.shown.logged_at, name, each.shown.duplicate_of or name)
        for name, each in live.members[story.story_id].items()
        if each.shown.url == article.url
        and each.shown.standing is Standing.SIGHTING
        and article.article_id not in (name, each.shown.duplicate_of)
        and _contained(each.shown.excerpt, article.text[: len(each.shown.excerpt)])
    ]
    return min(seen)[2] if seen else None


def _only_seen(member: Member, members: Mapping[str, Member]) -> bool:
    """Whether no member that speaks for its page is behind a member's text."""
    shown = member.shown
    if shown.standing is not Standing.SIGHTING:
        behind = members.get(shown.duplicate_of or "")
        return behind is not None and behind.shown.standing is Standing.SIGHTING
    behind = members.get(shown.duplicate_of or "")
    return behind is None or behind.shown.standing is Standing.SIGHTING


def _unsettled(known: Known, story: LiveStory, article_id: str) -> bool:
    return known.story_id == story.story_id and known.duplicate_of != article_id


def _now_copies(live: Live, story: LiveStory, article_id: str, original: str) -> None:
    member, known = live.members[story.story_id].get(article_id), live.known.get(article_id)
    before = known.duplicate_of if known else member.shown.duplicate_of if member else None
    family = known.family if known else member.shown.family if member else ""
    story.families.change(family, before is not None, True)
    if known is not None:
        known.duplicate_of = original
        live.set_known(article_id, known)
    if member is not None:
        live.set_member(story.story_id, Member(replace(member.shown, duplicate_of=original), member.sketch))


def _contained(a: str, b: str) -> bool:
    few, many = sorted((set(_WORD.findall(a.casefold())), set(_WORD.findall(b.casefold()))), key=len)
    return bool(few) and len(few & many) >= CONTAINED * len(few)
