"""One record that fails leaves no trace: not in memory, not in keyed state, not in what comes after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from flink_jobs.stories import engine as engine_module
from flink_jobs.stories.embedded import Embedded
from flink_jobs.stories.engine import Output, StoryEngine
from flink_jobs.stories.failures import Failure, TooLarge, letter
from flink_jobs.stories.guarded import GuardedEngine
from schemas.records import Assignment, Story, StoryChange
from tests.support.stories import START, NewEngine, Write
from topics.lane import LIVE, Lane

POISON = "Zorblax"
Encode = Callable[[Output], Output]


class PoisonError(KeyError):
    """As a table raises that lacks what a pattern matched."""


@dataclass
class Job:
    """A guarded engine with keyed state, as the operator has it."""

    make: Callable[[], StoryEngine]
    encode: Encode = lambda record: record
    state: dict[str, bytes] = field(default_factory=dict)
    said: list[Output] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after a restore."""
        self.engine = GuardedEngine(self.make, lambda: list(self.state.items()), self.encode)
        self.engine.restore(self.state.items())

    def take(self, *items: Embedded) -> None:
        """Several of them may be released at once, and written once."""
        for item in items:
            self._note(self.engine.process(item))
        self._write()

    def wake(self, at_s: float) -> None:
        self._note(self.engine.advance(START + round(at_s * 1000)))
        self._write()

    def _note(self, made: Iterator[Output | Failure]) -> None:
        for each in made:
            (self.failed if isinstance(each, Failure) else self.said).append(each)  # type: ignore[arg-type]

    def _write(self) -> None:
        for key, data in self.engine.puts():
            if data is None:
                self.state.pop(key, None)
            else:
                self.state[key] = data


@pytest.fixture
def items(write: Write) -> list[Embedded]:
    """Two stories that grow, one with a revision, and what is poison: a founder, a member, revisions."""
    strike = "Dock workers walked out over pay in Hamburg and cranes stood still."
    flood = "Rivers broke their banks near Porto after days of rain."
    return [
        write("a1", "Port strike halts cargo", strike, at=0),
        write("p1", "Meteor seen above Oslo", f"{POISON} fell.", at=1),
        write("a2", "Port strike halts cargo in Hamburg", strike + " Talks go on.", at=2),
        write("p2", "Port strike halts cargo", f"{strike} {POISON}.", at=3),
        write("b1", "Floods near Porto", flood, at=4),
        write("p2", "Port strike halts cargo", f"{strike} {POISON} again.", at=5, version=2),
        write("a1", "Port strike halts cargo", strike + " Corrected: 900 workers.", at=6, version=2),
        write("a1", "Port strike halts cargo", f"{strike} {POISON}", at=7, version=3),
        write("b2", "Floods near Porto cut roads", flood + " Roads are closed.", at=8),
        write("a3", "Strike in Hamburg ends", strike + " They went back to work.", at=70),
    ]


def poisoned(item: Embedded) -> bool:
    return POISON in item.article.text


