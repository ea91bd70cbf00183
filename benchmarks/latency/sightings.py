"""When the reader first showed each entry's story.

The reader is asked for the stories that moved last; which entries a revision of a story holds is
read from the log afterwards, so that looking costs one request however many entries are awaited.
"""

from __future__ import annotations

import time

from schemas.records import Story
from tidewire.places import broker, codec, reader
from topics.catalogue import STORIES
from topics.decoding import records

SHOWN = 100


class Sightings:
    """Story revisions by the time (epoch seconds) at which one no older was first shown."""

    def __init__(self) -> None:
        self._reader = reader()
        self._seen: dict[str, list[tuple[int, float]]] = {}

    def look(self) -> None:
        """Asks the reader once."""
        stories = self._reader.get("/api/stories", {"limit": SHOWN})["stories"]
        at = time.time()
        for story in stories:
            revisions = self._seen.setdefault(story["id"], [])
            if not revisions or revisions[-1][0] < story["revision"]:
                revisions.append((story["revision"], at))

    def found(self) -> dict[str, float]:
        """By an entry's title: when a story that holds it was first shown (epoch seconds)."""
        shown: dict[str, float] = {}
        for story in records(broker(), codec(), STORIES, Story):
            at = self._first_shown(story.story_id, story.revision)
            if at is not None:
                for article in story.articles:
                    shown[article.title] = min(at, shown.get(article.title, at))
        return shown

    def _first_shown(self, story_id: str, revision: int) -> float | None:
        return next((at for seen, at in self._seen.get(story_id, []) if seen >= revision), None)
