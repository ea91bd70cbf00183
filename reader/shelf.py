"""Questions to one lane's view, answered. The only place where the reader asks the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reader import shown, shown_briefs
from reader.answers import (
    ArticleAnswer,
    BriefAnswer,
    Briefs,
    Member,
    Revisions,
    SearchAnswer,
    Stories,
    StoryAnswer,
)
from reader.problems import NotThere
from reader.query import GONE, Scope, collapsed, conditions, hybrid
from reader.states import Counts
from schemas.identity import point_id
from schemas.prefixes import whole
from sinks.documents import ARTICLE, BRIEF, FEEDBACK, STORY
from sinks.store import FOREVER, Condition, Not, OneOf, Order, Point, Store, Within

MEMBERS = 200
VERSIONS = 100
MARKS = 200
REVISIONS = 1000
CURRENT = Within("known_to", at_least=FOREVER)
Vectors = Callable[[str], tuple[float, ...]]


class Shelf:
    """The view ``name`` in ``store``, of ``lane``; ``vector_of`` makes a query's vector."""

    def __init__(self, store: Store, name: str, lane: str, vector_of: Vectors) -> None:
        self._store = store
        self._name = name
        self._lane = lane
        self._vector_of = vector_of

    def search(self, text: str, scope: Scope, limit: int) -> SearchAnswer:
        """Ranked, copies of one text as one."""
        hits = self._store.query(self._name, hybrid(text, self._vector_of(text), scope, limit))
        results = [shown.result(each) for each in collapsed(hits, limit, versions=scope.superseded)]
        return SearchAnswer(query=text, lane=self._lane, count=len(results), results=results)

    def stories(self, scope: Scope, gone: bool, limit: int) -> Stories:
        """The last to move first; merged and closed ones only when asked for."""
        where: list[Condition] = conditions(scope)
        if not gone:
            where.append(Not(OneOf("status", GONE)))
        found = [each.payload for each in self._store.scroll(self._name, where, Order("date"), limit)]
        briefs = self._briefs_of([each["key"] for each in found])
        stories = [
            shown.story_summary(each, [b for b in briefs if b["story"] == each["key"]]) for each in found
        ]
        return Stories(lane=self._lane, count=len(stories), stories=stories)

    def story(self, ident: str) -> StoryAnswer:
        """By its id or the beginning of it. Raises NotThere, Ambiguous."""
        payload = self._latest(STORY, ident)
        where = [OneOf("kind", (BRIEF,)), OneOf("story", _with_absorbed(payload))]
        briefs = [each.payload for each in self._store.scroll(self._name, where, Order("date"), VERSIONS)]
        latest = [each for each in briefs if not shown.superseded(each)]
        return StoryAnswer(
            **shown.story_common(payload, latest),
            lane=self._lane,
            articles=self._members(payload),
            all_briefs=[shown_briefs.brief_summary(each) for each in briefs],
        )

    def revisions(self, ident: str, as_of: int | None) -> Revisions:
        """Every revision that is kept, first to last; with ``as_of`` (logged, epoch ms) those known by then.

        Raises NotThere.
        """
        where: list[Condition] = [OneOf("kind", (STORY,)), OneOf("key", (ident,))]
        if as_of is not None:
            where.append(Within("known_from", below=as_of + 1))
        found = [each.payload for each in self._store.scroll(self._name, where, limit=REVISIONS)]
        if not found:
            raise NotThere(STORY, ident, self._lane)
        found.sort(key=lambda each: each["sequence"])
        return Revisions(lane=self._lane, revisions=[shown.story_summary(each, []) for each in found])

    def briefs(self, scope: Scope, limit: int) -> Briefs:
        """Newest first."""
        found = self._store.scroll(self._name, conditions(scope), Order("date"), limit)
        briefs = [shown_briefs.brief_summary(each.payload) for each in found]
        return Briefs(lane=self._lane, count=len(briefs), briefs=briefs)

    def brief(self, ident: str) -> BriefAnswer:
        """By its id or the beginning of it. Raises NotThere, Ambiguous."""
        payload = self._latest(BRIEF, ident)
        ident = payload["key"]
        later = self._store.scroll(self._name, [OneOf("closes", (ident,))], only=("key",))
        cited = {
            (c["article_id"], c["version"], c["content_hash"])
            for part in (payload["record"]["statements"], payload["record"]["contradictions"])
            for each in part
            for c in each["citations"]
        }
        points = self._store.get(self._name, [point_id(ARTICLE, *each) for each in sorted(cited)])
        revised = {
            each
            for each in cited
            if (p := points.get(point_id(ARTICLE, *each))) and shown.superseded(p.payload)
        }
        about = [OneOf("kind", (FEEDBACK,)), OneOf("about", (ident,))]
        marks = [each.payload for each in self._store.scroll(self._name, about, Order("date", False), MARKS)]
        superseded_by = sorted(each.payload["key"] for each in later)
        return shown_briefs.brief_answer(payload, self._lane, superseded_by, revised, marks)

    def article(self, ident: str, version: int | None, content_hash: str | None) -> ArticleAnswer:
        """The latest version, or the one asked for. Raises NotThere."""
        points = [each.payload for each in self._versions(ident)]
        chosen = [
            each
            for each in points
            if version in (None, each["record"]["version"])
            and content_hash in (None, each["record"]["content_hash"])
        ]
        if not chosen:
            raise NotThere(ARTICLE, ident, self._lane)
        payload = max(
            chosen, key=lambda each: (each["known_to"], not each["record"]["variant"], each["sequence"])
        )
        record = payload["record"]
        same = ("authors", "country", "desk", "categories", "rights", "late", "backfill", "variant")
        return ArticleAnswer(
            **shown.member_common(record),
            **{field: record[field] for field in (*same, "published_from", "story_id")},
            lane=self._lane,
            superseded=shown.superseded(payload),
            versions=[shown.version(each) for each in sorted(points, key=lambda each: each["sequence"])],
        )

    def counts(self) -> Counts:
        """What the view holds, exactly."""

        def kind(*where: Condition, of: str) -> int:
            return self._store.count(self._name, [OneOf("kind", (of,)), *where])

        return Counts(
            lane=self._lane,
            articles=kind(of=ARTICLE),
            current_articles=kind(CURRENT, of=ARTICLE),
            stories=kind(CURRENT, of=STORY),
            story_revisions=kind(of=STORY),
            briefs=kind(of=BRIEF),
            current_briefs=kind(CURRENT, of=BRIEF),
            latest_briefs=len(self._store.distinct(self._name, "pair", [OneOf("kind", (BRIEF,))])),
        )

    def _briefs_of(self, stories: Iterable[str]) -> list[Any]:
        scope = Scope(kinds=(BRIEF,))
        where = [*conditions(scope), OneOf("story", tuple(stories))]
        return [each.payload for each in self._store.scroll(self._name, where)]

    def _latest(self, kind: str, ident: str) -> Any:
        found = self._newest(kind, ident)
        if found is None:
            known = self._store.distinct(self._name, "key", [OneOf("kind", (kind,))])
            of = whole(ident, known)
            found = None if of is None else self._newest(kind, of)
        if found is None:
            raise NotThere(kind, ident, self._lane)
        return found.payload

    def _newest(self, kind: str, ident: str) -> Point | None:
        where = [OneOf("kind", (kind,)), OneOf("key", (ident,))]
        current = next(self._store.scroll(self._name, [*where, CURRENT], limit=1), None)
        return current or next(self._store.scroll(self._name, where, limit=1), None)

    def _versions(self, ident: str) -> list[Any]:
        where = [OneOf("kind", (ARTICLE,)), OneOf("key", (ident,))]
        return list(self._store.scroll(self._name, where, limit=VERSIONS))

    def _members(self, story: Any) -> list[Member]:
        """The articles indexed under the story, and those it names that are not indexed yet."""
        where = [*conditions(Scope(kinds=(ARTICLE,))), OneOf("story", _with_absorbed(story))]
        indexed = [each.payload["record"] for each in self._store.scroll(self._name, where, limit=MEMBERS)]
        named = story["record"]["articles"]
        points = self._store.get(
            self._name, [point_id(ARTICLE, m["article_id"], m["version"], m["content_hash"]) for m in named]
        )
        own = {p.payload["record"]["article_id"]: p.payload["record"] for p in points.values()}
        by_id = {m["article_id"]: own.get(m["article_id"], m) for m in named}
        for each in indexed:
            by_id.setdefault(each["article_id"], each)
        newest = sorted(
            by_id.values(), key=lambda each: (each["logged_at"], each["article_id"]), reverse=True
        )
        return [shown.member(each) for each in newest[:MEMBERS]]


def _with_absorbed(story: Any) -> tuple[str, ...]:
    """The story's id, and those of stories that went into it; none in views made before there were any."""
    return (story["key"], *story["record"].get("absorbed", ()))
