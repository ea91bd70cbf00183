"""Everything the engine remembers, in memory, with what changed since keyed state was last written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from flink_jobs.stories import state
from flink_jobs.stories.cluster import Clusterer
from flink_jobs.stories.lineage import Known, Member
from flink_jobs.stories.order import Position
from flink_jobs.stories.state import LiveStory
from schemas import identity
from schemas.records import Standing, UniqueArticle
from schemas.takedown import Takedown, Takedowns

_CLOCK = "clock"


class Live:
    """Open stories, their shown members, known articles, takedowns, the last position. Changes are marked.

    Keys of keyed state: ``story/<id>``, ``member/<story id>/<article id>``, ``article/<id>``,
    ``takedown/<its key>``, ``clock``. Takedowns are kept for ever.
    """

    def __init__(self, clusterer: Clusterer) -> None:
        self.clusterer = clusterer
        self.stories: dict[str, LiveStory] = {}
        self.members: dict[str, dict[str, Member]] = {}
        self.known: dict[str, Known] = {}
        self.takedowns = Takedowns()
        self.last: Position | None = None
        self._changed: set[str] = set()
        # Follows from what is known: sightings by URL, and where each stands.
        self._sightings: dict[str, set[str]] = {}
        self._seen_at: dict[str, str] = {}

    def moved_to(self, last: Position) -> None:
        self.last = last
        self._changed.add(_CLOCK)

    def open(self, story: LiveStory) -> None:
        self.stories[story.story_id] = story
        self.members[story.story_id] = {}
        self.changed(story)

    def found(self, article: UniqueArticle, before: Known | None, at: int) -> LiveStory:
        """Opens a story with its first article; ``before`` is what was known of it in a story that closed."""
        story = LiveStory(
            story_id=identity.story_id(article.article_id, article.version, article.content_hash),
            founder=article.article_id,
            opened_at=at,
            updated_at=at,
            previous_story_id=before.story_id if before else None,
        )
        self.open(story)
        return story

    def changed(self, story: LiveStory) -> None:
        self._changed.add(f"story/{story.story_id}")

    def close(self, story_id: str) -> None:
        for article_id in list(self.members[story_id]):
            self.drop_member(story_id, article_id)
        del self.members[story_id], self.stories[story_id]
        self.clusterer.remove(story_id)
        self._changed.add(f"story/{story_id}")

    def merge(self, kept: LiveStory, gone: LiveStory, copies: Mapping[str, str]) -> None:
        """Ends a story in another: its members, articles and shape are the other's.

        ``copies``, by id the original: articles of it that are copies of one of the other's.
        """

        def original(article_id: str, before: str | None) -> str | None:
            return copies.get(article_id) or copies.get(before or "") or before

        for member in list(self.members[gone.story_id].values()):
            shown = member.shown
            self.drop_member(gone.story_id, shown.article_id)
            now = replace(shown, duplicate_of=original(shown.article_id, shown.duplicate_of))
            self.set_member(kept.story_id, Member(now, member.sketch))
        # All articles are looked at, for merges are rare and an index would be kept for every one.
        for article_id, known in self.known.items():
            if known.story_id == gone.story_id:
                known.story_id = kept.story_id
                known.duplicate_of = original(article_id, known.duplicate_of)
                self._changed.add(f"article/{article_id}")
        self.clusterer.merge(kept.story_id, gone.story_id)
        del self.members[gone.story_id], self.stories[gone.story_id]
        self._changed.add(f"story/{gone.story_id}")
        self.changed(kept)

    def set_member(self, story_id: str, member: Member) -> None:
        article_id = member.shown.article_id
        self.members[story_id][article_id] = member
        self._changed.add(f"member/{story_id}/{article_id}")

    def drop_member(self, story_id: str, article_id: str) -> None:
        del self.members[story_id][article_id]
        self._changed.add(f"member/{story_id}/{article_id}")

    def seen_at(self, url: str) -> set[str]:
        """Known sightings of a page, by their ids."""
        return set(self._sightings.get(url, ()))

    def set_known(self, article_id: str, known: Known) -> None:
        self.known[article_id] = known
        self._enter(article_id, known.url if known.standing is Standing.SIGHTING else "")
        self._changed.add(f"article/{article_id}")

    def forget(self, article_id: str) -> None:
        del self.known[article_id]
        self._enter(article_id, "")
        self._changed.add(f"article/{article_id}")

    def take_down(self, takedown: Takedown) -> bool:
        """Remembers a takedown; whether it is a new one."""
        new = self.takedowns.add(takedown)
        if new:
            self._changed.add(f"takedown/{takedown.key}")
        return new

    def puts(self) -> list[tuple[str, bytes | None]]:
        """Values of what changed since the last call, sorted by key; None deletes."""
        changed, self._changed = sorted(self._changed), set()
        return [(key, self._value(key)) for key in changed]

    def restore(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Loads the whole keyed state; the order of the items does not matter."""
        for key, data in sorted(items):
            kind, _, rest = key.partition("/")
            if kind == "story":
                story, shape = state.decode_story(rest, data)
                self.stories[rest] = story
                self.members.setdefault(rest, {})
                self.clusterer.place(rest, shape)
            elif kind == "member":
                story_id, _, article_id = rest.partition("/")
                self.members.setdefault(story_id, {})[article_id] = state.decode_member(data)
            elif kind == "article":
                known = self.known[rest] = state.decode_known(data)
                self._enter(rest, known.url if known.standing is Standing.SIGHTING else "")
            elif kind == "takedown":
                self.takedowns.add(state.decode_takedown(data))
            elif kind == _CLOCK:
                clock = json.loads(data)
                self.last = Position(*clock["position"])
                self.clusterer.articles = clock["articles"]
            else:
                raise ValueError(
                    f"state of the stories job has an unknown key {key!r}: from another version?"
                )

    def _enter(self, article_id: str, url: str) -> None:
        before = self._seen_at.pop(article_id, "")
        if before and before != url:
            self._sightings[before].discard(article_id)
            if not self._sightings[before]:
                del self._sightings[before]
        if url:
            self._seen_at[article_id] = url
            self._sightings.setdefault(url, set()).add(article_id)

    def _value(self, key: str) -> bytes | None:
        kind, _, rest = key.partition("/")
        if kind == "story":
            story = self.stories.get(rest)
            return state.encode_story(story, self.clusterer.shapes[rest]) if story else None
        if kind == "member":
            story_id, _, article_id = rest.partition("/")
            member = self.members.get(story_id, {}).get(article_id)
            return state.encode_member(member) if member else None
        if kind == "article":
            known = self.known.get(rest)
            return state.encode_known(known) if known else None
        if kind == "takedown":
            takedown = self.takedowns.get(rest)
            return state.encode_takedown(takedown) if takedown else None
        return json.dumps({"position": self.last, "articles": self.clusterer.articles}).encode()
