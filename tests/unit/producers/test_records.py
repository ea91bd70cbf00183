"""Whatever a poll brought can be written: what cannot is a dead letter, and the rest goes on."""

import json
from dataclasses import replace
from typing import Any

import pytest

from producers.holdings import Due, Kept
from producers.poll import Outcome
from producers.records import settled
from producers.schedule import first_state
from producers.settings import ScheduleSettings
from schemas.codec import Codec, schema_text
from schemas.limits import REASON_CHARACTERS, RECORD_BYTES
from schemas.records import Article, DeadLetter, FeedSeen, FeedSpec, FeedState, FeedStatus, Kind, SeenEntry

NOW = 1_800_000_000_000
SPEC = FeedSpec(feed_id="feed-1", url="https://a.example/f")
DUE = Due(2, 1, SPEC, Kept(first_state("feed-1"), b"old"))
LONE = "\ud800"


class Ids:
    """A registry in memory."""

    def __init__(self) -> None:
        self._types: list[Any] = []

    def id_of(self, record_type: Any) -> int:
        if record_type not in self._types:
            self._types.append(record_type)
        return self._types.index(record_type)

    def schema_of(self, schema_id: int) -> str:
        return schema_text(self._types[schema_id])


CODEC = Codec(Ids())


def article(name: str, **said: Any) -> Article:
    return replace(Article(kind=Kind.ENTRY, article_id=name, observed_at=NOW, title=name), **said)


def written(outcome: Outcome) -> tuple[list[str], list[DeadLetter], FeedState]:
    """Titles in the raw log, the letters, and the feed's state."""
    made = settled(DUE, outcome, CODEC, ScheduleSettings(), NOW)
    assert all(len(each.value) <= RECORD_BYTES for each in made.records)
    by_topic: dict[str, list[bytes]] = {}
    for each in made.records:
        by_topic.setdefault(each.topic, []).append(each.value)
    (state,) = by_topic["feeds.state"]
    assert CODEC.decode(state, FeedState) == made.state
    titles = [CODEC.decode(each, Article).title for each in by_topic.get("articles.raw", [])]
    letters = [CODEC.decode(each, DeadLetter) for each in by_topic.get("dead.letters", [])]
    assert made.articles == len(titles)
    assert len(made.letters) == len(letters)
    return titles, letters, made.state


def good(**said: Any) -> FeedState:
    return replace(first_state("feed-1"), status=FeedStatus.ACTIVE, next_check_at=NOW + 1, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"title": LONE},
        {"text": "x" * (RECORD_BYTES + 1)},
        {"authors": (LONE,)},
        {"article_id": LONE},
        {"published_at": "now"},
        {"url": f"https://a.example/{LONE}"},
    ],
)
def test_an_article_that_cannot_be_written_is_a_letter_and_its_neighbours_are_not(said: Any) -> None:
    titles, letters, state = written(
        Outcome(good(), FeedSeen(feed_id="feed-1"), (article("a"), article("b", **said), article("c")))
    )
    assert titles == ["a", "c"]
    assert [(each.source, each.stage, each.feed_id) for each in letters] == [("feed-1", "encode", "feed-1")]
    assert json.loads(letters[0].value or b"") if letters[0].whole else letters[0].value
    assert state == good()


@pytest.mark.parametrize(
    "said", [{"etag": LONE}, {"reason": LONE}, {"redirected_to": LONE}, {"failures": "x"}]
)
def test_a_state_that_cannot_be_written_is_that_of_a_failed_poll(said: Any) -> None:
    titles, letters, state = written(Outcome(good(**said), FeedSeen(feed_id="feed-1"), (article("a"),)))
    assert titles == ["a"]
    assert [each.stage for each in letters] == ["encode"]
    assert (state.status, state.failures) == (FeedStatus.FAILING, 1)
    assert state.next_check_at > NOW
    assert (state.reason or "").startswith("encode: ")


def test_without_its_memory_nothing_of_a_poll_is_written() -> None:
    seen = FeedSeen(feed_id="feed-1", entries=(SeenEntry(guid_hash="no bytes"),))  # type: ignore[arg-type]
    made = settled(DUE, Outcome(good(), seen, (article("a"),)), CODEC, ScheduleSettings(), NOW)
    assert (made.articles, made.seen, made.state.status) == (0, None, FeedStatus.FAILING)
    assert len(made.letters) == 1


def test_a_letter_is_written_whatever_it_says() -> None:
    letter = DeadLetter(
        source="feed-1", stage="parse", error="E", reason=LONE * 9_000, url=LONE, failed_at=NOW, value=b"v"
    )
    _, (told,), _ = written(Outcome(good(), dead_letters=(letter,)))
    assert (told.stage, told.value) == ("parse", b"v")
    assert len(told.reason) <= REASON_CHARACTERS