def half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails where families, clusterer and members of a story were changed already."""
    whole = engine_module.output.story_article

    def story_article(article: Any, *others: Any) -> Any:
        if POISON in article.text:
            raise PoisonError(POISON)
        return whole(article, *others)

    monkeypatch.setattr(engine_module.output, "story_article", story_article)


def test_nothing_but_the_poison_is_missing(
    new_engine: NewEngine, items: list[Embedded], monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(monkeypatch)
    job, without = Job(new_engine), Job(new_engine)
    for item in items:
        job.take(item)
    for item in items:
        if not poisoned(item):
            without.take(item)
    for each in (job, without):
        each.wake(200)
    assert job.said == without.said
    assert job.state == without.state
    assert [(each.article_id, each.error, each.stage) for each in job.failed] == [
        (item.article.article_id, "PoisonError", "stories.order") for item in items if poisoned(item)
    ]
    assert job.engine.rebuilt == len(job.failed) == 4


def test_a_second_run_however_restored_and_bundled_says_the_same(
    new_engine: NewEngine, items: list[Embedded], monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(monkeypatch)
    one = Job(new_engine)
    for item in items:
        one.take(item)
    one.wake(200)
    for size in range(1, len(items) + 1):
        other = Job(new_engine)
        for begin in range(0, len(items), size):
            other.take(*items[begin : begin + size])
            other.start()
        other.wake(200)
        assert (other.said, other.failed) == (one.said, one.failed), size
        assert other.state == one.state, size


def test_what_fails_on_a_text_is_found_before_anything_is_touched(
    new_engine: NewEngine, items: list[Embedded], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine_module.numbers_said

    def numbers_said(text: str, language: str) -> tuple[str, ...]:
        if POISON in text:
            raise PoisonError(POISON)
        return whole(text, language)

    monkeypatch.setattr(engine_module, "numbers_said", numbers_said)
    job = Job(new_engine)
    job.take(*items)
    assert len(job.failed) == 4
    assert job.engine.rebuilt == 0


def test_what_cannot_be_written_is_not_remembered_either(
    new_engine: NewEngine, items: list[Embedded]
) -> None:
    def encode(record: Output) -> Output:
        if isinstance(record, Story) and any(POISON in each.excerpt for each in record.articles):
            raise TooLarge("a Story of 5 MB")
        return record

    job, without = Job(new_engine, encode), Job(new_engine)
    job.take(*items)
    without.take(*(item for item in items if not poisoned(item)))
    assert job.said == without.said
    assert job.state == without.state
    assert {each.error for each in job.failed} == {"TooLarge"}


def test_what_is_due_and_fails_is_given_up_and_all_else_goes_on(
    new_engine: NewEngine, items: list[Embedded]
) -> None:
    good = [item for item in items if not poisoned(item)]
    first = Job(new_engine)
    first.take(*good)
    poor = next(each.story_id for each in first.said if isinstance(each, Story))

    def encode(record: Output) -> Output:
        if isinstance(record, Assignment) and record.story_id == poor:
            raise PoisonError("assignment")
        if isinstance(record, Story) and record.story_id == poor and record.change is StoryChange.CLOSED:
            raise PoisonError("close")
        return record

    runs = []
    for restored in (False, True):
        job = Job(new_engine, encode)
        for item in good:
            job.take(item)
            if restored:
                job.start()
        job.wake(300)
        job.wake(30 * 86_400)
        runs.append(job)
        assert {each.stage for each in job.failed} == {"stories.assign", "stories.close"}
        assert {each.story_id for each in job.failed} == {poor}
        assert [each for each in job.said if isinstance(each, Assignment)]
        assert not [key for key in job.state if key.startswith("story/")]
    assert (runs[0].said, runs[0].failed) == (runs[1].said, runs[1].failed)


def test_failures_of_any_number_of_stories_and_feeds_count_against_their_owner(
    new_engine: NewEngine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(monkeypatch)

    def encode(record: Output) -> Output:
        if isinstance(record, Assignment):
            raise PoisonError("assignment")
        return record

    job = Job(new_engine, encode)
    words = ("harbour strike", "meteor shower", "flooded valley", "election recount", "glacier retreat")
    for at, each in enumerate(words):
        job.take(write(f"s{at}", each.title(), f"Of the {each} much is said.", at=at, family="kelmar"))
        job.take(write(f"p{at}", "x", f"{POISON} {each}", at=at, family="kelmar", feed_id=f"f{at}"))
    job.wake(300)
    assert {each.stage for each in job.failed} == {"stories.order", "stories.assign"}
    assert len(job.failed) == 2 * len(words)
    assert {each.source for each in job.failed} == {"kelmar"}


def test_the_machines_own_faults_are_no_dead_letters(
    new_engine: NewEngine, items: list[Embedded], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(engine_module, "numbers_said", broken)
    job = Job(new_engine)
    with pytest.raises(MemoryError):
        job.take(items[0])
    assert not job.failed


def test_a_dead_letter_says_where_the_record_stands() -> None:
    failure = Failure("stories.order", "KeyError", "'x'", 5, raw_partition=3, raw_offset=7, article_id="a")
    said = letter(failure, LIVE)
    assert (said.topic, said.partition, said.offset, said.failed_at) == ("articles.raw", 3, 7, 5)
    assert (said.lane, said.value, said.article_id) == ("", None, "a")
    assert letter(failure, Lane("check")).lane == "check"
