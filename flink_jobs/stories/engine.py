"""The ordered heart of the stories job: one record after another in, what changed out.

A pure function of the records in log order and of the settings: no clock, no randomness, no order
of a set or of threads shows in an output. Everything it remembers is mirrored as puts for keyed
state, and an engine restored from them goes on exactly as the first one would have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from desks.loader import Desk
from desks.prototypes import NO_PROTOTYPES, Prototypes
from flink_jobs.stories import merge, output, sightings, takedown
from flink_jobs.stories.assign import Ledger, assignments, due_at
from flink_jobs.stories.cluster import Clusterer, Weights, load_weights
from flink_jobs.stories.due import Calendar, Due, Entry
from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.features import document
from flink_jobs.stories.lineage import (
    Known,
    Member,
    Sight,
    first_known,
    revised_times,
    shown_members,
    sight,
)
from flink_jobs.stories.live import Live
from flink_jobs.stories.news import learn, numbers_said
from flink_jobs.stories.order import position
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.showing import Showing
from flink_jobs.stories.state import LiveStory
from schemas.records import (
    Assignment,
    DecisionKind,
    EnrichedArticle,
    Standing,
    Story,
    StoryChange,
)
from schemas.takedown import Takedown

__all__ = ["Embedded", "StoryEngine"]

Output = EnrichedArticle | Story | Assignment


class StoryEngine:
    """Clusters, follows lineage and assigns. `counters` is for metrics and is not part of the state."""

    def __init__(
        self,
        settings: StoriesSettings,
        desks: tuple[Desk, ...],
        weights: Weights | None = None,
        prototypes: Prototypes = NO_PROTOTYPES,
    ) -> None:
        self._settings = settings
        self._desks = desks
        self._live = Live(Clusterer(settings, weights or load_weights()))
        self._showing = Showing(self._live, settings, desks, prototypes)
        self._calendar = Calendar(self._live, settings)
        self.counters: Counter[str] = Counter()

    def restore(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Loads the whole keyed state into a new engine; the order of the items does not matter."""
        self._live.restore(items)
        self._calendar.restore()

    def puts(self) -> list[tuple[str, bytes | None]]:
        """What changed in keyed state since the last call; None deletes."""
        return self._live.puts()

    def process(self, item: Embedded) -> list[Output]:
        """Takes the next record of the log; first fires what was due before it was logged.

        A record older than the last one is counted under "out_of_order" and taken all the same, at
        the time of the last one.
        """
        article = item.article
        result: list[Output] = list(self.advance(article.logged_at - 1))
        here, last = position(article), self._live.last
        at = article.logged_at
        if last is not None and here < last:
            self.counters["out_of_order"] += 1
            at = max(at, last.logged_at)
            here = last
        self._live.moved_to(here)
        result += self._take_down(item, at) if item.takedown else self._judge(item, at)
        return result

    def advance(self, to_ms: int) -> list[Story | Assignment]:
        """Fires what is due at or before a logged time; each output carries the time it was due."""
        result: list[Story | Assignment] = []
        while (entry := self.pop_due(to_ms)) is not None:
            result += self.fire(entry)
        return result

    def prepare(self, item: Embedded) -> None:
        """All that can fail on an item's text, and changes nothing. Raises whatever that raises."""
        article = item.article
        if not item.takedown:
            document(item, article.logged_at)
            numbers_said(article.text, article.language)

    def pop_due(self, to_ms: int) -> Entry | None:
        """The next of what is due at or before a logged time; it is to be fired or given up."""
        return self._calendar.pop(to_ms)

    def give_up(self, entry: Entry) -> None:
        """Instead of firing it: a story's news goes out with the next, a story closes without a word."""
        story = self._live.stories[entry.key]
        if entry.due is Due.CLOSE:
            self._live.close(entry.key)
        else:
            story.assign_at = None
            self._live.changed(story)

    def moved_by(self, entry: Entry) -> str:
        """The owner of the article that a story showed last: it is its doing that something is due."""
        shown = [each.shown for each in self._live.members.get(entry.key, {}).values()]
        last = max(shown, key=lambda each: (each.logged_at, each.article_id), default=None)
        return last.family if last is not None else ""

    def next_due(self) -> int | None:
        """The logged time at which something is due next."""
        return self._calendar.next()

    def _judge(self, item: Embedded, at: int) -> Iterator[Output]:
        article = item.article
        if self._live.takedowns.of(article) is not None:
            self.counters["taken_down"] += 1
            return
        known = self._live.known.get(article.article_id)
        if known is not None and sightings.is_usurped(known, article):
            yield from self._leave(takedown.changes(self._live, Takedown(article.article_id)), at)
            known = None
        most = self._settings.revisions_an_hour
        feed = "" if article.standing is Standing.UNKNOWN else article.feed_id
        seen = sight(known, article.version, article.content_hash, at, most, article.attempt, feed)
        self.counters[seen.value] += 1
        if known is None or (seen is Sight.REVISION and known.story_id not in self._live.stories):
            yield from self._arrive(item, known, at)
        elif seen is Sight.REVISION:
            yield from self._revise(item, known, at)
        elif seen not in (Sight.HELD, Sight.AGAIN):
            yield self._showing.enriched(item, known, at, variant=seen is Sight.VARIANT)

    def _arrive(self, item: Embedded, before: Known | None, at: int) -> Iterator[Output]:
        """An article at first sight, or revised after its story closed."""
        article = item.article
        view = document(item, at)
        choice = self._live.clusterer.choose(view)
        key, score, _ = choice
        twin = merge.twin(choice, self._live.clusterer.shapes)
        if key is not None and twin is not None:
            kept, gone = merge.older_first(self._live.stories[key], self._live.stories[twin])
            yield self._merge(kept, gone, at)
            key = kept.story_id
        if key is None:
            story = self._live.found(article, before, at)
            self._live.clusterer.found(story.story_id, view)
        else:
            story = self._live.stories[key]
            story.change = StoryChange.GREW
        known = first_known(article, before, story.story_id, at)
        known.similarity = score if key else 0.0
        known.duplicate_of = self._original(story, item)
        independent = story.families.add(article.family, known.duplicate_of is not None)
        news = learn(story, item, copy=known.duplicate_of is not None, words=self._words(story, key))
        if key is not None:
            self._live.clusterer.join(key, view)
        own = known.duplicate_of is None and not article.backfill
        faster = own and story.pace.counts(at, story.opened_at)
        # All that a founder says is new; only what later articles add to it counts as names and numbers.
        news = news if key else Ledger()
        news = news._replace(families=int(independent), accelerations=int(faster))
        yield from self._moved(story, item, known, news, at)

    def _merge(self, kept: LiveStory, gone: LiveStory, at: int) -> Story:
        """Ends a story in another, and gives its last revision."""
        last = self._showing.last(gone, StoryChange.MERGED, at, into=kept.story_id)
        copies = merge.absorb(kept, gone, self._live.members, self._settings.copy_resemblance)
        self._live.merge(kept, gone, copies)
        for article_id in sorted(self._live.members[kept.story_id]):
            sightings.take_over(self._live, kept, article_id, self._settings.copy_resemblance)
        if kept.owed:
            self._due_by(kept, at)
        self.counters["merged"] += 1
        return last

    def _revise(self, item: Embedded, known: Known, at: int) -> Iterator[Output]:
        """A new wording of an article of an open story. The story's centroid keeps the first wording."""
        story = self._live.stories[known.story_id]
        article = item.article
        was_copy = known.duplicate_of is not None
        known.duplicate_of = self._original(story, item)
        known.content_hash, known.version = article.content_hash, article.version
        known.publisher, known.url = article.publisher, article.url
        known.feed_id, known.standing = article.feed_id, article.standing
        known.revision += 1
        known.revised_at = revised_times(known, at)
        is_copy = known.duplicate_of is not None
        independent = story.families.change(known.family, was_copy, is_copy)
        if article.family != known.family and article.standing is not Standing.UNKNOWN:
            independent = story.families.move(known.family, article.family, is_copy)
            known.family = article.family
        news = learn(story, item, is_copy, self._words(story, story.story_id), revision=True)
        story.change = StoryChange.REVISED
        # That a page is shown with other words elsewhere is no correction of it.
        corrects = not is_copy or article.standing is not Standing.SIGHTING
        news = news._replace(families=int(independent), corrections=int(corrects))
        yield from self._moved(story, item, known, news, at)

    def _take_down(self, item: Embedded, at: int) -> Iterator[Output]:
        """What is under it leaves open stories, and is refused from now on. Each of a takedown's copies,
        one in every partition, comes by; the first one counts."""
        said = Takedown.of(item.article)
        if not self._live.take_down(said):
            return
        yield from self._leave(takedown.changes(self._live, said), at, said.reason)

    def _leave(
        self, changes: Mapping[str, takedown.Change], at: int, reason: str | None = None
    ) -> Iterator[Output]:
        """Takes articles out of open stories; with a reason, desks that were given one hear of it."""
        for key, change in changes.items():
            story = self._live.stories[key]
            left = takedown.leave(self._live, story, change, at, self._settings.copy_resemblance)
            shown = self._showing.story(story) if left else replace(self._showing.story(story), decisions=())
            yield shown
            if reason is not None:
                yield from takedown.assignments(
                    shown, story, reason, at, self._desks, self._showing.warmup(at)
                )
            if left:
                self._calendar.story(story)
            else:
                self._live.close(key)

    def _moved(
        self, story: LiveStory, item: Embedded, known: Known, news: Ledger, at: int
    ) -> Iterator[Output]:
        """Records that a story's membership or text changed, and emits it."""
        article = item.article
        story.revision += 1
        story.updated_at = max(story.updated_at, at)
        self._remember(article.article_id, known, at)
        shown = output.story_article(article, known, self._settings.excerpt_characters)
        self._live.set_member(story.story_id, Member(shown, item.sketch))
        sightings.take_over(self._live, story, article.article_id, self._settings.copy_resemblance)
        members = self._live.members[story.story_id]
        if len(members) > self._settings.shown_articles:
            kept = shown_members(members, article.article_id, story.founder, self._settings.shown_articles)
            for dropped in sorted(set(members) - set(kept)):
                self._live.drop_member(story.story_id, dropped)
        if any(news) and not article.backfill:
            story.ledger = story.ledger.plus(news)
            self._due_by(story, at)
        self._live.changed(story)
        self._calendar.story(story)
        yield self._showing.enriched(item, known, at, variant=False)
        yield self._showing.story(story)

    def _due_by(self, story: LiveStory, at: int) -> None:
        """News of ``at`` is to be looked at. What waits for the end of quiet hours is looked at with it:
        together they may be urgent."""
        due = due_at(at, bool(story.given), self._settings.first_debounce_ms, self._settings.debounce_ms)
        story.assign_at = due if story.assign_at is None else min(due, story.assign_at)

    def fire(self, entry: Entry) -> list[Story | Assignment]:
        """Does what is due; each output carries the time it was due."""
        at, due, key = entry
        if due is Due.FORGET:
            self._live.forget(key)
            return []
        story = self._live.stories[key]
        if due is Due.ASSIGN:
            return list(self._assign(story, at))
        closed = self._showing.last(story, StoryChange.CLOSED, at)
        self._live.close(key)
        return [closed]

    def _assign(self, story: LiveStory, at: int) -> list[Assignment]:
        story.assign_at = at
        shown = self._showing.story(story)
        held = [each.due_at for each in shown.decisions if each.kind is DecisionKind.HOLD and each.due_at]
        story.assign_at = min(held, default=None)
        result = assignments(shown, at, self._desks, self._showing.warmup(at))
        story.given |= {each.desk: story.ledger for each in result}
        story.owed = [desk for desk in story.owed if desk not in {each.desk for each in result}]
        self._live.changed(story)
        if story.assign_at is not None:
            self._calendar.story(story)
        return result

    def _original(self, story: LiveStory, item: Embedded) -> str | None:
        least = self._settings.copy_resemblance
        return sightings.original(self._live, story, item.article, item.sketch, least)

    def _words(self, story: LiveStory, key: str | None) -> dict[str, int]:
        """Words of names that a story said so far; none for one just founded."""
        return self._live.clusterer.shapes[story.story_id].names if key else {}

    def _remember(self, article_id: str, known: Known, at: int) -> None:
        known.seen_at = at
        self._live.set_known(article_id, known)
        self._calendar.article(article_id)
