"""The largest of everything that the jobs write, and remember, fits into a record; by construction."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from desks.loader import Desk
from flink_jobs.stories.embedded import Embedded, Embedder
from flink_jobs.stories.engine import StoryEngine
from flink_jobs.stories.failures import Failure, letter
from flink_jobs.stories.order import OrderBuffer, position
from flink_jobs.stories.rows import ENCODED, KnownIds, encoded
from flink_jobs.stories.settings import StoriesSettings
from flink_jobs.stories.state import decode_embedded, encode_embedded
from flink_jobs.tables import FIELD_LIMITS, Connection
from schemas.codec import Codec, to_dict
from schemas.identity import content_hash
from schemas.limits import (
    ARTICLE_BYTES,
    MESSAGE_BYTES,
    NAME_CHARACTERS,
    RECORD_BYTES,
    STORY_DESKS,
    STORY_FAMILIES,
)
from schemas.records import EnrichedArticle, Story, UniqueArticle
from tests.support.stories import START, WordEncoder
from topics.catalogue import ASSIGNMENTS, TOPICS
from topics.lane import LIVE, Lane

# Four bytes of UTF-8, two units of UTF-16; upper and lower case, so that it makes names.
WIDE, UPPER = "\U00010428", "\U00010400"
IDS = KnownIds({record_type.__name__: number for number, record_type in enumerate(ENCODED)})


def filled(field: str, number: int) -> str:
    """As long as the source lets it be, and another one for each number."""
    most = int(FIELD_LIMITS[field])
    return f"{number:06}{WIDE * most}"[:most]


def largest(number: int) -> UniqueArticle:
    """One of the largest articles that the source takes; ``text`` is what the bytes leave."""
    word = f"{UPPER}{WIDE * 150}"
    lead = " ".join([*(f"{word}{number}" for _ in range(3)), "in Hamburg"])
    text = lead + WIDE * ((ARTICLE_BYTES - 700_000) // 4)
    said = {name: filled(name, number) for name in FIELD_LIMITS if name in UniqueArticle.__dataclass_fields__}
    return UniqueArticle(
        **{
            **said,
            "version": 1,
            "content_hash": content_hash(text),
            "title": WIDE * 20_000,
            "desk": "desk-3" if number % 2 else said["desk"],
            "text": text,
            "authors": (WIDE * 20_000,),
            "categories": tuple(f"{number}-{each}{WIDE * 1_000}" for each in range(50)),
            "published_at": START + number,
            "observed_at": START + number,
            "logged_at": START + number,
        }
    )


def desks(count: int) -> tuple[Desk, ...]:
    return tuple(
        Desk(name=f"desk-{n}", file_hash="f", title="T", mandate="M", audience="A", keywords=("hamburg",))
        for n in range(count)
    )


@pytest.fixture(scope="module")
def items() -> list[Embedded]:
    embedder = Embedder(WordEncoder())
    # As many names, as long, as there is room for in what is read of a text.
    names = tuple(f"{UPPER}{each}{WIDE * (NAME_CHARACTERS - 2)}" for each in range(6))
    return [replace(embedder.embed(largest(number)), names=names) for number in range(50)]


def test_outputs_and_state_fit_with_the_largest_of_everything(items: list[Embedded]) -> None:
    engine = StoryEngine(StoriesSettings(threshold=0.0, excerpt_characters=4_000), desks(30))
    codec = Codec(IDS)
    sizes: dict[str, int] = {}
    values = [0]
    for item in items:
        for each in engine.process(item):
            made = encoded(each, codec)
            sizes[made.topic] = max(sizes.get(made.topic, 0), len(made.value) + len(made.key.encode()))
            if isinstance(each, Story):
                assert len(each.articles) <= 40
        values += [len(data) for _, data in engine.puts() if data is not None]
    for each in engine.advance(START + 3_600_000):
        made = encoded(each, codec)
        sizes[made.topic] = max(sizes.get(made.topic, 0), len(made.value))
    assert set(sizes) == {"articles.enriched", "stories", ASSIGNMENTS}
    # The largest there is, as found; nothing is near the bound.
    assert 1_500_000 < max(sizes.values()) < RECORD_BYTES
    assert max(values) < RECORD_BYTES


def test_what_waits_and_what_is_enriched_fit(items: list[Embedded]) -> None:
    item = items[0]
    assert len(json.dumps(to_dict(item.article), ensure_ascii=False).encode()) <= ARTICLE_BYTES
    buffer: OrderBuffer[Embedded] = OrderBuffer(encode_embedded, decode_embedded)
    buffer.add(position(item.article), item)
    assert all(len(data or b"") < RECORD_BYTES for _, data in buffer.puts())
    # Beside an article it holds the names of 1,200 characters, a vector and some ids.
    added = set(EnrichedArticle.__dataclass_fields__) - set(UniqueArticle.__dataclass_fields__)
    assert {"names", "embedding"} <= added
    assert ARTICLE_BYTES + 4 * 1_200 + 100_000 < RECORD_BYTES


def test_a_story_that_goes_on_for_ever_remembers_no_more(items: list[Embedded]) -> None:
    """Families and desks without end, as if the catalogue had them."""
    engine = StoryEngine(StoriesSettings(threshold=0.0), desks(2))
    sizes = []
    article = replace(items[0].article, text="Port strike in Hamburg", title="Port strike")
    for number in range(1_200):
        said = replace(
            article,
            article_id=f"a{number}",
            family=f"family {number}",
            desk=f"desk {number}",
            content_hash=f"{number}",
            logged_at=START + number,
        )
        made = engine.process(replace(items[0], article=said))
        story = next(each for each in made if isinstance(each, Story))
        sizes.append({key: len(data or b"") for key, data in engine.puts() if key.startswith("story/")})
    assert story.family_count == STORY_FAMILIES
    assert len(sizes[-1]) == 1
    key = next(iter(sizes[-1]))
    # Digits of counters grow, no more.
    assert sizes[-1][key] - sizes[-100][key] < 100
    assert STORY_DESKS < 1_200


def test_sinks_and_topics_take_the_largest_record() -> None:
    connection = Connection("broker:1", "http://registry", LIVE)
    for topic, described in TOPICS.items():
        assert described.config()["max.message.bytes"] == str(MESSAGE_BYTES)
        assert connection.sink(topic)["properties.max.request.size"] == str(MESSAGE_BYTES)
    assert RECORD_BYTES + 64 * 1024 <= MESSAGE_BYTES


def test_a_dead_letter_of_anything_fits() -> None:
    error = Failure("stories.order", "E" * 100, WIDE * 2_000, 1, 0, 0, WIDE * 100, WIDE * 100)
    assert len(encoded(letter(error, Lane("check")), Codec(IDS)).value) < 64 * 1024
