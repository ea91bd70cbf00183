"""What the engine emits of what it holds: stories with what follows from them, and enriched articles."""

from __future__ import annotations

from dataclasses import replace

from desks.loader import Desk
from desks.prototypes import Prototypes
from flink_jobs.stories import output
from flink_jobs.stories.assign import Routing, decisions
from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.lineage import Known
from flink_jobs.stories.live import Live
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import LiveStory
from schemas.records import EnrichedArticle, Story, StoryChange


class Showing:
    """Makes records of live stories; of these it changes only the revision that `last` gives."""

    def __init__(
        self, live: Live, settings: StoriesSettings, desks: tuple[Desk, ...], prototypes: Prototypes
    ) -> None:
        self._live = live
        self._settings = settings
        self._desks = desks
        self._prototypes = prototypes

    def story(self, story: LiveStory) -> Story:
        """The story as it stands, with what follows from it."""
        shape = self._live.clusterer.shapes[story.story_id]
        shown = output.story(
            story,
            self._live.members[story.story_id].values(),
            shape.size,
            self.warmup(story.updated_at),
        )
        feed_desks = [desk for desk, count in story.desks.items() for _ in range(count)]
        routing = Routing(story.categories, feed_desks, self._desks, self._prototypes.likeness(shape.dense))
        closes_at = story.updated_at + self._settings.window_ms
        follows = decisions(shown, story.assign_at, story.ledger, story.given, routing, closes_at, story.owed)
        return replace(shown, decisions=follows)

    def last(self, story: LiveStory, change: StoryChange, at: int, into: str | None = None) -> Story:
        """The revision that ends a story, nothing of which is decided any more."""
        story.revision += 1
        story.change = change
        story.updated_at = max(story.updated_at, at)
        return replace(self.story(story), decisions=(), merged_into=into)

    def enriched(self, item: Embedded, known: Known, at: int, variant: bool) -> EnrichedArticle:
        """An article with what is known of it."""
        return output.enriched(item, known, variant, self._settings.embedding_model, self.warmup(at))

    def warmup(self, at: int) -> bool:
        """Whether a logged time (ms) lies before what a replay is asked for."""
        return at < self._settings.warmup_until_ms
