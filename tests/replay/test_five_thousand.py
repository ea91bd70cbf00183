"""Five thousand entries that nobody made up, in sixteen languages and of forty years: run again they are
what live made of them, to the hash."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from benchmarks.replay.entries import STREAM, articles, from_stream
from benchmarks.replay.raw_log import RawLog
from tests.replay.newsroom import Newsroom, opened
from topics.catalogue import ARTICLES_RAW, ARTICLES_UNIQUE
from topics.lane import LIVE, Lane
from topics.reading import end_offsets, read_range

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(5_400),
    pytest.mark.skipif(
        not STREAM.exists(), reason="needs shared/data/stream/articles.jsonl.gz beside the checkout"
    ),
]

COUNT = 5_000
# Some forty a second on a machine that has nothing else to do.
PATIENCE_S = 1_800.0


@dataclass
class Log:
    """A newsroom whose log is whole. ``middle``: by partition, where its second half begins."""

    room: Newsroom
    middle: dict[int, int]
    live: dict[str, str]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with opened(tmp_path_factory.mktemp("thousands")) as room:
        room.command_timeout_s = room.settle_timeout_s = PATIENCE_S
        raw, found = RawLog(room.broker, room.codec), articles(from_stream(COUNT))
        assert raw.write(islice(found, COUNT // 2)) == COUNT // 2
        # The range begins at a moment of the log's clock, of which nothing of the first half has a part.
        time.sleep(1)
        middle = end_offsets(room.broker, ARTICLES_RAW)
        assert raw.write(found) == COUNT // 2
        room.settled()
        yield Log(room, middle, room.hashes())


@pytest.fixture(autouse=True)
def _dropped(log: Log) -> Iterator[None]:
    yield
    log.room.drop_all(log.live)


def compared(room: Newsroom, lane: str) -> dict[str, Any]:
    """What `./tw replay compare` says; its exit status is 0 only if nothing differs that may not."""
    found: dict[str, Any] = json.loads(room.tw("replay", "compare", "live", lane, "--json").stdout)
    return found


def test_from_its_first_offset_a_lane_has_the_hash_of_live(log: Log) -> None:
    log.room.replay("again", "--from-offset", f"{ARTICLES_RAW}:earliest", "--limit", "0")
    found = compared(log.room, "again")
    assert found["identical"] is True
    assert found["hashes"]["again"] == found["hashes"]["live"]
    entries = list(articles(from_stream(COUNT)))
    unique = {(each.article_id, each.version, each.content_hash) for each in entries}
    for lane in (LIVE, Lane("again")):
        assert sum(1 for _ in read_range(log.room.broker, lane.topic(ARTICLES_UNIQUE))) == len(unique)
    live, again = found["counts"]["articles"]
    # Of an article that is revised again and again, stories hold some revisions back.
    assert len({each.article_id for each in entries}) <= live <= len(unique)
    assert live == again
    assert found["counts"]["briefs"][0] > 0


def test_from_the_middle_it_differs_under_the_name_of_the_warm_up_only(log: Log) -> None:
    places = ",".join(f"{partition}={offset}" for partition, offset in log.middle.items())
    log.room.replay("middle", "--from-offset", f"{ARTICLES_RAW}:{places}", "--limit", "0")
    found = compared(log.room, "middle")
    assert found["verdict"] == "equal but for allowed differences"
    assert found["differences"] == []
    assert {name for name, some in found["allowed"].items() if some} == {"warm-up"}
