"""The engine behind a guard: what fails for one record leaves no trace in it, and the rest goes on. Pure.

A record that fails has done half of its work. The engine is then made anew from keyed state as it was last
written, and what was done since is done again, its outputs thrown away: the engine is a pure function of
these, so it stands where it stood before the record, and where an engine that is restored later will stand.
That reads all of keyed state and is the last resort; what can fail on a text is tried first (``prepare``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from flink_jobs.stories.due import Due, Entry
from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.engine import Output, StoryEngine
from flink_jobs.stories.failures import NOT_THE_RECORDS, Failure, of_article, of_story

T = TypeVar("T")
State = Iterable[tuple[str, bytes]]
DUE_STAGES = {Due.ASSIGN: "stories.assign", Due.CLOSE: "stories.close"}
STAGE = "stories.order"


class GuardedEngine(Generic[T]):
    """``make`` gives a new engine, ``kept`` all of keyed state as it was last written, and ``encode`` makes
    of an output what leaves the job; when that fails, the record fails too."""

    def __init__(
        self, make: Callable[[], StoryEngine], kept: Callable[[], State], encode: Callable[[Output], T]
    ) -> None:
        self._make = make
        self._kept = kept
        self._encode = encode
        self._engine = make()
        # What was done since keyed state was last written.
        self._done: list[Callable[[StoryEngine], object]] = []
        self.rebuilt = 0

    def restore(self, items: State) -> None:
        """Loads the whole keyed state."""
        self._engine.restore(items)

    def puts(self) -> list[tuple[str, bytes | None]]:
        """What is to be written to keyed state; the caller writes it at once."""
        self._done.clear()
        return self._engine.puts()

    def next_due(self) -> int | None:
        return self._engine.next_due()

    def process(self, item: Embedded) -> Iterator[T | Failure]:
        """What was due before an item was logged, then the item."""
        yield from self.advance(item.article.logged_at - 1)
        try:
            self._engine.prepare(item)
        except NOT_THE_RECORDS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a text leads it to, it is that text alone
            yield of_article(item.article, STAGE, error)
            return
        done = self._tried(lambda engine: engine.process(item))
        if isinstance(done, Exception):
            yield of_article(item.article, STAGE, done)
        else:
            yield from done

    def advance(self, to_ms: int) -> Iterator[T | Failure]:
        """Fires what is due at or before a logged time; what fails is given up, and not tried again."""
        while (entry := self._engine.pop_due(to_ms)) is not None:
            done = self._fired(entry)
            if isinstance(done, Exception):
                if entry.due not in DUE_STAGES:
                    raise done
                owner = self._engine.moved_by(entry)
                self._engine.give_up(entry)
                self._done.append(_giving_up(entry))
                yield of_story(entry.key, entry.at, DUE_STAGES[entry.due], done, owner)
            else:
                yield from done

    def _fired(self, entry: Entry) -> list[T] | Exception:
        return self._tried(lambda engine: engine.fire(entry))

    def _tried(self, act: Callable[[StoryEngine], Iterable[Output]]) -> list[T] | Exception:
        """What an act gave, encoded; or why it failed, with the engine as it was before."""
        try:
            done = [self._encode(each) for each in act(self._engine)]
        except NOT_THE_RECORDS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a text leads it to, it is that text alone
            self._rebuild()
            return error
        self._done.append(act)
        return done

    def _rebuild(self) -> None:
        engine = self._make()
        engine.restore(self._kept())
        for act in self._done:
            act(engine)
        self._engine = engine
        self.rebuilt += 1


def _giving_up(entry: Entry) -> Callable[[StoryEngine], None]:
    return lambda engine: engine.give_up(entry)
