"""What is due when, on logged time: a queue whose entries may have become stale. Pure."""

from __future__ import annotations

import heapq
from enum import IntEnum
from typing import NamedTuple

from flink_jobs.stories.live import Live
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import LiveStory


class Due(IntEnum):
    """What may be due; at the same time in this order."""

    ASSIGN = 0
    CLOSE = 1
    FORGET = 2


class Entry(NamedTuple):
    """``key``: of the story, or of the article that is to be forgotten."""

    at: int
    due: Due
    key: str


class Calendar:
    """Follows from what is remembered, so it is no part of the state: entries are made anew on a restore."""

    def __init__(self, live: Live, settings: StoriesSettings) -> None:
        self._live = live
        self._settings = settings
        self._entries: list[Entry] = []

    def restore(self) -> None:
        """Enters all that is remembered."""
        for story in self._live.stories.values():
            self.story(story)
        for article_id in self._live.known:
            self.article(article_id)

    def story(self, story: LiveStory) -> None:
        """When it closes if nothing comes, and when it is to be looked at."""
        self._push(story.updated_at + self._settings.window_ms, Due.CLOSE, story.story_id)
        if story.assign_at is not None:
            self._push(story.assign_at, Due.ASSIGN, story.story_id)

    def article(self, article_id: str) -> None:
        """When it is forgotten."""
        seen_at = self._live.known[article_id].seen_at
        self._push(seen_at + self._settings.article_kept_ms, Due.FORGET, article_id)

    def pop(self, to_ms: int) -> Entry | None:
        """The next of what is due at or before a time; None when nothing is."""
        due = self.next()
        return heapq.heappop(self._entries) if due is not None and due <= to_ms else None

    def next(self) -> int | None:
        """The time at which something is due next."""
        while self._entries and not self._holds(self._entries[0]):
            heapq.heappop(self._entries)
        return self._entries[0].at if self._entries else None

    def _push(self, at: int, due: Due, key: str) -> None:
        heapq.heappush(self._entries, Entry(at, due, key))

    def _holds(self, entry: Entry) -> bool:
        """Changes leave stale ones behind."""
        at, due, key = entry
        if due is Due.FORGET:
            known = self._live.known.get(key)
            return known is not None and known.seen_at + self._settings.article_kept_ms == at
        story = self._live.stories.get(key)
        if story is None:
            return False
        return at == (story.assign_at if due is Due.ASSIGN else story.updated_at + self._settings.window_ms)
